import type { EngineApi } from './engine-api.ts';
import { at, listAt, numberAt, textAt } from './json.ts';
import { type KernelReading, readKernel } from './kernel-reading.ts';
import { serveMetadata } from './metadata-server.ts';

/** The id in the ARN of the task that the endpoint tells of. */
export const TASK_ID = '0123456789abcdef0123456789abcdef';

/** One container in one sample: what the engine answered, and what the kernel said just before and just after. */
export interface ContainerSample {
  readonly document: unknown;
  readonly before: KernelReading;
  readonly after: KernelReading;
}

/** Containers by name; undefined for one that does not run. */
export type Sample = ReadonlyMap<string, ContainerSample | undefined>;

export interface EngineEndpoint {
  readonly url: string;
  /**
   * Asks the engine for fresh statistics of all containers. From then on `/task/stats` answers with them, until the next
   * call: the agent's endpoint is a cache as well, and so the test decides when something can change.
   */
  sample(): Promise<Sample>;
  close(): Promise<void>;
}

/**
 * Makes of all containers of an engine what the ECS agent would tell of them as one task, in the shape of version 4
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
    // A one-shot answer has no previous values; the agent's queue fills them in from its last one, even over a restart.
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
  // A container that has joined another one's namespace is in no network of its own.
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
    // The agent writes 2 shares where the task definition has none, and 0 MiB for "no limit" on EC2.
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
