import type { EngineApi } from './engine-api.ts';
import { at, listAt, numberAt, textAt } from './json.ts';
import { type KernelReading, readKernel } from './kernel-reading.ts';
import { serveMetadata } from './metadata-server.ts';

/** The id in the ARN of the task. */
export const TASK_ID = '0123456789abcdef0123456789abcdef';

/** A container in a sample: the stats of the engine, and kernel readings just before and after. */
export interface ContainerSample {
  readonly document: unknown;
  readonly before: KernelReading;
  readonly after: KernelReading;
}

/** Containers by name; undefined for a container that is not running. */
export type Sample = ReadonlyMap<string, ContainerSample | undefined>;

export interface EngineEndpoint {
  readonly url: string;
  /**
   * Requests new stats of all containers from the engine. `/task/stats` returns them until the next call: like the agent's
   * endpoint, it is a cache, so the test controls when values change.
   */
  sample(): Promise<Sample>;
  close(): Promise<void>;
}

/**
 * Serves all containers of an engine as one task, like the ECS agent, in the format of version 4
 * (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4.html).
 */
export async function serveEngine(api: EngineApi, limits: { CPU: number; Memory: number }): Promise<EngineEndpoint> {
  let stats: Record<string, unknown> = {};
  const previous = new Map<string, unknown>();

  const inspectAll = async (): Promise<readonly unknown[]> => {
    const ids = listAt(await api.call('GET', '/containers/json?all=1')).map((one) => textAt(one, 'Id'));
    return Promise.all(ids.map((id) => api.call('GET', `/containers/${id}/json`)));
  };

  const sampleOne = async (inspected: unknown): Promise<ContainerSample | undefined> => {
    if (at(inspected, 'State', 'Running') !== true) return undefined;
    const id = textAt(inspected, 'Id');
    const pid = numberAt(inspected, 'State', 'Pid');
    const before = readKernel(pid);
    const document = await api.call('GET', `/containers/${id}/stats?stream=false&one-shot=true`);
    const after = readKernel(pid);
    // A one-shot response has no previous values; the agent adds them from its last response, even over a restart.
    const last = previous.get(id);
    previous.set(id, document);
    const filled = last === undefined ? {} : { precpu_stats: at(last, 'cpu_stats'), preread: at(last, 'read') };
    return { document: Object.assign({}, document, filled), before, after };
  };

  const server = await serveMetadata({
    task: async () => taskDocument(await inspectAll(), limits),
    stats: () => stats,
  });
  return {
    ...server,
    async sample() {
      const inspected = await inspectAll();
      const samples = await Promise.all(inspected.map(sampleOne));
      // Null for a stopped container, as the agent does.
      stats = Object.fromEntries(inspected.map((one, i) => [textAt(one, 'Id'), samples[i]?.document ?? null]));
      return new Map(inspected.map((one, i) => [nameOf(one), samples[i]]));
    },
  };
}

function taskDocument(inspected: readonly unknown[], limits: { CPU: number; Memory: number }): unknown {
  return {
    Cluster: 'real',
    TaskARN: `arn:aws:ecs:eu-west-1:111122223333:task/real/${TASK_ID}`,
    Family: 'real',
    Revision: '1',
    DesiredStatus: 'RUNNING',
    KnownStatus: 'RUNNING',
    Limits: limits,
    AvailabilityZone: 'eu-west-1a',
    LaunchType: 'EC2',
    Containers: inspected.map(containerDocument),
  };
}

function containerDocument(inspected: unknown): unknown {
  const running = at(inspected, 'State', 'Running') === true;
  const shares = numberAt(inspected, 'HostConfig', 'CpuShares');
  // A container that has joined the namespace of another one has no network.
  const [network = textAt(inspected, 'HostConfig', 'NetworkMode')] = Object.keys(
    Object(at(inspected, 'NetworkSettings', 'Networks')),
  );
  return {
    DockerId: textAt(inspected, 'Id'),
    Name: nameOf(inspected),
    DockerName: `ecs-real-1-${nameOf(inspected)}`,
    Image: textAt(inspected, 'Config', 'Image'),
    ImageID: textAt(inspected, 'Image'),
    Labels: {},
    DesiredStatus: 'RUNNING',
    KnownStatus: running ? 'RUNNING' : 'STOPPED',
    ...(running
      ? {}
      : { ExitCode: at(inspected, 'State', 'ExitCode'), FinishedAt: at(inspected, 'State', 'FinishedAt') }),
    // Without values in the task definition, the agent writes 2 CPU shares, and on EC2 a memory limit of 0 MiB.
    Limits: {
      CPU: shares > 0 ? shares : 2,
      Memory: Math.round(numberAt(inspected, 'HostConfig', 'Memory') / 2 ** 20),
    },
    CreatedAt: textAt(inspected, 'Created'),
    StartedAt: textAt(inspected, 'State', 'StartedAt'),
    Type: 'NORMAL',
    Networks: [
      {
        NetworkMode: network,
        IPv4Addresses: [at(inspected, 'NetworkSettings', 'Networks', network, 'IPAddress') ?? ''],
      },
    ],
  };
}

function nameOf(inspected: unknown): string {
  return textAt(inspected, 'Name').slice(1);
}
