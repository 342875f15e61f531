/** Delta temporality with a failing receiver: the acknowledged deltas add up to the growth. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Config } from '../../src/config/config.ts';
import { createTransitions } from '../../src/log/transitions.ts';
import { metricSet } from '../../src/metrics/row-instruments.ts';
import type { Sampler } from '../../src/sampler/sampler.ts';
import { createEcsTaskSource } from '../../src/sources/ecs-task/ecs-task-source.ts';
import { createEndpoint } from '../../src/sources/ecs-task/endpoint.ts';
import { VERSION } from '../../src/version.ts';
import { createSampler, createTelemetry } from '../../src/wiring.ts';
import { unit } from '../bench/simulator/curves.ts';
import { testConfig } from '../helpers/config.ts';
import { startFaultEndpoint } from '../helpers/fault-endpoint.ts';
import { type FaultReceiver, startFaultReceiver } from '../helpers/fault-receiver.ts';
import { metricsOf, type OtlpExport, type OtlpPoint, pointsOf } from '../helpers/otlp-export.ts';
import { recordingLogger } from '../helpers/recording-logger.ts';
import { type ScriptedTask, scriptedTask } from '../helpers/scripted-task.ts';
import { stopClock } from '../helpers/test-clock.ts';
import { ACCEPT_THEN_RESET, GOOD, RESET_EARLY, refused } from './responses.ts';

interface Exporting {
  readonly receiver: FaultReceiver;
  readonly task: ScriptedTask;
  readonly sampler: Sampler;
  /** Takes a sample and exports it. */
  next(): Promise<void>;
}

/** Sampler and OTLP exporter without timers: one export per sample. */
async function exporting(t: TestContext, answer: FaultReceiver['answer']): Promise<Exporting> {
  const clock = stopClock(t);
  const receiver = await startFaultReceiver(answer);
  const metadata = await startFaultEndpoint();
  const task = scriptedTask('web', 'worker');
  const { otlp } = testConfig(metadata.url);
  // No retry begins within 700 ms: one request per export.
  const config: Config = testConfig(metadata.url, {
    exporters: ['otlp'],
    otlp: { ...otlp, url: new URL(receiver.url), temporality: 'delta', timeoutMs: 700 },
    exportIntervalMs: 3_600_000,
    exportTimeoutMs: 30_000,
  });
  const logger = recordingLogger();
  const transitions = createTransitions({ logger });
  const endpoint = createEndpoint(config.metadataUrl);
  const sampler = createSampler(config, createEcsTaskSource(endpoint), logger, transitions);
  const telemetry = await createTelemetry(config, sampler, transitions);
  t.after(async () => {
    await receiver.down();
    await clock.during(telemetry.shutdown(1000));
    endpoint.close();
    await metadata.close();
  });
  return {
    receiver,
    task,
    sampler,
    async next() {
      task.publish(metadata);
      await sampler.poll();
      await telemetry.flush(30_000);
    },
  };
}

type Totals = Map<string, number>;

const NAMES = new Map(metricSet('semconv', VERSION).metrics.map((metric) => [metric.name, metric]));

function add(totals: Totals, name: string, attributes: Iterable<readonly [string, unknown]>, value: number): void {
  const key = `${name} ${JSON.stringify([...attributes].toSorted(([a], [b]) => (a < b ? -1 : 1)))}`;
  totals.set(key, (totals.get(key) ?? 0) + value);
}

/** The counters of a sample. */
function counted(sampler: Sampler): Totals {
  const totals: Totals = new Map();
  for (const { metric, attributes, value } of sampler
    .current()
    .flatMap(({ readings }) => [...readings.byScope.values()].flat())) {
    if (NAMES.get(metric.name)?.kind === 'counter') add(totals, metric.name, Object.entries(attributes), value);
  }
  return totals;
}

function sumOf(exports: readonly OtlpExport[]): Totals {
  const totals: Totals = new Map();
  for (const { name, isMonotonic, temporality, points } of exports.flatMap(metricsOf)) {
    if (!isMonotonic) continue;
    assert.equal(temporality, 'delta', name);
    for (const { attributes, value, startNs, timeNs } of points) {
      assert.ok(value >= 0 && startNs <= timeNs, `${name}: ${value} from ${startNs} to ${timeNs}`);
      add(totals, name, attributes, value);
    }
  }
  return totals;
}

/** Floating-point sums differ in their last digits. */
function assertClose(actual: Totals, expected: Totals): void {
  assert.deepEqual([...actual.keys()].toSorted(), [...expected.keys()].toSorted());
  for (const [key, value] of expected) {
    const found = actual.get(key) ?? Number.NaN;
    assert.ok(Math.abs(found - value) <= 1e-9 * Math.max(1, value), `${key}: ${found} instead of ${value}`);
  }
}

/** Growth since the exporter started; the exporter's own counters started with it. */
function growth(first: Totals, last: Totals): Totals {
  const isOwn = (key: string): boolean => key.startsWith('aws.ecs.exporter.');
  return new Map([...last].map(([key, value]) => [key, isOwn(key) ? value : value - (first.get(key) ?? 0)]));
}

const EXPORTS = 80;
const BAD = [refused(503), refused(429), refused(400), RESET_EARLY];

test('70 % of the exports fail at random: the acknowledged deltas add up to the growth', async (t) => {
  const running = await exporting(t, ({ number }) => {
    const isSuccessful = unit(5, number) < 0.3 || number >= EXPORTS;
    return isSuccessful ? GOOD : (BAD[Math.floor(unit(6, number) * BAD.length)] ?? GOOD);
  });
  const { receiver, task, sampler } = running;
  await running.next();
  const first = counted(sampler);
  while (receiver.arrivals.length < EXPORTS) {
    task.advance(1 + Math.floor(9 * unit(7, receiver.arrivals.length)));
    await running.next();
  }
  // The last export succeeds and contains the growth of the failed ones.
  task.advance(5);
  await running.next();
  const last = counted(sampler);
  assert.equal(receiver.arrivals.length, EXPORTS + 1);
  const failed = EXPORTS + 1 - receiver.accepted.length;
  assert.ok(failed > EXPORTS / 2, `${failed} failed`);
  const expected = growth(first, last);
  assert.ok(expected.size > 20 && (expected.get('container.cpu.time [["container.name","web"]]') ?? 1) > 0);
  // A counter from before the start has no point in the first export, and 0 afterwards if it does not grow.
  assertClose(sumOf(receiver.accepted), expected);
});

const sumOfPoints = (points: readonly OtlpPoint[]): number => points.reduce((sum, { value }) => sum + value, 0);

test('containers start, stop and restart during an outage', async (t) => {
  const running = await exporting(t, ({ number }) => (number % 4 === 3 ? GOOD : refused(503)));
  const { receiver, task } = running;
  await running.next();
  for (let at = 1; at <= 15; at += 1) {
    task.advance(10);
    if (at === 2 || at === 6) task.restart('worker');
    if (at === 5) task.add('late', { cores: 1 });
    // Absent from an accepted export, after growth in a failed one.
    const late = task.containers.get('late');
    if (late !== undefined) late.isRunning = at !== 11;
    await running.next();
  }
  assert.equal(receiver.accepted.length, 4);
  const sum = (name: string, container?: string): number =>
    sumOfPoints(
      receiver.accepted.flatMap((taken) => pointsOf(taken, name, container ? { 'container.name': container } : {})),
    );
  assert.equal(sum('aws.ecs.container.cpu.time', 'web'), 150 * 0.25);
  assert.equal(sum('aws.ecs.container.cpu.time', 'late'), 100);
  // Growth of a previous run after the last accepted export is lost: 20 s before the first
  // restart, and 30 s before the second one.
  assert.equal(sum('aws.ecs.container.cpu.time', 'worker'), (150 - 20 - 30) * 0.5);
  // The total of the task lacks only growth that was never sampled: the last 10 s before each restart.
  assert.equal(sum('aws.ecs.task.cpu.time'), 150 * 0.25 + 100 + (150 - 10 - 10) * 0.5);
});

test('an accepted export whose response is lost is counted again in the next one', async (t) => {
  const lost = new Set([2, 3, 6]);
  const running = await exporting(t, ({ number }) => (lost.has(number) ? ACCEPT_THEN_RESET : GOOD));
  const { receiver, task, sampler } = running;
  await running.next();
  const first = counted(sampler);
  for (let at = 1; at <= 9; at += 1) {
    task.advance(10);
    await running.next();
  }
  assert.equal(receiver.arrivals.length, 10);
  assert.equal(receiver.accepted.length, 10);
  const expected = growth(first, counted(sampler));
  const again = sumOf(receiver.accepted.filter(({ number }) => lost.has(number)));
  for (const [key, value] of again) expected.set(key, (expected.get(key) ?? 0) + value);
  assertClose(sumOf(receiver.accepted), expected);
  // 10 s in the first one that was lost, 20 s in the second one, 10 s in the third one; 90 s in all.
  const web = [...again].find(([key]) => key.startsWith('aws.ecs.container.cpu.time') && key.includes('"web"'));
  assert.equal(web?.[1], 40 * 0.25);
});
