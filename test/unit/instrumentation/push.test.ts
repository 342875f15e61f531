import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import {
  AggregationTemporality,
  type DataPoint,
  InMemoryMetricExporter,
  type PushMetricExporter,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import type { Reading } from '../../../instrumentation/metric-definition.ts';
import { createPushPipeline, type PushPipeline } from '../../../instrumentation/readers/push.ts';
import { eventually } from '../../helpers/eventually.ts';
import {
  createRooms,
  ENERGY,
  type FakeSource,
  fakeSource,
  GARDEN,
  HUMIDITY,
  PEOPLE,
  pipelineOptions,
  ROOMS,
  TEMPERATURE,
} from './made-up.ts';

const room = createRooms();
const NEVER_MS = 3_600_000;
/** Longer than a busy machine takes for any export here. */
const PATIENT_MS = 60_000;

interface Pushing {
  readonly source: FakeSource;
  readonly pipeline: PushPipeline;
  /** How each export ended. */
  readonly ends: (string | undefined)[];
}

function push(
  context: TestContext,
  exporter: PushMetricExporter,
  { source = fakeSource(), sets = [ROOMS], intervalMs = NEVER_MS, timeoutMs = PATIENT_MS } = {},
): Pushing {
  const ends: (string | undefined)[] = [];
  const onExport = (error: Error | undefined): void => void ends.push(error?.message);
  const pipeline = createPushPipeline(pipelineOptions(source, sets), {
    exporter,
    intervalMs,
    timeoutMs,
    onExport,
    watchedFromNs: 0n,
  });
  context.after(() => pipeline.shutdown(100));
  return { source, pipeline, ends };
}

function memory(temporality = AggregationTemporality.CUMULATIVE): InMemoryMetricExporter {
  return new InMemoryMetricExporter(temporality);
}

/** What was exported, one by one: `metric room` and value. */
function exported(exporter: InMemoryMetricExporter): readonly Readonly<Record<string, unknown>>[] {
  return exporter
    .getMetrics()
    .map(({ scopeMetrics }) =>
      Object.fromEntries(
        scopeMetrics
          .flatMap(({ metrics }) => metrics)
          .flatMap(({ descriptor, dataPoints }) =>
            [...dataPoints].map(({ attributes, value }) => [`${descriptor.name} ${attributes['room']}`, value]),
          ),
      ),
    );
}

function pointsOf(metrics: ResourceMetrics): readonly DataPoint<unknown>[] {
  return metrics.scopeMetrics.flatMap((scope) => scope.metrics).flatMap(({ dataPoints }) => [...dataPoints]);
}

const three = (name: string, value: number): readonly Reading[] =>
  [TEMPERATURE, ENERGY, PEOPLE].map((metric) => ({ metric, attributes: room(name), value }));

test('nothing is exported before it is asked for or its time comes; then what is current', async (context) => {
  const exporter = memory();
  const { source, pipeline, ends } = push(context, exporter);
  source.show(three('hall', 1));
  assert.deepEqual(exporter.getMetrics(), []);
  source.show(three('hall', 2));
  await pipeline.flush(PATIENT_MS);
  assert.deepEqual(exported(exporter), [{ 'room.temperature hall': 2, 'room.energy hall': 2, 'room.people hall': 2 }]);
  assert.deepEqual(ends, [undefined]);
});

test('an export at every interval', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: 1_700_000_000_000 });
  const exporter = memory();
  const { source } = push(context, exporter, { intervalMs: 5000 });
  source.show(three('hall', 1));
  const counts: number[] = [];
  for (let interval = 0; interval < 3; interval += 1) {
    context.mock.timers.tick(5000);
    await turn();
    // The exporter's own timer of 0.
    context.mock.timers.tick(1);
    await turn();
    counts.push(exporter.getMetrics().length);
  }
  context.mock.timers.reset();
  assert.deepEqual(counts, [1, 2, 3]);
});

test('a series that is gone is not exported any more', async (context) => {
  const exporter = memory();
  const { source, pipeline } = push(context, exporter);
  source.show([...three('hall', 1), ...three('attic', 1)]);
  await pipeline.flush(PATIENT_MS);
  source.show(three('attic', 2));
  await pipeline.flush(PATIENT_MS);
  assert.deepEqual(exported(exporter)[1], {
    'room.temperature attic': 2,
    'room.energy attic': 2,
    'room.people attic': 2,
  });
});

test('a counter is exported with the start of its reading, and the resource as known by then', async (context) => {
  const exporter = memory();
  const { source, pipeline } = push(context, exporter);
  source.show([{ metric: ENERGY, attributes: room('hall'), value: 7, startTimeNs: 1_700_000_000_123_456_789n }]);
  await pipeline.flush(PATIENT_MS);
  source.identity = Object.freeze({ 'cloud.region': 'eu-west-1' });
  await pipeline.flush(PATIENT_MS);
  const [first, second] = exporter.getMetrics();
  assert.deepEqual(first && pointsOf(first)[0]?.startTime, [1_700_000_000, 123_456_789]);
  assert.equal(first?.resource.attributes['cloud.region'], undefined);
  assert.equal(second?.resource.attributes['cloud.region'], 'eu-west-1');
});

/** An exporter that ends its exports as the test says. */
function scripted(end: (done: (result: ExportResult) => void) => void): PushMetricExporter {
  return { export: (_, done) => end(done), forceFlush: async () => {}, shutdown: async () => {} };
}

const FAILURES: readonly (readonly [
  what: string,
  end: (done: (result: ExportResult) => void) => void,
  told: string | RegExp,
])[] = [
  ['with an error', (done) => done({ code: ExportResultCode.FAILED, error: new Error('no route') }), 'no route'],
  ['without one', (done) => done({ code: ExportResultCode.FAILED }), 'failed without saying why'],
  [
    'with an error that says nothing',
    (done) => done({ code: ExportResultCode.FAILED, error: new RangeError('') }),
    'RangeError',
  ],
  ['by never ending', () => {}, /^timed out after 50 ms/],
];

for (const [what, end, told] of FAILURES) {
  test(`an export that fails ${what} is told once, and thrown at nobody`, async (context) => {
    const { source, pipeline, ends } = push(context, scripted(end), { timeoutMs: 50 });
    source.show(three('hall', 1));
    await pipeline.flush(PATIENT_MS);
    await pipeline.flush(PATIENT_MS);
    assert.equal(ends.length, 2);
    for (const end of ends) typeof told === 'string' ? assert.equal(end, told) : assert.match(end ?? '', told);
  });
}

test('after a failure the next export is a new one', async (context) => {
  let isUp = false;
  const exporter = scripted((done) => done({ code: isUp ? ExportResultCode.SUCCESS : ExportResultCode.FAILED }));
  const { source, pipeline, ends } = push(context, exporter);
  source.show(three('hall', 1));
  await pipeline.flush(PATIENT_MS);
  isUp = true;
  await pipeline.flush(PATIENT_MS);
  assert.deepEqual(ends, ['failed without saying why', undefined]);
});

for (const temporality of [AggregationTemporality.CUMULATIVE, AggregationTemporality.DELTA]) {
  const name = AggregationTemporality[temporality];
  test(`a wall clock that is set back never makes a point end before it starts: ${name}`, async (context) => {
    context.mock.timers.enable({ apis: ['Date'], now: 1_700_000_000_000 });
    const exporter = memory(temporality);
    const { source, pipeline } = push(context, exporter);
    for (const [at, stepMs] of [0, 10_000, -3_600_000, 10_000, -1, 7_200_000].entries()) {
      context.mock.timers.setTime(Date.now() + stepMs);
      const startTimeNs = at === 4 ? BigInt(Date.now() + 60_000) * 1_000_000n : 1_699_999_999_000_000_000n;
      source.show([
        { metric: ENERGY, attributes: room('hall'), value: at * 10, startTimeNs },
        { metric: PEOPLE, attributes: room('hall'), value: 5 - at },
        { metric: TEMPERATURE, attributes: room('hall'), value: at },
      ]);
      await pipeline.flush(PATIENT_MS);
    }
    const points = exporter.getMetrics().flatMap(pointsOf);
    assert.ok(points.length >= 18);
    for (const { startTime, endTime } of points) {
      const lengthMs = (endTime[0] - startTime[0]) * 1000 + (endTime[1] - startTime[1]) / 1e6;
      assert.ok(lengthMs >= 0, `${startTime} to ${endTime}`);
    }
  });
}

test('two pipelines with different sets over one source export only their own', async (context) => {
  const source = fakeSource();
  const [ofRooms, ofGarden] = [memory(), memory()];
  const rooms = push(context, ofRooms, { source, sets: [ROOMS] });
  const garden = push(context, ofGarden, { source, sets: [GARDEN] });
  source.show(three('hall', 1), [{ metric: HUMIDITY, attributes: room('bed'), value: 0.5 }]);
  await Promise.all([rooms.pipeline.flush(PATIENT_MS), garden.pipeline.flush(PATIENT_MS)]);
  assert.deepEqual(Object.keys(exported(ofRooms)[0] ?? {}), [
    'room.temperature hall',
    'room.energy hall',
    'room.people hall',
  ]);
  assert.deepEqual(exported(ofGarden), [{ 'garden.humidity bed': 0.5 }]);
  const scopes = ofGarden.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.map(({ scope }) => scope));
  assert.deepEqual(
    scopes.map(({ name, version }) => `${name} ${version}`),
    ['test/garden 2.0.0'],
  );
});

test('a pipeline that is crowded begins anew, and its exporter does not notice', async (context) => {
  const exporter = memory();
  let closed = 0;
  const { shutdown } = exporter;
  exporter.shutdown = () => {
    closed += 1;
    return shutdown.call(exporter);
  };
  const { source, pipeline, ends } = push(context, exporter);
  for (let generation = 0; generation < 12; generation += 1) {
    const readings = Array.from({ length: 1000 }, (_, at) => ({
      metric: ENERGY,
      attributes: { room: `${generation}-${at}` },
      value: generation,
    }));
    source.show(readings);
    exporter.reset();
    await pipeline.flush(PATIENT_MS);
    const [metrics] = exporter.getMetrics();
    assert.equal(metrics && pointsOf(metrics).length, 1000);
  }
  assert.equal(ends.length, 12);
  assert.equal(closed, 0);
  await pipeline.shutdown(PATIENT_MS);
  assert.equal(closed, 1);
});

test('shutdown exports a last time and closes the exporter; a failure then is told too', async (context) => {
  const exporter = memory();
  const { source, pipeline } = push(context, exporter);
  source.show(three('hall', 1));
  const all: ResourceMetrics[] = [];
  const { export: send } = exporter;
  exporter.export = (metrics, done) => {
    all.push(metrics);
    send.call(exporter, metrics, done);
  };
  await pipeline.shutdown(PATIENT_MS);
  assert.equal(all.length, 1);

  context.mock.timers.enable({ apis: ['setTimeout'] });
  let begun = 0;
  const hanging = scripted(() => {
    begun += 1;
  });
  const failing = push(context, hanging, { timeoutMs: 300 });
  failing.source.show(three('hall', 1));
  const closed = failing.pipeline.shutdown(50);
  await eventually(() => begun === 1);
  context.mock.timers.tick(25);
  await closed;
  assert.equal(failing.ends.length, 1);
  assert.match(failing.ends[0] ?? '', /^timed out after 25 ms/);
});
