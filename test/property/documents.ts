import { createSimulatedTask } from '../bench/simulator/simulated-task.ts';
import { type Documents, isoOf } from './pipeline.ts';

/** A generator of task documents, and the name of one container, neither the first nor the last. */
export interface SampleTask {
  readonly name: string;
  readonly victim: { readonly id: string; readonly place: number };
  at(seconds: number): { readonly task: TaskDocument; readonly stats: Readonly<Record<string, unknown>> };
}

interface TaskDocument {
  readonly Containers: readonly unknown[];
}

const ORIGIN_MS = Date.UTC(2026, 0, 1);

/** Fargate, awsvpc, cgroup v1: three containers of the simulated shop. */
export function fargateTask(): SampleTask {
  const simulated = createSimulatedTask({ seed: 7, originMs: ORIGIN_MS, sampleMs: 10_000 });
  const at = (seconds: number): ReturnType<SampleTask['at']> => {
    const task = simulated.task(seconds * 1000);
    const containers = task.Containers.slice(0, 3);
    const stats = simulated.stats(seconds * 1000);
    const ofThem = containers.map(({ DockerId }) => [DockerId, stats[DockerId]] as const);
    return { task: { ...task, Containers: containers }, stats: Object.fromEntries(ofThem) };
  };
  return { name: 'Fargate, cgroup v1', victim: { id: simulated.task(0).Containers[1]?.DockerId ?? '', place: 1 }, at };
}

type StatsAt = (seconds: number, place: number, times: Times) => unknown;

interface Times {
  readonly read: string;
  readonly preread: string;
}

const NAMES = ['api', 'proxy', 'zebra'];

/** A bridge task with three containers, each with its own address. */
function bridgeTask(name: string, statsAt: StatsAt): SampleTask {
  const startedAt = isoOf(BigInt(ORIGIN_MS) * 1_000_000n);
  const readAt = (seconds: number): string => isoOf(BigInt(ORIGIN_MS + seconds * 1000) * 1_000_000n + 123n);
  const idOf = (place: number): string => String(place + 1).repeat(64);
  return {
    name,
    victim: { id: idOf(1), place: 1 },
    at: (seconds) => ({
      task: {
        Cluster: 'default',
        TaskARN: 'arn:aws:ecs:us-east-1:111122223333:task/default/0123456789abcdef0123456789abcdef',
        Family: 'bridged',
        Revision: '3',
        LaunchType: 'EC2',
        Limits: { CPU: 1, Memory: 1024 },
        Containers: NAMES.map((container, place) => ({
          DockerId: idOf(place),
          Name: container,
          DockerName: `ecs-bridged-3-${container}`,
          Image: 'nginx:1',
          ImageID: 'sha256:00',
          KnownStatus: 'RUNNING',
          Limits: { CPU: 256, Memory: 512 },
          CreatedAt: startedAt,
          StartedAt: startedAt,
          RestartCount: 0,
          Type: 'NORMAL',
          Networks: [{ NetworkMode: 'bridge', IPv4Addresses: [`172.17.0.${place + 2}`] }],
        })),
      },
      stats: Object.fromEntries(
        NAMES.map((_, place) => [
          idOf(place),
          statsAt(seconds, place, { read: readAt(seconds), preread: readAt(seconds - 1) }),
        ]),
      ),
    }),
  };
}

/** cgroup v2: no per-CPU times, lower-case operations, null lists, a limit of 2^64-1. */
export function cgroup2Task(): SampleTask {
  return bridgeTask('EC2, bridge, cgroup v2', (seconds, place, times) => {
    const cpu = (at: number): unknown => ({
      cpu_usage: { total_usage: at * 2e8 + place, usage_in_kernelmode: at * 5e7, usage_in_usermode: at * 1.5e8 },
      system_cpu_usage: at * 2e9,
      online_cpus: 2,
      throttling_data: { periods: at * 10, throttled_periods: at, throttled_time: at * 1e6 },
    });
    return {
      ...times,
      pids_stats: { current: 3, limit: 2 ** 64 },
      blkio_stats: {
        io_service_bytes_recursive: [
          { major: 259, minor: 0, op: 'read', value: 4096 * seconds },
          { major: 259, minor: 0, op: 'write', value: 8192 * seconds },
          { major: 253, minor: 1, op: 'write', value: 8192 * seconds },
        ],
        io_serviced_recursive: null,
      },
      cpu_stats: cpu(seconds),
      precpu_stats: cpu(seconds - 1),
      memory_stats: {
        usage: 30_000_000,
        stats: { anon: 20_000_000, file: 9_000_000, inactive_file: 4_000_000, pgfault: 100 * seconds },
        limit: 2 ** 64,
      },
      networks: { eth0: { rx_bytes: 100 * seconds, rx_packets: seconds, tx_bytes: 50 * seconds, tx_packets: seconds } },
    };
  });
}

/** Docker on Windows: ticks of 100 ns, storage_stats, no system_cpu_usage. */
export function windowsTask(): SampleTask {
  return bridgeTask('EC2, Windows', (seconds, place, times) => ({
    ...times,
    num_procs: 2,
    storage_stats: {
      read_count_normalized: 10 * seconds,
      read_size_bytes: 40_960 * seconds,
      write_count_normalized: 5 * seconds,
      write_size_bytes: 20_480 * seconds,
    },
    cpu_stats: { cpu_usage: { total_usage: 3e6 * seconds + place, usage_in_kernelmode: 1e6 * seconds } },
    precpu_stats: { cpu_usage: { total_usage: 3e6 * (seconds - 1) + place, usage_in_kernelmode: 1e6 * (seconds - 1) } },
    memory_stats: { commitbytes: 6e7, commitpeakbytes: 7e7, privateworkingset: 5e7 },
    blkio_stats: { io_service_bytes_recursive: null },
    networks: {
      Ethernet: { rx_bytes: 10 * seconds, rx_packets: seconds, tx_bytes: 20 * seconds, tx_packets: seconds },
    },
  }));
}

/** Replaces the documents of one container. */
export function withVictim(
  { task, stats }: ReturnType<SampleTask['at']>,
  { id, place }: SampleTask['victim'],
  changed: { readonly metadata: unknown; readonly entry: unknown },
): Documents {
  const entries = { ...stats, [id]: changed.entry };
  if (changed.entry === undefined) delete entries[id];
  return { task: { ...task, Containers: task.Containers.with(place, changed.metadata) }, stats: entries };
}
