import type { TaskIdentity } from '../metrics/identity.ts';
import type { SamplerState } from '../sampler/sampler.ts';
import type { ScrapeCounts } from '../self/scrape-counter.ts';
import { PROGRAM, VERSION } from '../version.ts';
import { createHistory, type History } from './history.ts';
import { createRateMeter } from './rates.ts';
import { exporterStatuses, pollStatus } from './self-status.ts';
import type { HistoryStatus, Status, TaskStatus, UsageStatus } from './status.ts';
import { containerKey, rateKeys, taskStatus } from './task-status.ts';

export interface StatusRecorderOptions {
  readonly state: () => SamplerState;
  /** @default no scrapes */
  readonly scrapes?: (() => ScrapeCounts) | undefined;
  /** Enabled exporters. */
  readonly exporters: readonly string[];
  readonly intervalMs: number;
  readonly hasHistory: boolean;
  /** Whether a resource attribute is exported. @default all */
  readonly isAttributeExported?: ((name: string) => boolean) | undefined;
  /** Monotonic milliseconds. @default performance.now */
  readonly nowMs?: () => number;
}

/** Records each sample, because rates and histories need earlier ones. */
export interface StatusRecorder {
  /** Call after each poll. */
  onPoll(): void;
  /** Without log and configuration. The same object until the values change. */
  current(): Status;
}

/**
 * With more containers there is no history, and values are only computed for requests. Bounds the memory to 0.3 MB, and the time
 * that each poll takes.
 */
const MAX_HISTORIES = 100;

/** In a large task, readings are as far apart as the requests of a client that follows the page. */
const MAX_GAP_INTERVALS = 3;
const MIN_GAP_SECONDS = 30;

type Recorded = Omit<Status, 'historySecondsAgo'>;

export function createStatusRecorder(options: StatusRecorderOptions): StatusRecorder {
  const {
    state,
    scrapes = noScrapes,
    exporters,
    intervalMs,
    hasHistory,
    isAttributeExported,
    nowMs = monotonicMs,
  } = options;
  const meter = createRateMeter(Math.max(MIN_GAP_SECONDS, (MAX_GAP_INTERVALS * intervalMs) / 1000));
  const history = hasHistory ? createHistory(intervalMs, HISTORY_VALUES) : undefined;
  let source: SamplerState | undefined;
  let recorded: Recorded | undefined;
  let published: Status | undefined;

  function record(latest: SamplerState): Recorded {
    const tasks = latest.tasks.map((task) =>
      taskStatus({ ...task, resource: selected(task.resource, isAttributeExported) }, meter),
    );
    meter.keepOnly(new Set(tasks.flatMap(keysOf).flatMap(rateKeys)));
    source = latest;
    published = undefined;
    recorded = {
      program: PROGRAM,
      version: VERSION,
      intervalSeconds: intervalMs / 1000,
      polls: pollStatus(latest.self),
      tasks,
      exporters: exporterStatuses(exporters, latest.self, scrapes()),
    };
    return recorded;
  }

  function forget(): void {
    source = undefined;
    recorded = undefined;
    published = undefined;
  }

  return {
    onPoll() {
      const latest = state();
      const isLarge = latest.tasks.reduce((sum, { view }) => sum + (view?.containers.length ?? 0), 0) > MAX_HISTORIES;
      if (isLarge) forget();
      const tasks = isLarge ? [] : record(latest).tasks;
      history?.push(nowMs(), new Map(tasks.flatMap(historyOf)));
    },
    current() {
      // Values can expire between polls.
      const latest = state();
      const known = recorded !== undefined && latest === source ? recorded : record(latest);
      published ??= history === undefined ? known : withHistory(known, history, nowMs());
      return published;
    },
  };
}

function noScrapes(): ScrapeCounts {
  return { count: 0, failures: 0 };
}

function monotonicMs(): number {
  return performance.now();
}

function selected(resource: TaskIdentity, isExported: ((name: string) => boolean) | undefined): TaskIdentity {
  if (isExported === undefined) return resource;
  return Object.fromEntries(Object.entries(resource).filter(([name]) => isExported(name)));
}

function keysOf({ key, containers }: TaskStatus): readonly string[] {
  return [key, ...containers.map(({ id }) => containerKey(key, id))];
}

/** Values of one slot: CPU, memory, network, disk. */
const HISTORY_VALUES = 4;

type Entry = readonly [key: string, values: readonly (number | undefined)[]];

function historyOf(task: TaskStatus): readonly Entry[] {
  return [
    [task.key, slotOf(task)],
    ...task.containers.map((container): Entry => [containerKey(task.key, container.id), slotOf(container)]),
  ];
}

function slotOf({ cpu, memory, network, disk }: UsageStatus): readonly (number | undefined)[] {
  return [
    cpu.cores,
    memory.workingSetBytes,
    sum(network.receivedBytesPerSecond, network.transmittedBytesPerSecond),
    sum(disk.readBytesPerSecond, disk.writtenBytesPerSecond),
  ];
}

function sum(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? undefined : one + other;
}

function withHistory(status: Recorded, history: History, nowMs: number): Status {
  const found = (key: string): HistoryStatus | undefined => {
    const lists = history.of(key, nowMs);
    if (lists === undefined) return undefined;
    const [cpuCores = [], memoryBytes = [], networkBytesPerSecond = [], diskBytesPerSecond = []] = lists;
    return { cpuCores, memoryBytes, networkBytesPerSecond, diskBytesPerSecond };
  };
  const tasks = status.tasks.map((task) => ({
    ...task,
    history: found(task.key),
    containers: task.containers.map((container) => ({
      ...container,
      history: found(containerKey(task.key, container.id)),
    })),
  }));
  return { ...status, tasks, historySecondsAgo: history.secondsAgo(nowMs) };
}
