import { type Run, runAt, type SimulatedContainer } from './containers.ts';
import { formatInstant, hash, type Instant, NO_TIME, secondsSince } from './curves.ts';
import type { InterfaceLoad } from './load-model.ts';
import { blkioStats, cpuStats, memoryStats, noCpuStats } from './resource-stats.ts';

const MIB = 2 ** 20;

/** Parameters that the containers of a task share. */
export interface SamplingOptions {
  readonly seed: number;
  /** The task's start, Unix milliseconds. */
  readonly originMs: number;
  /** Time between two samples. */
  readonly sampleMs: number;
  readonly interfaces: ReadonlyMap<string, InterfaceLoad>;
  readonly taskMemoryMib: number;
}

/**
 * The entry of a container in `/task/stats` at sample `sample` (0 at the task's start): a document of Docker's stats API,
 * or null while the container is not running.
 *
 * Its members are those of Docker 20.10 on cgroup v1, as on Fargate 1.4.0, where `pids_stats` is empty.
 */
export function statsDocument(
  container: SimulatedContainer,
  id: string,
  place: number,
  sample: number,
  sampling: SamplingOptions,
) {
  const { originMs, interfaces } = sampling;
  const readAt = sampledAt(place, sample, sampling);
  const taskS = secondsSince(originMs, readAt);
  const run = runAt(container.lifetime, taskS);
  if (run === undefined) {
    return null;
  }
  const prereadAt = sampledAt(place, sample - 1, sampling);
  const previousS = secondsSince(originMs, prereadAt);
  const hasPrevious = previousS >= run.startS;
  const { load, memoryMib } = container;
  const networks = networkStats(interfaces, taskS);
  return {
    read: formatInstant(readAt),
    preread: hasPrevious ? formatInstant(prereadAt) : NO_TIME,
    pids_stats: {},
    blkio_stats: blkioStats(diskTotals(container, run, taskS)),
    num_procs: 0,
    storage_stats: {},
    cpu_stats: cpuStats(sinceStart(load.cpuSeconds, run, taskS), taskS),
    precpu_stats: hasPrevious ? cpuStats(sinceStart(load.cpuSeconds, run, previousS), previousS) : noCpuStats(),
    memory_stats: memoryStats(
      load.memory,
      taskS - run.startS,
      memoryMib === undefined ? undefined : memoryMib * MIB,
      sampling.taskMemoryMib * MIB,
    ),
    name: container.name,
    id,
    networks,
    ...(hasPrevious
      ? { network_rate_stats: networkRates(networkStats(interfaces, previousS), networks, taskS - previousS) }
      : {}),
  };
}

/** Containers are read one after the other, each shortly before the sample is published, with some jitter. */
function sampledAt(place: number, sample: number, { seed, originMs, sampleMs }: SamplingOptions): Instant {
  const beforeMs = 1 + (hash(seed, 30, place) % Math.max(1, Math.floor(sampleMs / 20)));
  return { ms: originMs + sample * sampleMs - beforeMs, ns: hash(seed, 31, place, sample) % 1_000_000 };
}

function diskTotals({ load }: SimulatedContainer, run: Run, taskS: number) {
  return load.disk === undefined
    ? undefined
    : {
        readBytes: sinceStart(load.disk.readBytes, run, taskS),
        writtenBytes: sinceStart(load.disk.writtenBytes, run, taskS),
      };
}

function sinceStart(total: (seconds: number) => number, run: Run, taskS: number): number {
  return total(taskS) - total(run.startS);
}

export interface InterfaceCounters {
  readonly rx_bytes: number;
  readonly rx_packets: number;
  readonly rx_errors: number;
  readonly rx_dropped: number;
  readonly tx_bytes: number;
  readonly tx_packets: number;
  readonly tx_errors: number;
  readonly tx_dropped: number;
}

/** `networks`: counters of the task's network namespace, which every container reports. */
export function networkStats(
  interfaces: ReadonlyMap<string, InterfaceLoad>,
  taskS: number,
): Record<string, InterfaceCounters> {
  const counters: Record<string, InterfaceCounters> = {};
  for (const [name, load] of interfaces) {
    counters[name] = {
      rx_bytes: Math.floor(load.rxBytes(taskS)),
      rx_packets: Math.floor(load.rxPackets(taskS)),
      rx_errors: 0,
      rx_dropped: Math.floor(taskS / 420),
      tx_bytes: Math.floor(load.txBytes(taskS)),
      tx_packets: Math.floor(load.txPackets(taskS)),
      tx_errors: 0,
      tx_dropped: 0,
    };
  }
  return counters;
}

/** `network_rate_stats`, which version 4 of the endpoint adds: rates over all interfaces. */
export function networkRates(
  previous: Readonly<Record<string, InterfaceCounters>>,
  current: Readonly<Record<string, InterfaceCounters>>,
  elapsedS: number,
) {
  const sum = (all: typeof current, key: 'rx_bytes' | 'tx_bytes'): number =>
    Object.values(all).reduce((total, counters) => total + counters[key], 0);
  return {
    rx_bytes_per_sec: (sum(current, 'rx_bytes') - sum(previous, 'rx_bytes')) / elapsedS,
    tx_bytes_per_sec: (sum(current, 'tx_bytes') - sum(previous, 'tx_bytes')) / elapsedS,
  };
}
