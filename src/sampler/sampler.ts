import type { ReadingSource, Readings } from '../../instrumentation/metric-definition.ts';
import { EMPTY_HISTORY, followTask, type TaskHistory, type TaskStep } from '../history/task-history.ts';
import type { TaskView } from '../history/view.ts';
import { type Columns, createColumns } from '../metrics/columns.ts';
import { evaluate, evaluateSelf } from '../metrics/evaluate.ts';
import { type TaskIdentity, taskIdentity } from '../metrics/identity.ts';
import { createRecorder, type FailedValue, failedValue, type Recorder } from '../metrics/recorder.ts';
import { DEFAULT_SELECTION, type Selection } from '../metrics/selection.ts';
import { createSeriesBook } from '../metrics/series.ts';
import type { VocabularyName } from '../metrics/vocabulary.ts';
import { createExportAccount, type ExportAccount, type ExportKinds } from '../self/export-account.ts';
import type { ProcessMeter } from '../self/process-meter.ts';
import type { ContainerCounts, SelfScope } from '../self/self-scope.ts';
import type { EpochNs, TaskSnapshot } from '../snapshot/snapshot.ts';
import { EndpointError } from '../sources/ecs-task/endpoint-error.ts';
import type { PollResult } from '../sources/ecs-task/poller.ts';
import type { TagsAttempt } from '../sources/ecs-task/tag-reader.ts';
import { type Account, createAccount } from './account.ts';
import { nextPollAfterMs } from './schedule.ts';

/** What happened at a poll, for the log. */
export interface SamplerObserver {
  onPoll(outcome: {
    readonly snapshot?: TaskSnapshot | undefined;
    readonly failures: readonly EndpointError[];
    /** Names of the containers that restarted in place. */
    readonly restarted: readonly string[];
    /** Names of the RUNNING containers without a current sample. */
    readonly withoutStats: readonly string[];
    /** Values that could not be computed. */
    readonly internalErrors: readonly FailedValue[];
    /** Number of containers with a new sample. */
    readonly renewed: number;
    /** How long the poll took. */
    readonly seconds: number;
    /** Set where the tags of the task were asked for. */
    readonly tags?: TagsAttempt | undefined;
  }): void;
}

export interface SamplerOptions {
  readonly poll: () => Promise<PollResult>;
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
  /** Milliseconds that only ever go on. @default performance.now */
  readonly monotonicMs?: () => number;
  /** Milliseconds since the epoch. @default Date.now */
  readonly wallMs?: () => number;
}

/** All members set, but for those that may stay away. */
type Defaulted<Options, Optional extends keyof Options> = Required<Omit<Options, Optional>> & Pick<Options, Optional>;

/** How long a sample that the endpoint does not renew may stand for the present, at least (Fargate renews every 10 s). */
const MIN_SAMPLE_LIFE_MS = 60_000;
const INTERVALS_TO_LIVE = 3;

type Followed = Pick<TaskStep, 'restarted' | 'withoutStats' | 'renewed'> & { readonly followError?: FailedValue };

const NOTHING: Followed = { restarted: [], withoutStats: [], renewed: 0 };

const NO_EXPORTS: ExportKinds = { exporters: [], failureReasons: [], withRejections: [] };

/**
 * The only timer and the only state between polls. Readings are replaced as a whole after each poll, so a scrape or an
 * export never waits for the endpoint, and two of them between polls see the same values.
 */
export class Sampler implements ReadingSource {
  readonly #options: Defaulted<SamplerOptions, 'processMeter'>;
  readonly #columns: Columns;
  readonly #series = createSeriesBook();
  /** When the program began to look, in nanoseconds since the epoch. */
  readonly startedNs: bigint;
  readonly #account: Account;
  readonly #exports: ExportAccount;
  #history: TaskHistory = EMPTY_HISTORY;
  #view: TaskView | undefined;
  /** When the view was made, on the monotonic clock. */
  #viewedMs = 0;
  /** Whether the poll that made it read stats. */
  #hasViewStats = false;
  #containers: Omit<ContainerCounts, 'withStats'> = { withoutStats: 0, stale: 0 };
  #identity: TaskIdentity = Object.freeze({});
  #identityKey = '';
  /** When the last poll that read stats ended, on the monotonic clock. */
  #lastSuccessMs: number | undefined;
  /** When the last poll ended, milliseconds since the epoch. */
  #polledMs: number;
  #readings: Readings;
  #timer: NodeJS.Timeout | undefined;
  #polling: Promise<void> | undefined;
  #hasStarted = false;
  #isStopped = false;

  constructor(options: SamplerOptions) {
    this.#options = {
      selection: DEFAULT_SELECTION,
      exports: NO_EXPORTS,
      monotonicMs: () => performance.now(),
      wallMs: () => Date.now(),
      ...options,
    };
    this.#columns = createColumns(this.#options.vocabularies, this.#options.selection);
    this.#polledMs = this.#options.wallMs();
    this.startedNs = epochNs(this.#polledMs);
    this.#account = createAccount();
    this.#exports = createExportAccount(this.#options.exports);
    this.#readings = this.#record().readings;
  }

  /** Polls now and then at every interval, until `stop`. */
  start(): void {
    if (this.#hasStarted || this.#isStopped) return;
    this.#hasStarted = true;
    void this.#tick();
  }

  /** Ends the timer. A poll that is under way is not waited for. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  /** One poll now; joins the one that is under way. Never rejects. */
  poll(): Promise<void> {
    this.#polling ??= this.#pollOnce().finally(() => {
      this.#polling = undefined;
    });
    return this.#polling;
  }

  current(): Readings {
    // The next poll may be minutes away, so expiry does not wait for it.
    if (this.#dropOldView()) this.#readings = this.#record().readings;
    return this.#readings;
  }

  resource(): TaskIdentity {
    return this.#identity;
  }

  /** Counts an export, and why it failed if it did; the counts appear with the next poll. */
  countExport(exporter: string, failureReason: string | undefined): void {
    this.#exports.enter(exporter, failureReason);
  }

  /** Counts points that a receiver did not take out of an export that it took. */
  countRejected(exporter: string, points: number): void {
    this.#exports.enterRejected(exporter, points);
  }

  /** Whether stats were read within the last three intervals. */
  isFresh(): boolean {
    const lastMs = this.#lastSuccessMs;
    return lastMs !== undefined && this.#options.monotonicMs() - lastMs <= this.#keepForMs();
  }

  #keepForMs(): number {
    return INTERVALS_TO_LIVE * this.#options.intervalMs;
  }

  /** Where only stats fail, the rest stays until the next poll, which an endpoint that fails can put off. */
  #viewLifeMs(): number {
    if (this.#hasViewStats) return this.#keepForMs();
    const { intervalMs } = this.#options;
    return Math.max(this.#keepForMs(), nextPollAfterMs(intervalMs, this.#account.history()) + intervalMs);
  }

  #dropOldView(): boolean {
    const isOld = this.#options.monotonicMs() - this.#viewedMs > this.#viewLifeMs();
    if (this.#view === undefined || !isOld) return false;
    this.#view = undefined;
    return true;
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
    const result = await this.#pollSafely();
    const { snapshot, failures, tags } = result;
    const nowMs = this.#options.monotonicMs();
    const { restarted, withoutStats, renewed, followError } = this.#followSafely(snapshot, nowMs);
    if (snapshot?.hasStats === true) this.#lastSuccessMs = nowMs;
    const seconds = Math.round((nowMs - startedMs) * 1000) / 1e6;
    this.#polledMs = this.#options.wallMs();
    this.#account.enterPoll(result, seconds, restarted.length, this.#polledMs / 1000);
    this.#dropOldView();
    this.#series.renew();
    const { readings, failures: valueErrors } = this.#record();
    this.#readings = readings;
    const internalErrors = followError === undefined ? valueErrors : [followError, ...valueErrors];
    this.#account.countInternalErrors(internalErrors.length);
    try {
      this.#options.observer.onPoll({
        snapshot,
        failures,
        restarted,
        withoutStats,
        renewed,
        seconds,
        internalErrors,
        tags,
      });
    } catch {
      // An observer that throws must not stop the polling.
      this.#account.countInternalErrors(1);
    }
  }

  /** A poll that throws is a failed poll: it must stop neither the polling nor the process that hosts the library. */
  async #pollSafely(): Promise<PollResult> {
    try {
      return await this.#options.poll();
    } catch (error) {
      const cause = error instanceof Error ? error : undefined;
      const message = `the poll failed: ${cause?.message ?? String(error)}`;
      return { failures: [new EndpointError('parse', message, { cause })], refused: new Map() };
    }
  }

  /** A snapshot that cannot be followed leaves everything as it was. */
  #followSafely(snapshot: TaskSnapshot | undefined, nowMs: number): Followed {
    if (snapshot === undefined) return NOTHING;
    try {
      return this.#follow(snapshot, nowMs);
    } catch (error) {
      return { ...NOTHING, followError: failedValue(error) };
    }
  }

  #follow(snapshot: TaskSnapshot, nowMs: number): Followed {
    const { intervalMs, isSelected } = this.#options;
    const { history, view, restarted, withoutStats, stale, renewed } = followTask(this.#history, snapshot, {
      nowMs,
      staleAfterMs: Math.max(INTERVALS_TO_LIVE * intervalMs, MIN_SAMPLE_LIFE_MS),
      keepForMs: this.#keepForMs(),
      isSelected,
    });
    this.#history = history;
    this.#view = view;
    this.#viewedMs = nowMs;
    this.#hasViewStats = snapshot.hasStats;
    this.#containers = { withoutStats: withoutStats.length, stale };
    // What was known once stays: a resource that loses an attribute is another one, with other series.
    const identity = Object.freeze({ ...this.#identity, ...taskIdentity(snapshot.task) });
    const key = JSON.stringify(identity);
    if (key !== this.#identityKey) {
      this.#identity = identity;
      this.#identityKey = key;
    }
    return { restarted, withoutStats, renewed };
  }

  #record(): Pick<Recorder, 'readings' | 'failures'> {
    const recorder = createRecorder({
      columns: this.#columns,
      series: this.#series,
      polledNs: epochNs(this.#polledMs),
      exporterStartNs: this.startedNs,
    });
    const view = this.#view;
    if (view !== undefined) evaluate(view, recorder);
    const withStats = view?.containers.filter(({ sample }) => sample !== undefined).length;
    const self: SelfScope = {
      version: this.#options.version,
      nodeVersion: process.version,
      polls: this.#account.counts(),
      containers: withStats === undefined ? undefined : { withStats, ...this.#containers },
      series: recorder.count(),
      exports: this.#exports.counts(),
      processUse: this.#options.processMeter?.read(),
    };
    evaluateSelf(self, recorder);
    return recorder;
  }
}

function epochNs(wallMs: number): EpochNs {
  return BigInt(Math.round(wallMs)) * 1_000_000n;
}
