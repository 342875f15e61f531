import type { TestContext } from 'node:test';
import type { Config } from '../../src/config/config.ts';
import { createTransitions } from '../../src/log/transitions.ts';
import { createEcsTaskSource } from '../../src/sources/ecs-task/ecs-task-source.ts';
import { EndpointError } from '../../src/sources/ecs-task/endpoint-error.ts';
import { createSampler, createTelemetry } from '../../src/wiring.ts';
import { metricsOf, testConfig } from '../helpers/config.ts';
import { type OtlpReceiver, startOtlpReceiver } from '../helpers/otlp-receiver.ts';
import { recordingLogger } from '../helpers/recording-logger.ts';
import { stopClock } from '../helpers/test-clock.ts';
import { type Checker, createChecker } from './checker.ts';
import type { StatsFailure } from './faults.ts';
import { createFaultyTask, type Served } from './faulty-task.ts';
import type { Shape } from './true-task.ts';

export interface RunOptions {
  readonly shape: Shape;
  readonly seed: number;
  readonly minutes: number;
  readonly pollMs: number;
  readonly rate: number;
}

export interface RunResult {
  /** Scraped, and pushed with cumulative temporality. */
  readonly cumulative: Checker;
  /** Pushed with delta temporality. */
  readonly delta: Checker;
  /** Number of samples with each fault. */
  readonly faults: ReadonlyMap<string, number>;
}

/** Age of the task at the start, as in the simulator: its counters are large. */
const AGE_MS = 720_000;
/** Polls without new faults at the end, so that the last values are good. */
const FINAL_POLLS = 5;

const FAILURES = { 500: 'server_error', 429: 'throttled', closed: 'reset' } as const satisfies Record<
  StatsFailure,
  string
>;

/** Runs sampler, scrapes and exports in this process, without timers, on a test clock. */
export async function runInProcess(t: TestContext, options: RunOptions): Promise<RunResult> {
  const { shape, seed, minutes, pollMs, rate } = options;
  const clock = stopClock(t);
  const task = createFaultyTask({ seed, shape, rate, originMs: Date.now() - AGE_MS, sampleMs: pollMs });
  let served: Served | undefined;
  const source = createEcsTaskSource({
    fetchStats: async () => {
      served = task.serve(AGE_MS + clock.elapsedMs - startedMs);
      if (typeof served.stats === 'object') return served.stats.body;
      throw new EndpointError(FAILURES[served.stats], `a fault: ${served.stats}`);
    },
    fetchTask: async () => served?.task,
    close: () => {},
  });
  const startedMs = clock.elapsedMs;
  const receivers = { cumulative: await startOtlpReceiver(), delta: await startOtlpReceiver() };
  const configOf = (temporality: 'cumulative' | 'delta'): Config => {
    const config = testConfig('http://127.0.0.1/', { intervalMs: pollMs, metrics: metricsOf('all') });
    return {
      ...config,
      exporters: temporality === 'cumulative' ? ['prometheus', 'otlp'] : ['otlp'],
      otlp: { ...config.otlp, url: new URL(receivers[temporality].url), temporality },
      exportIntervalMs: 3_600_000,
    };
  };
  const config = configOf('cumulative');
  const logger = recordingLogger();
  const transitions = createTransitions({ logger });
  const sampler = createSampler(config, source, logger, transitions);
  const pipelines = {
    cumulative: await createTelemetry(config, sampler, transitions),
    delta: await createTelemetry(configOf('delta'), sampler, transitions),
  };
  const checkers = { cumulative: createChecker(shape), delta: createChecker(shape) };

  const polls = Math.round((minutes * 60_000) / pollMs);
  for (let at = 1; at <= polls; at += 1) {
    if (at > polls - FINAL_POLLS) task.stopFaults();
    clock.pass(pollMs);
    await sampler.poll();
    for (const name of ['cumulative', 'delta'] as const) {
      if (served !== undefined) checkers[name].poll(served);
      await pipelines[name].flush(30_000);
      await checkNewest(checkers[name], receivers[name], at - 1);
    }
    checkers.cumulative.page(String((await pipelines.cumulative.page?.())?.body));
  }
  for (const name of ['cumulative', 'delta'] as const) {
    await receivers[name].close();
    await clock.during(pipelines[name].shutdown(1000));
  }
  return { ...checkers, faults: task.counts };
}

async function checkNewest(checker: Checker, receiver: OtlpReceiver, index: number): Promise<void> {
  checker.export(await receiver.received(index));
}
