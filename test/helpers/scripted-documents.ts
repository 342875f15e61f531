/** A simulated container. All of its values follow from its age. */
export interface ScriptedContainer {
  readonly name: string;
  readonly id: string;
  /** Nanoseconds since the epoch. */
  startedNs: bigint;
  /** Time since `startedNs` at the newest sample. */
  ageSeconds: number;
  /** Constant usage. */
  readonly cores: number;
  readonly memoryBytes: number;
  /** Whether it is running and has stats. */
  isRunning: boolean;
}

/** Part of every document; must not appear in a log. */
export const CANARY = 'c4n4ry-of-a-body';

const SECOND_NS = 1_000_000_000n;
/**
 * A minute ago, so that the first sample has the current time: Prometheus rejects out-of-order and old points. Not a whole
 * number of milliseconds, so that `Date` cannot represent it.
 */
export const aMinuteAgoNs = (): bigint => BigInt(Math.floor(Date.now() / 1000) - 60) * SECOND_NS + 123_456_789n;
const CPUS = 2;

/** Growth of the counters per second. */
export const PER_SECOND = { received: 1000, sent: 500, written: 4096 } as const;

export function containerDocument({ name, id, startedNs, isRunning }: ScriptedContainer): unknown {
  return {
    DockerId: id,
    Name: name,
    DockerName: `ecs-shop-7-${name}`,
    Image: `registry.example/${name}:1`,
    ImageID: `sha256:${id}`,
    Labels: { note: CANARY },
    DesiredStatus: 'RUNNING',
    KnownStatus: isRunning ? 'RUNNING' : 'STOPPED',
    Limits: { CPU: 512, Memory: 256 },
    CreatedAt: instant(startedNs),
    StartedAt: instant(startedNs),
    Type: 'NORMAL',
    Networks: [{ NetworkMode: 'bridge', IPv4Addresses: [`172.17.0.${Number(id) + 1}`] }],
  };
}

export function statsOf(
  { id, ageSeconds, cores, memoryBytes }: ScriptedContainer,
  nowNs: bigint,
  taskStartedNs: bigint,
): unknown {
  return {
    id,
    note: CANARY,
    read: instant(nowNs),
    preread: '0001-01-01T00:00:00Z',
    cpu_stats: {
      cpu_usage: {
        total_usage: ageSeconds * cores * 1e9,
        usage_in_kernelmode: ageSeconds * cores * 0.25e9,
        usage_in_usermode: ageSeconds * cores * 0.75e9,
      },
      // The host started a day before the task.
      system_cpu_usage: (86_400 + Number((nowNs - taskStartedNs) / SECOND_NS)) * CPUS * 1e9,
      online_cpus: CPUS,
      throttling_data: { periods: 0, throttled_periods: 0, throttled_time: 0 },
    },
    precpu_stats: {},
    memory_stats: {
      usage: memoryBytes,
      stats: { anon: memoryBytes, file: 0, inactive_file: 0 },
      limit: 256 * 1024 ** 2,
    },
    blkio_stats: {
      io_service_bytes_recursive: [{ major: 259, minor: 0, op: 'write', value: ageSeconds * PER_SECOND.written }],
    },
    networks: {
      eth0: {
        rx_bytes: ageSeconds * PER_SECOND.received,
        rx_packets: ageSeconds,
        rx_errors: 0,
        rx_dropped: 0,
        tx_bytes: ageSeconds * PER_SECOND.sent,
        tx_packets: ageSeconds,
        tx_errors: 0,
        tx_dropped: 0,
      },
    },
  };
}

/** RFC 3339 with nine digits, as written by Docker. */
function instant(ns: bigint): string {
  const seconds = new Date(Number(ns / 1_000_000n)).toISOString().slice(0, 19);
  return `${seconds}.${String(ns % SECOND_NS).padStart(9, '0')}Z`;
}
