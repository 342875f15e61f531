import { interpolate, type Json, type Progress, progressAt } from './progress.ts';
import recording from './recording.json' with { type: 'json' };

/** The container that leaks memory and restarts, and the length of its runs in seconds. */
const RESTARTING = 'flaky';
const RUN_S = 90;

/** Docker's zero time and counters, for the first sample of a run, which has no previous sample. */
const NO_TIME = '0001-01-01T00:00:00Z';
const NO_CPU = { cpu_usage: { total_usage: 0, usage_in_kernelmode: 0, usage_in_usermode: 0 } };

interface Sample {
  readonly read: string;
  readonly cpu_stats: Json;
  readonly memory_stats: Json;
  readonly blkio_stats: Json;
}

interface Recorded {
  readonly first: Sample;
  /** Without the members that did not change. */
  readonly second: Pick<Sample, 'read'> & Partial<Sample>;
}

const { containers, networks, recordedAt, tags, task } = recording;
const stats: Readonly<Record<string, Recorded | undefined>> = recording.stats;
const own = containers['ecs-container-exporter'];

/**
 * The documents by their path below the endpoint's address, each a function of the whole seconds since the first of the
 * two recorded samples. There is one sample per second. Times in the documents continue those of the recording.
 *
 * Recorded with Docker 20.10 on cgroup v1: Node.js programs below a cgroup with the task's limits, in one network
 * namespace. Names and ids are replaced, and the peak memory of the restarting container is lowered to its usage. The
 * metadata has the form of Fargate 1.4.0, and `pids_stats` is empty as there.
 */
export const DOCUMENTS: ReadonlyMap<string, (seconds: number) => Json> = new Map([
  ['', (seconds) => containerAt(own, seconds)],
  ['/stats', (seconds) => statsAt(own.Name, own.DockerId, seconds)],
  ['/task', taskAt],
  ['/taskWithTags', (seconds: number) => ({ ...taskAt(seconds), TaskTags: tags })],
  ['/task/stats', taskStatsAt],
]);

/** Identifies the task in the path of the endpoint, as on Fargate. */
export const ENDPOINT_ID = own.DockerId;

export const RECORDED_AT_MS = Date.parse(recordedAt);

/** Adds whole seconds to an RFC 3339 time and keeps all digits of its fraction. */
export function addSeconds(time: string, seconds: number): string {
  return `${new Date(Date.parse(time) + seconds * 1000).toISOString().slice(0, 19)}${time.slice(19)}`;
}

function taskAt(seconds: number) {
  // The agent checks the clock once a minute.
  const ReferenceTimestamp = addSeconds(task.ClockDrift.ReferenceTimestamp, seconds - (seconds % 60));
  return {
    ...task,
    ClockDrift: { ...task.ClockDrift, ReferenceTimestamp },
    Containers: Object.values(containers).map((container) => containerAt(container, seconds)),
  };
}

function containerAt(container: (typeof containers)[keyof typeof containers], seconds: number): Json {
  const document = { ...recording.everyContainer, ...container, DockerName: container.Name };
  if (container.Name !== RESTARTING) return document;
  const RestartCount = Math.floor(seconds / RUN_S);
  return { ...document, RestartCount, StartedAt: addSeconds(container.StartedAt, RestartCount * RUN_S) };
}

function taskStatsAt(seconds: number): Json {
  return Object.fromEntries(
    Object.values(containers).map(({ Name, DockerId }) => [DockerId, statsAt(Name, DockerId, seconds)]),
  );
}

/** Null for a container that has stopped. */
function statsAt(name: string, id: string, seconds: number): Json {
  const recorded = stats[name];
  if (recorded === undefined) return null;
  const { first, second } = recorded;
  const isRestarting = name === RESTARTING;
  const runS = isRestarting ? seconds % RUN_S : seconds;
  const hasPrevious = !isRestarting || runS > 0;
  const { time, work, level } = progressOf(recorded, runS);

  const cpuAt = (agoS: number): Json => {
    const fractions = {
      host: progressOf(recorded, seconds - agoS).time,
      container: progressOf(recorded, runS - agoS).work,
    };
    return interpolate(first.cpu_stats, second.cpu_stats, (key) =>
      key === 'system_cpu_usage' ? fractions.host : fractions.container,
    );
  };
  const memoryFraction = (key: string): number => {
    if (/^(?:total_)?pg/.test(key)) return work;
    if (isRestarting) return time;
    return key === 'max_usage' ? 1 : level;
  };
  return {
    read: addSeconds(first.read, seconds),
    preread: hasPrevious ? addSeconds(first.read, seconds - 1) : NO_TIME,
    pids_stats: {},
    blkio_stats: interpolate(first.blkio_stats, second.blkio_stats, () => work),
    num_procs: 0,
    storage_stats: {},
    cpu_stats: cpuAt(0),
    precpu_stats: hasPrevious ? cpuAt(1) : NO_CPU,
    memory_stats: interpolate(first.memory_stats, second.memory_stats, memoryFraction),
    name,
    id,
    networks: networksAt(seconds),
  };
}

/** Counters of the task's only network namespace, which every container reports. */
function networksAt(seconds: number): Json {
  const { work } = progressOf(recording.stats.web, seconds);
  return interpolate(networks.first, networks.second, () => work);
}

function progressOf({ first, second }: Recorded, seconds: number): Progress {
  return progressAt(seconds, (Date.parse(second.read) - Date.parse(first.read)) / 1000);
}
