import { type MetadataServer, serveMetadata } from '../real/metadata-server.ts';

export interface FakeTask extends MetadataServer {
  /** Stops a container: it has no stats, and is STOPPED in the metadata. */
  end(container: string): void;
}

/** A simulated task with constant load, for names that an engine would not allow. */
export async function serveFakeTask(
  containers: readonly string[],
  networkInterface: string = 'eth0',
): Promise<FakeTask> {
  const startedMs = Date.now() - 60_000;
  const ended = new Set<string>();
  const idOf = (name: string): string => `${containers.indexOf(name) + 1}`.padStart(64, '0');
  const server = await serveMetadata({
    task: () => ({
      Cluster: 'fake',
      TaskARN: 'arn:aws:ecs:eu-west-1:111122223333:task/fake/0123456789abcdef0123456789abcdef',
      Family: 'fake',
      Revision: '1',
      DesiredStatus: 'RUNNING',
      KnownStatus: 'RUNNING',
      Limits: { CPU: 1, Memory: 512 },
      LaunchType: 'EC2',
      Containers: containers.map((name) => ({
        DockerId: idOf(name),
        Name: name,
        DockerName: name,
        Image: 'fake:1',
        ImageID: '',
        DesiredStatus: 'RUNNING',
        KnownStatus: ended.has(name) ? 'STOPPED' : 'RUNNING',
        Limits: { CPU: 2, Memory: 0 },
        CreatedAt: new Date(startedMs).toISOString(),
        StartedAt: new Date(startedMs).toISOString(),
        Type: 'NORMAL',
        Networks: [{ NetworkMode: 'bridge', IPv4Addresses: ['172.17.0.2'] }],
      })),
    }),
    stats: () => Object.fromEntries(containers.map((name) => [idOf(name), ended.has(name) ? null : statistics()])),
  });

  const statistics = (): unknown => {
    const ageMs = Date.now() - startedMs;
    return {
      read: new Date().toISOString(),
      preread: '0001-01-01T00:00:00Z',
      cpu_stats: {
        cpu_usage: { total_usage: ageMs * 100_000, usage_in_kernelmode: 0, usage_in_usermode: ageMs * 100_000 },
        system_cpu_usage: ageMs * 1_000_000,
        online_cpus: 1,
        throttling_data: { periods: 0, throttled_periods: 0, throttled_time: 0 },
      },
      precpu_stats: {},
      memory_stats: { usage: 4096, stats: { anon: 4096, file: 0, inactive_file: 0 }, limit: 2 ** 29 },
      pids_stats: { current: 1 },
      blkio_stats: { io_service_bytes_recursive: null },
      networks: { [networkInterface]: { rx_bytes: ageMs, rx_packets: 1, tx_bytes: ageMs, tx_packets: 1 } },
    };
  };
  return { ...server, end: (container) => ended.add(container) };
}
