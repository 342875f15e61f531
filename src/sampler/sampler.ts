import type { ReadingSource, ResourceReadings, SampleSource } from '../../instrumentation/metric-definition.ts';
import { DEFAULT_SELECTION, type Selection } from '../metrics/catalogue.ts';
import { evaluateSelf } from '../metrics/evaluate.ts';
import type { TaskIdentity } from '../metrics/identity.ts';
import type { FailedValue } from '../metrics/recorder.ts';
import { createRowInstruments, type RowInstruments } from '../metrics/row-instruments.ts';
import type { VocabularyName } from '../metrics/vocabulary.ts';
import type { ExportKinds, ExportResult } from '../self/export-counters.ts';
import type { ProcessMeter } from '../self/process-meter.ts';
import type { ByReason, SelfScope } from '../self/self-scope.ts';
import type { EpochNs } from '../snapshot/snapshot.ts';
import { isSuccessfulPoll, type PollResult, pollSafely, type TaskSource } from '../sources/task-source.ts';
import { keepForMs, nextPollAfterMs, staleAfterMs, viewLifetimeMs } from './schedule.ts';
import { createSelfCounters, type SelfCounters } from './self-counters.ts';
import { createTasks, type Recorded, type Tasks, type UpdatedTask } from './tasks.ts';

/** The outcome of a poll, for the log. */
export interface PollOutcome extends Omit<PollResult, 'tasks'> {
  readonly tasks: readonly UpdatedTask[];
  readonly isSuccessful: boolean;
  /** Values that could not be computed. */
  readonly internalErrors: readonly FailedValue[];
  /** Duration of the poll. */
  readonly seconds: number;
  /** When the poll ended, in milliseconds since the epoch. */
  readonly endedMs: number;
}

export interface SamplerObserver {
  /** Called after the readings of the poll have become current. */
  onPoll(outcome: PollOutcome): void;
}

/** All values of a task, or of the exporter itself. */
export interface TaskReadings extends ResourceReadings {
  readonly resource: TaskIdentity;
}

/** The tasks and the exporter itself at the last poll, for the status page. */
export interface SamplerState {
  /** `view` is undefined without a recent sample. */
  readonly tasks: readonly Pick<Recorded, 'key' | 'resource' | 'view'>[];
  /** A live object: its counts continue to change. */
  readonly self: SelfScope;
}

export interface SamplerOptions {
  readonly source: Omit<TaskSource, 'close'>;
  readonly intervalMs: number;
  readonly isSelected: (name: string) => boolean;
  readonly vocabularies: readonly VocabularyName[];
  /** @default DEFAULT_SELECTION */
  readonly selection?: Selection;
  readonly version: string;
  /** Exporters whose exports are counted. @default none */
  readonly exports?: ExportKinds;
  readonly observer: SamplerObserver;
  /** Measures the process of the program; the library does not. @default none */
  readonly processMeter?: ProcessMeter | undefined;
  /** Counts of the HTTP server, read at each poll. @default none */
  readonly httpRejections?: ByReason | undefined;
  /** Monotonic milliseconds. @default performance.now */
  readonly monotonicMs?: () => number;
  /** Milliseconds since the epoch. @default Date.now */
  readonly wallMs?: () => number;
}

const NO_EXPORTS: ExportKinds = { exporters: [], failureReasons: [], withRejections: [], withBytes: [] };

/**
 * Polls the source on a timer. Each poll replaces all readings, so scrapes and exports never wait for the source and see the
 * same values between two polls.
 */
export class Sampler implements SampleSource {
  readonly #options: Required<SamplerOptions>;
  readonly #instruments: RowInstruments;
  /** When the sampler was created, in nanoseconds since the epoch. */
  readonly startedNs: bigint;
  readonly #counters: SelfCounters;
  readonly #tasks: Tasks;
  /** When the last successful poll ended, on the monotonic clock. */
  #lastSuccessMs: number | undefined;
  /** When the last poll ended, in milliseconds since the epoch. */
  #polledMs: number;
  #entries: readonly TaskReadings[] = [];
  #state: SamplerState;
  #timer: NodeJS.Timeout | undefined;
  #polling: Promise<void> | undefined;
  #hasStarted = false;
  #isStopped = false;

  constructor(options: SamplerOptions) {
    this.#options = {
      selection: DEFAULT_SELECTION,
      exports: NO_EXPORTS,
      processMeter: undefined,
      httpRejections: undefined,
      monotonicMs: () => performance.now(),
      wallMs: () => Date.now(),
      ...options,
    };
    const { source, intervalMs, isSelected, vocabularies, selection } = this.#options;
    this.#instruments = createRowInstruments(vocabularies, selection);
    this.#polledMs = this.#options.wallMs();
    this.startedNs = epochNs(this.#polledMs);
    this.#counters = createSelfCounters(this.#options);
    const lives = { keepForMs: keepForMs(intervalMs), staleAfterMs: staleAfterMs(intervalMs) };
    this.#tasks = createTasks(source.onlyTask, { ...lives, isSelected });
    this.#state = { tasks: [], self: this.#counters.scope(undefined, 0) };
    this.#record();
  }

  /** Polls immediately and then at every interval, until `stop`. */
  start(): void {
    if (this.#hasStarted || this.#isStopped) return;
    this.#hasStarted = true;
    void this.#tick();
  }

  /** Stops the timer. Resolves when a running poll has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#polling;
  }

  /** Polls now, or waits for the running poll. Never rejects. */
  poll(): Promise<void> {
    this.#polling ??= this.#pollOnce().finally(() => {
      this.#polling = undefined;
    });
    return this.#polling;
  }

  /** A task without current readings keeps an entry with empty readings. */
  current(): readonly TaskReadings[] {
    // The next poll can be minutes away.
    if (this.#dropOldViews()) this.#record();
    return this.#entries;
  }

  /** The same object until the readings change. */
  state(): SamplerState {
    this.current();
    return this.#state;
  }

  /** Counts an export; the counts appear with the next poll. */
  countExport(exporter: string, result: ExportResult): void {
    this.#counters.exports.record(exporter, result, this.#options.wallMs());
  }

  /** Counts bytes that a push exporter has sent; the count appears with the next poll. */
  countSentBytes(exporter: string, bytes: number): void {
    this.#counters.exports.recordBytes(exporter, bytes);
  }

  /** True if a poll succeeded within the last three intervals. */
  isFresh(): boolean {
    const lastMs = this.#lastSuccessMs;
    return lastMs !== undefined && this.#options.monotonicMs() - lastMs <= keepForMs(this.#options.intervalMs);
  }

  #dropOldViews(): boolean {
    const { intervalMs, monotonicMs } = this.#options;
    const history = this.#counters.history();
    return this.#tasks.expire(monotonicMs(), (hasStats) => viewLifetimeMs(intervalMs, history, hasStats));
  }

  async #tick(): Promise<void> {
    const startedMs = this.#options.monotonicMs();
    await this.poll();
    if (this.#isStopped) return;
    const waitMs = nextPollAfterMs(this.#options.intervalMs, this.#counters.history());
    // Measured from the start of this poll, so that intervals do not drift by its duration.
    const elapsedMs = this.#options.monotonicMs() - startedMs;
    // No unref(): an application that only waits for the first sample must not exit before it.
    this.#timer = setTimeout(() => void this.#tick(), Math.max(0, waitMs - elapsedMs));
  }

  async #pollOnce(): Promise<void> {
    const startedMs = this.#options.monotonicMs();
    const result = await pollSafely(this.#options.source);
    const nowMs = this.#options.monotonicMs();
    const { updated: tasks, failures: updateFailures } = this.#tasks.update(result, nowMs);
    const isSuccessful = isSuccessfulPoll(result);
    if (isSuccessful) this.#lastSuccessMs = nowMs;
    const seconds = Math.round((nowMs - startedMs) * 1000) / 1e6;
    this.#polledMs = this.#options.wallMs();
    const restarts = tasks.reduce((sum, { restarted }) => sum + restarted.length, 0);
    this.#counters.recordPoll(result, seconds, restarts, this.#polledMs / 1000);
    this.#dropOldViews();
    const internalErrors = [...updateFailures, ...this.#record()];
    this.#counters.recordInternalErrors(internalErrors.length);
    try {
      this.#options.observer.onPoll({
        ...result,
        tasks,
        isSuccessful,
        internalErrors,
        seconds,
        endedMs: this.#polledMs,
      });
    } catch {
      // An observer that throws must not stop the polling.
      this.#counters.recordInternalErrors(1);
    }
  }

  /** Replaces the readings. Returns the values that could not be computed. */
  #record(): readonly FailedValue[] {
    const { recorded, own } = this.#tasks.record({
      instruments: this.#instruments,
      polledNs: epochNs(this.#polledMs),
      exporterStartNs: this.startedNs,
    });
    const series = recorded.reduce((sum, { recorder }) => sum + recorder.count(), 0);
    const self = this.#counters.scope(this.#tasks.containers(), series);
    evaluateSelf(self, own);
    this.#state = { tasks: recorded.map(({ key, resource, view }) => ({ key, resource, view })), self };
    this.#entries = recorded.map(({ key, resource, recorder: { readings } }) => ({ key, resource, readings }));
    return recorded.flatMap(({ recorder }) => recorder.failures);
  }
}

/** The readings of a sampler whose source has only one task. */
export function onlyResource(
  sampler: Pick<Sampler, 'current'>,
): Pick<ReadingSource, 'current'> & { resource(): TaskIdentity } {
  return {
    current: () => sampler.current()[0]?.readings ?? { byScope: new Map() },
    resource: () => sampler.current()[0]?.resource ?? {},
  };
}

function epochNs(wallMs: number): EpochNs {
  return BigInt(Math.round(wallMs)) * 1_000_000n;
}
