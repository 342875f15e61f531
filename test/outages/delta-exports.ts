/** Exports of deltas to a failing receiver, and the growth that they must add up to. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Config } from '../../src/config/config.ts';
import { createTransitions } from '../../src/log/transitions.ts';
import { metricSet } from '../../src/metrics/row-instruments.ts';
import type { Sampler } from '../../src/sampler/sampler.ts';
import { createEcsTaskSource } from '../../src/sources/ecs-task/ecs-task-source.ts';
import { createEndpoint } from '../../src/sources/ecs-task/endpoint.ts';
import { VERSION } from '../../src/version.ts';
import { createSampler, createTelemetry } from '../../src/wiring.ts';
import { testConfig } from '../helpers/config.ts';
import { startFaultEndpoint } from '../helpers/fault-endpoint.ts';
import { type FaultReceiver, startFaultReceiver } from '../helpers/fault-receiver.ts';
import { metricsOf, type OtlpExport } from '../helpers/otlp-export.ts';
import { recordingLogger } from '../helpers/recording-logger.ts';
import { type ScriptedTask, scriptedTask } from '../helpers/scripted-task.ts';
import { stopClock } from '../helpers/test-clock.ts';

export interface Exporting {
  readonly receiver: FaultReceiver;
  readonly task: ScriptedTask;
  readonly sampler: Sampler;
  /** Takes a sample and exports it. */
  next(): Promise<void>;
}

/** Sampler and OTLP exporter without timers: one export per sample. */
export async function exporting(
  t: TestContext,
  answer: FaultReceiver['answer'],
  changes: Partial<Config['otlp']> = {},
  containers: readonly string[] = ['web', 'worker'],
): Promise<Exporting> {
  const clock = stopClock(t);
  const receiver = await startFaultReceiver(answer);
  const metadata = await startFaultEndpoint();
  const task = scriptedTask(...containers);
  const { otlp } = testConfig(metadata.url);
  // No retry begins within 700 ms: one request per export.
  const config: Config = testConfig(metadata.url, {
    exporters: ['otlp'],
    otlp: { ...otlp, url: new URL(receiver.url), temporality: 'delta', timeoutMs: 700, ...changes },
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

export type Totals = Map<string, number>;

const NAMES = new Map(metricSet('semconv', VERSION).metrics.map((metric) => [metric.name, metric]));

function add(totals: Totals, name: string, attributes: Iterable<readonly [string, unknown]>, value: number): void {
  const key = `${name} ${JSON.stringify([...attributes].toSorted(([a], [b]) => (a < b ? -1 : 1)))}`;
  totals.set(key, (totals.get(key) ?? 0) + value);
}

/** The counters of a sample. */
export function counted(sampler: Sampler): Totals {
  const totals: Totals = new Map();
  for (const { metric, attributes, value } of sampler
    .current()
    .flatMap(({ readings }) => [...readings.byScope.values()].flat())) {
    if (NAMES.get(metric.name)?.kind === 'counter') add(totals, metric.name, Object.entries(attributes), value);
  }
  return totals;
}

export function sumOf(exports: readonly OtlpExport[]): Totals {
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
export function assertClose(actual: Totals, expected: Totals): void {
  assert.deepEqual([...actual.keys()].toSorted(), [...expected.keys()].toSorted());
  for (const [key, value] of expected) {
    const found = actual.get(key) ?? Number.NaN;
    assert.ok(Math.abs(found - value) <= 1e-9 * Math.max(1, value), `${key}: ${found} instead of ${value}`);
  }
}

/** Growth since the exporter started; the exporter's own counters started with it. */
export function growth(first: Totals, last: Totals): Totals {
  const isOwn = (key: string): boolean => key.startsWith('aws.ecs.exporter.');
  return new Map([...last].map(([key, value]) => [key, isOwn(key) ? value : value - (first.get(key) ?? 0)]));
}
