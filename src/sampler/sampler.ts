import type { ResourceReadings, SampleSource } from '../../instrumentation/metric-definition.ts';
import { type Columns, createColumns } from '../metrics/columns.ts';
import { evaluateSelf } from '../metrics/evaluate.ts';
import type { TaskIdentity } from '../metrics/identity.ts';
import type { FailedValue } from '../metrics/recorder.ts';
import { DEFAULT_SELECTION, type Selection, type VocabularyName } from '../metrics/vocabulary.ts';
import type { ExportKinds, ExportResult } from '../self/export-account.ts';
import type { ProcessMeter } from '../self/process-meter.ts';
import type { ByReason } from '../self/self-scope.ts';
import type { EpochNs } from '../snapshot/snapshot.ts';
import { isGoodPoll, type PollResult, pollSafely, type TaskSource } from '../sources/task-source.ts';
import { type Account, createAccount } from './account.ts';
import { keepForMs, nextPollAfterMs, staleAfterMs, viewLifeMs } from './schedule.ts';
import { createTasks, type FollowedTask, type Tasks } from './tasks.ts';

/** What happened at a poll, for the log. */
export interface PollOutcome extends Omit<PollResult, 'tasks'> {
  readonly tasks: readonly FollowedTask[];
  readonly isGood: boolean;
  /** Values that could not be computed. */
  readonly internalErrors: readonly FailedValue[];
  /** How long the poll took. */
  readonly seconds: number;
}

export interface SamplerObserver {
  /** Called once the readings of the poll are current. */
  onPoll(outcome: PollOutcome): void;
}

/** All values of a task, or of the exporter itself. */
export interface TaskReadings extends ResourceReadings {
  readonly resource: TaskIdentity;
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
  /** What the program costs; a host of the library has ways of its own. @default none */
  readonly processMeter?: ProcessMeter | undefined;
  /** Counts of the HTTP server, read at each poll. @default none */
  readonly httpRejections?: ByReason | undefined;
  /** Milliseconds that only ever go on. @default performance.now */
  readonly monotonicMs?: () => number;
  /** Milliseconds since the epoch. @default Date.now */
  readonly wallMs?: () => number;
}

const NO_EXPORTS: ExportKinds = { exporters: [], failureReasons: [], withRejections: [] };

/**
 * The only timer. Readings are replaced as a whole after each poll, so a scrape or an export never waits for the source, and
 * scrapes and exports between two polls see the same values.
 */
export class Sampler implements SampleSource {
  readonly #options: Required<SamplerOptions>;
  readonly #columns: Columns;
  /** When the program began to look, in nanoseconds since the epoch. */
  readonly startedNs: bigint;
  readonly #account: Account;
  readonly #tasks: Tasks;
  /** When the last good poll ended, on the monotonic clock. */
  #lastSuccessMs: number | undefined;
  /** When the last poll ended, milliseconds since the epoch. */
  #polledMs: number;
  #entries: readonly TaskReadings[] = [];
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
    this.#columns = createColumns(vocabularies, selection);
    this.#polledMs = this.#options.wallMs();
    this.startedNs = epochNs(this.#polledMs);
    this.#account = createAccount(this.#options);
    const lives = { keepForMs: keepForMs(intervalMs), staleAfterMs: staleAfterMs(intervalMs) };
    this.#tasks = createTasks(source.onlyTask, { ...lives, isSelected });
    this.#record();
  }

  /** Polls now and then at every interval, until `stop`. */
  start(): void {
    if (this.#hasStarted || this.#isStopped) return;
    this.#hasStarted = true;
    void this.#tick();
  }

  /** Ends the timer. Resolves when the poll that is under way, if any, has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#polling;
  }

  /** One poll now; joins the one that is under way. Never rejects. */
  poll(): Promise<void> {
    this.#polling ??= this.#pollOnce().finally(() => {
      this.#polling = undefined;
    });
    return this.#polling;
  }

  /** A task without current readings keeps an entry with empty readings. */
  current(): readonly TaskReadings[] {
    // The next poll may be minutes away, so expiry does not wait for it.
    if (this.#dropOldViews()) this.#record();
    return this.#entries;
  }

  /** Counts an export that has ended; the counts appear with the next poll. */
  countExport(exporter: string, result: ExportResult): void {
    this.#account.exports.enter(exporter, result);
  }

  /** Whether a poll was good within the last three intervals. */
  isFresh(): boolean {
    const lastMs = this.#lastSuccessMs;
    return lastMs !== undefined && this.#options.monotonicMs() - lastMs <= keepForMs(this.#options.intervalMs);
  }

  #dropOldViews(): boolean {
    const { intervalMs, monotonicMs } = this.#options;
    const history = this.#account.history();
    return this.#tasks.expire(monotonicMs(), (hasStats) => viewLifeMs(intervalMs, history, hasStats));
  }

  async #tick(): Promise<void> {
    const startedMs = this.#options.monotonicMs();
    await this.poll();
    if (this.#isStopped) return;
    const waitMs = nextPollAfterMs(this.#options.intervalMs, this.#account.history());
    // From the start of this poll, so that intervals do not drift by its length; never a burst to catch up.
    const elapsedMs = this.#options.monotonicMs() - startedMs;
    // It keeps the process alive until `stop`: a program that only waits for the first sample must not end before it.
    this.#timer = setTimeout(() => void this.#tick(), Math.max(0, waitMs - elapsedMs));
  }

  async #pollOnce(): Promise<void> {
    const startedMs = this.#options.monotonicMs();
    const result = await pollSafely(this.#options.source);
    const nowMs = this.#options.monotonicMs();
    const { followed: tasks, failures: followErrors } = this.#tasks.follow(result, nowMs);
    const isGood = isGoodPoll(result);
    if (isGood) this.#lastSuccessMs = nowMs;
    const seconds = Math.round((nowMs - startedMs) * 1000) / 1e6;
    this.#polledMs = this.#options.wallMs();
    const restarts = tasks.reduce((sum, { restarted }) => sum + restarted.length, 0);
    this.#account.recordPoll(result, seconds, restarts, this.#polledMs / 1000);
    this.#dropOldViews();
    const internalErrors = [...followErrors, ...this.#record()];
    this.#account.countInternalErrors(internalErrors.length);
    try {
      this.#options.observer.onPoll({ ...result, tasks, isGood, internalErrors, seconds });
    } catch {
      // An observer that throws must not stop the polling.
      this.#account.countInternalErrors(1);
    }
  }

  /** Replaces the readings, and returns the values that could not be computed. */
  #record(): readonly FailedValue[] {
    const { recorded, own } = this.#tasks.record({
      columns: this.#columns,
      polledNs: epochNs(this.#polledMs),
      exporterStartNs: this.startedNs,
    });
    const series = recorded.reduce((sum, { recorder }) => sum + recorder.count(), 0);
    evaluateSelf(this.#account.scope(this.#tasks.containers(), series), own);
    this.#entries = recorded.map(({ key, resource, recorder: { readings } }) => ({ key, resource, readings }));
    return recorded.flatMap(({ recorder }) => recorder.failures);
  }
}

function epochNs(wallMs: number): EpochNs {
  return BigInt(Math.round(wallMs)) * 1_000_000n;
}
