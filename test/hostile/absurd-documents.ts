/** Absurd documents of the metadata endpoint; most are valid JSON of at most 4 MiB. */

/** Strings are sent as they are, other values as JSON. */
export interface Documents {
  readonly task: unknown;
  readonly stats: unknown;
}

/** Returns the documents of poll number `poll`, read at `nowMs` since the epoch. */
export type Scene = (poll: number, nowMs: number) => Documents;

const NS_PER_MS = 1_000_000;
const HONEST_CONTAINERS = 5;

export const honest: Scene = (_, nowMs) => ({
  task: task(numbered(HONEST_CONTAINERS, (index) => container(index))),
  stats: statsOf(HONEST_CONTAINERS, () => stats(nowMs)),
});

export const ABSURD: Readonly<Record<string, Scene>> = {
  '55,000 unknown ids': (poll, nowMs) =>
    beside(
      nowMs,
      ids(55_000, (index) => id(index + 10 + poll * 100_000)),
    ),
  '190,000 short unknown ids': (poll, nowMs) =>
    beside(
      nowMs,
      ids(190_000, (index) => (index + poll * 300_000).toString(36)),
    ),
  '4,900 tiny containers that churn': (poll, nowMs) => {
    const first = poll * 5000;
    const tiny = {
      read: time(nowMs),
      memory_stats: { usage: 1, limit: 5 },
      cpu_stats: { cpu_usage: { total_usage: nowMs } },
    };
    return {
      task: task(numbered(4900, (index) => ({ DockerId: id(first + index), Name: `n${first + index}` }))),
      stats: Object.fromEntries(numbered(4900, (index) => [id(first + index), tiny])),
    };
  },
  '4,000 containers with a health check and no stats': (_, nowMs) => ({
    task: task(
      numbered(4000, (index) => ({ ...container(index), Health: { status: 'HEALTHY', output: 'x'.repeat(300) } })),
    ),
    stats: statsOf(HONEST_CONTAINERS, () => stats(nowMs)),
  }),
  '240 containers with 1,000 CPUs each': (_, nowMs) => ({
    task: task(numbered(240, (index) => container(index))),
    stats: statsOf(240, () => stats(nowMs, 1000)),
  }),
  '180 containers with 1,000 CPUs each': (_, nowMs) => ({
    task: task(numbered(180, (index) => container(index))),
    stats: statsOf(180, () => stats(nowMs, 1000)),
  }),
  '180,000 labels': (poll, nowMs) => ({
    task: task(
      numbered(2, (index) => ({ ...container(index), Labels: counted(90_000, 'label', () => `value ${poll}`) })),
    ),
    stats: statsOf(2, () => stats(nowMs)),
  }),
  '40,000 errors': (_, nowMs) =>
    withTask(nowMs, {
      Errors: numbered(40_000, (index) => ({
        ErrorField: `f${index}`,
        ErrorCode: `c${index}`,
        ErrorMessage: `m${index}`,
      })),
    }),
  '100,000 task tags': (_, nowMs) => withTask(nowMs, { TaskTags: counted(100_000, 'tag', () => 'v') }),
  '190,000 addresses': (_, nowMs) =>
    withContainer(nowMs, {
      Networks: [
        { NetworkMode: 'awsvpc', IPv4Addresses: numbered(95_000, (index) => `10.1.${index >> 8}.${index & 255}`) },
      ],
    }),
  '100,000 networks': (_, nowMs) =>
    withContainer(nowMs, { Networks: numbered(50_000, (index) => ({ NetworkMode: `m${index}` })) }),
  '60,000 interfaces': (poll, nowMs) =>
    withStats(nowMs, {
      networks: counted(60_000, `e${poll}_`, (index) => ({ rx_bytes: index, tx_bytes: index })),
    }),
  '40,000 devices': (poll, nowMs) =>
    withStats(nowMs, {
      blkio_stats: {
        io_service_bytes_recursive: numbered(40_000, (index) => ({
          major: index,
          minor: poll,
          op: 'Read',
          value: index,
        })),
      },
    }),
  '190,000 memory statistics': (_, nowMs) =>
    withStats(nowMs, {
      memory_stats: { usage: 1, limit: 2, stats: counted(190_000, 'k', (index) => index) },
    }),
  '2 million brackets': (_, nowMs) => ({ ...honest(0, nowMs), stats: '['.repeat(2_000_000) + ']'.repeat(2_000_000) }),
  'a million containers': (_, nowMs) => ({
    ...honest(0, nowMs),
    task: `{"Containers":[${'{},'.repeat(1_000_000)}{}]}`,
  }),
  'a string of 10 MB': (_, nowMs) => ({ ...honest(0, nowMs), task: `{"Cluster":"${'x'.repeat(10_000_000)}"}` }),
  '100 names of 20,000 characters': (poll, nowMs) => ({
    task: task(numbered(100, (index) => ({ ...container(index), Name: `${'n'.repeat(20_000)}${index}_${poll}` }))),
    stats: statsOf(100, () => stats(nowMs)),
  }),
};

function task(containers: readonly object[], more: object = {}): object {
  return {
    Cluster: 'cluster',
    TaskARN: 'arn:aws:ecs:eu-west-1:123456789012:task/cluster/0123456789abcdef0123456789abcdef',
    Family: 'family',
    Revision: '1',
    DesiredStatus: 'RUNNING',
    KnownStatus: 'RUNNING',
    LaunchType: 'FARGATE',
    Limits: { CPU: 1, Memory: 2048 },
    Containers: containers,
    ...more,
  };
}

function container(index: number): object {
  return {
    DockerId: id(index),
    Name: `container${index}`,
    DockerName: `container${index}`,
    Image: 'image',
    DesiredStatus: 'RUNNING',
    KnownStatus: 'RUNNING',
    Type: 'NORMAL',
    CreatedAt: '2026-01-01T00:00:00Z',
    StartedAt: '2026-01-01T00:00:01Z',
    Networks: [{ NetworkMode: 'awsvpc', IPv4Addresses: ['10.0.0.1'] }],
  };
}

function stats(nowMs: number, cpus = 2): object {
  const cpu = (ms: number): object => ({
    cpu_usage: { total_usage: ms * 1000, percpu_usage: numbered(cpus, () => ms) },
    system_cpu_usage: ms * NS_PER_MS,
    online_cpus: cpus,
  });
  return {
    read: time(nowMs),
    preread: time(nowMs - 1000),
    cpu_stats: cpu(nowMs),
    precpu_stats: { ...cpu(nowMs - 1000), cpu_usage: { total_usage: (nowMs - 1000) * 1000 } },
    memory_stats: { usage: 1_000_000, limit: 2_000_000, stats: { cache: 1, rss: 2 } },
    networks: { eth1: { rx_bytes: 1, tx_bytes: 1 } },
  };
}

/** The normal documents with `more` additional ids in the stats. */
function beside(nowMs: number, more: object): Documents {
  const { task: honestTask } = honest(0, nowMs);
  return { task: honestTask, stats: { ...statsOf(HONEST_CONTAINERS, () => stats(nowMs)), ...more } };
}

function withTask(nowMs: number, more: object): Documents {
  const containers = numbered(HONEST_CONTAINERS, (index) => container(index));
  return { task: task(containers, more), stats: statsOf(HONEST_CONTAINERS, () => stats(nowMs)) };
}

function withContainer(nowMs: number, more: object): Documents {
  const containers = numbered(2, (index) => ({ ...container(index), ...more }));
  return { task: task(containers), stats: statsOf(2, () => stats(nowMs)) };
}

function withStats(nowMs: number, more: object): Documents {
  const containers = numbered(2, (index) => container(index));
  const odd = { ...stats(nowMs), ...more };
  return { task: task(containers), stats: { [id(0)]: odd, [id(1)]: stats(nowMs) } };
}

function statsOf(containers: number, of: () => object): object {
  return Object.fromEntries(numbered(containers, (index) => [id(index), of()]));
}

function ids(count: number, of: (index: number) => string): object {
  return Object.fromEntries(numbered(count, (index) => [of(index), null]));
}

function counted(count: number, prefix: string, of: (index: number) => unknown): object {
  return Object.fromEntries(numbered(count, (index) => [`${prefix}${index}`, of(index)]));
}

function numbered<T>(count: number, of: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => of(index));
}

function id(index: number): string {
  return index.toString(16).padStart(64, '0');
}

function time(ms: number): string {
  return new Date(ms).toISOString();
}
