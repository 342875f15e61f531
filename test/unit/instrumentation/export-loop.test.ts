import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { DataPoint, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { createExportLoop, type ExportLoop } from '../../../instrumentation/export-loop.ts';
import type { Reading } from '../../../instrumentation/metric-definition.ts';
import { ExportError, type MetricExporter, type Outcome } from '../../../instrumentation/metric-exporter.ts';
import { eventually } from '../../helpers/eventually.ts';
import { stopClock, type TestClock } from '../../helpers/test-clock.ts';
import {
  collectorOf,
  createRooms,
  ENERGY,
  exporting,
  type FakeSource,
  fakeSource,
  GARDEN,
  HUMIDITY,
  memoryExporter,
  PATIENT_MS,
  PEOPLE,
  ROOMS,
  TEMPERATURE,
} from './made-up.ts';

const room = createRooms();

const three = (name: string, value: number): readonly Reading[] =>
  [TEMPERATURE, ENERGY, PEOPLE].map((metric) => ({ metric, attributes: room(name), value }));

function pointsOf(metrics: ResourceMetrics | undefined): readonly DataPoint<unknown>[] {
  const all = metrics?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
  return all.flatMap(({ dataPoints }) => [...dataPoints]);
}

/** Each export: `metric room` and value. */
function exported(exports: readonly ResourceMetrics[]): readonly Readonly<Record<string, unknown>>[] {
  return exports.map(({ scopeMetrics }) =>
    Object.fromEntries(
      scopeMetrics.flatMap(({ metrics }) =>
        metrics.flatMap(({ descriptor, dataPoints }) =>
          [...dataPoints].map(({ attributes, value }) => [`${descriptor.name} ${attributes['room']}`, value]),
        ),
      ),
    ),
  );
}

interface Scripted {
  readonly clock: TestClock;
  readonly source: FakeSource;
  readonly loop: ExportLoop;
  readonly outcomes: readonly Outcome[];
  /** The temperature of the hall of each export. */
  readonly sent: number[];
  /** Ends the export with this number. */
  end(number: number, outcome?: Outcome): void;
  /** When exports were cut off, in milliseconds since the clock stopped. */
  readonly cut: number[];
  /** When the exporter was closed, likewise. */
  readonly closes: number[];
  /** A new sample with this value. */
  show(value: number): void;
  /** Waits until there have been so many exports. */
  begun(count: number): Promise<void>;
}

/** A loop whose exports end when the test says or, like any exporter, when they are cut off. */
function scripted(context: TestContext, options: { readonly intervalMs?: number; readonly timeoutMs?: number } = {}) {
  const clock = stopClock(context);
  const source = fakeSource();
  const sent: number[] = [];
  const ends: ((outcome: Outcome) => void)[] = [];
  const cut: number[] = [];
  const closes: number[] = [];
  const exporter: MetricExporter = {
    temporality: 'cumulative',
    export([metrics], signal) {
      const { promise, resolve } = Promise.withResolvers<Outcome>();
      signal.addEventListener('abort', () => {
        cut.push(clock.elapsedMs);
        resolve({ error: signal.reason });
      });
      ends.push(resolve);
      sent.push(Number(pointsOf(metrics)[0]?.value));
      return promise;
    },
    close: async () => {
      closes.push(clock.elapsedMs);
    },
  };
  const { loop, outcomes } = exporting(source, exporter, { timeoutMs: 30_000, ...options });
  const scene: Scripted = {
    clock,
    source,
    loop,
    outcomes,
    sent,
    cut,
    closes,
    end: (number, outcome = {}) => ends[number]?.(outcome),
    show: (value) => source.show([{ metric: TEMPERATURE, attributes: room('hall'), value }]),
    begun: (count) => eventually(() => sent.length === count),
  };
  return scene;
}

const told = (outcomes: readonly Outcome[]): readonly string[] => outcomes.map(({ error }) => error?.reason ?? 'ok');

test('nothing is exported before it is asked for; then what is current, with its resource', async () => {
  const exporter = memoryExporter();
  const source = fakeSource();
  const { loop, outcomes, points } = exporting(source, exporter, { intervalMs: 3_600_000 });
  source.show(three('hall', 1));
  loop.sampled();
  assert.equal(exporter.exports.length, 0);
  source.show(three('hall', 2));
  await loop.flush(PATIENT_MS);
  source.identity = Object.freeze({ 'cloud.region': 'eu-west-1' });
  source.show(three('attic', 3));
  await loop.flush(PATIENT_MS);
  assert.deepEqual(exported(exporter.exports), [
    { 'room.temperature hall': 2, 'room.energy hall': 2, 'room.people hall': 2 },
    { 'room.temperature attic': 3, 'room.energy attic': 3, 'room.people attic': 3 },
  ]);
  assert.deepEqual(
    exporter.exports.map(({ resource }) => resource.attributes['cloud.region']),
    [undefined, 'eu-west-1'],
  );
  assert.deepEqual(outcomes, [{}, {}]);
  assert.deepEqual(points, [3, 3]);
  await loop.shutdown(PATIENT_MS);
});

test('an export at every interval, whether there is a new sample or not', async (context) => {
  const { clock, loop, sent, show, begun, end } = scripted(context, { intervalMs: 5000 });
  show(1);
  for (const count of [1, 2, 3]) {
    clock.pass(4999);
    assert.equal(sent.length, count - 1);
    clock.pass(1);
    await begun(count);
    end(count - 1);
    await turn();
  }
  assert.deepEqual(sent, [1, 1, 1]);
  await loop.shutdown(PATIENT_MS);
  clock.pass(20_000);
  assert.equal(sent.length, 3, 'nothing follows the end');
});

test('without an interval each sample is exported once, when it is there', async (context) => {
  const { loop, sent, show, begun, end, outcomes, clock } = scripted(context);
  for (const value of [1, 2, 3]) {
    show(value);
    loop.sampled();
    await begun(value);
    end(value - 1);
    await eventually(() => outcomes.length === value);
  }
  clock.pass(3_600_000);
  await loop.flush(PATIENT_MS);
  await loop.shutdown(PATIENT_MS);
  assert.deepEqual(sent, [1, 2, 3], 'a sample that has arrived is not sent again at the end');
});

test('nothing to export is no export', async (context) => {
  const { loop, sent, outcomes } = scripted(context, { intervalMs: 5000 });
  await loop.flush(PATIENT_MS);
  await loop.shutdown(PATIENT_MS);
  assert.deepEqual([sent, outcomes], [[], []]);
});

test('samples and intervals that come during an export: none beside it, and the newest sample at the end', async (context) => {
  for (const options of [{}, { intervalMs: 5000, timeoutMs: 30_000 }]) {
    const { loop, show, sent, begun, end, outcomes, clock, closes } = scripted(context, options);
    show(1);
    loop.sampled();
    void loop.flush(PATIENT_MS);
    await begun(1);
    for (const value of [2, 3]) {
      show(value);
      loop.sampled();
    }
    await turn();
    assert.deepEqual(sent, [1]);
    const closed = loop.shutdown(PATIENT_MS);
    end(0);
    await begun(2);
    assert.deepEqual(closes, []);
    end(1);
    await clock.during(closed);
    assert.deepEqual(sent, [1, 3]);
    assert.deepEqual(told(outcomes), ['ok', 'ok']);
    assert.equal(closes.length, 1);
  }
});

test('an export that takes too long is cut off and told; it ends before the next one is due', async (context) => {
  for (const [options, limitMs] of [
    [{ timeoutMs: 30_000 }, 30_000],
    [{ timeoutMs: 30_000, intervalMs: 10_000 }, 9500],
  ] as const) {
    const { loop, show, begun, clock, outcomes, cut } = scripted(context, options);
    const beganMs = clock.elapsedMs;
    show(1);
    const flushed = loop.flush(PATIENT_MS);
    loop.sampled();
    await begun(1);
    clock.pass(limitMs - 1);
    assert.deepEqual(cut, []);
    clock.pass(1);
    await flushed;
    await eventually(() => outcomes.length === 1);
    assert.deepEqual(cut, [beganMs + limitMs]);
    assert.match(outcomes[0]?.error?.message ?? '', new RegExp(`^timed out after ${limitMs} ms`));
    await clock.during(loop.shutdown(100));
  }
});

test('after a failure the next export is a new one', async (context) => {
  const { loop, show, begun, end, outcomes, sent, clock } = scripted(context, { intervalMs: 5000 });
  show(1);
  const first = loop.flush(PATIENT_MS);
  await begun(1);
  end(0, { error: new ExportError('tls', 'no key') });
  await first;
  clock.pass(5000);
  await begun(2);
  end(1);
  await eventually(() => outcomes.length === 2);
  assert.deepEqual(
    [sent, told(outcomes)],
    [
      [1, 1],
      ['tls', 'ok'],
    ],
  );
  await loop.shutdown(100);
});

for (const [what, thrown, expected] of [
  ['an error', new TypeError('no buffer'), /^cannot export: .*no buffer/],
  ['an error of ours', new ExportError('tls', 'no key'), /^no key$/],
  ['anything else', 'no error', /^cannot export: no error/],
] as const) {
  test(`an exporter that throws ${what} has failed, once`, async () => {
    const source = fakeSource();
    const exporter: MetricExporter = { ...memoryExporter(), export: () => Promise.reject(thrown) };
    const { loop, outcomes } = exporting(source, exporter, { intervalMs: 3_600_000 });
    source.show(three('hall', 1));
    await loop.flush(PATIENT_MS);
    assert.equal(outcomes.length, 1);
    assert.match(outcomes[0]?.error?.message ?? '', expected);
    await loop.shutdown(100);
    assert.equal(outcomes.length, 2, 'the last one, which fails too');
  });
}

test('a receiver that wants to be left alone gets nothing until then; exports fail meanwhile', async (context) => {
  const { loop, show, begun, end, outcomes, sent, clock } = scripted(context, { intervalMs: 5000 });
  show(1);
  const first = loop.flush(PATIENT_MS);
  await begun(1);
  end(0, { error: new ExportError('throttled', 'HTTP 429'), retryAfterMs: 12_000 });
  await first;
  for (const count of [2, 3]) {
    clock.pass(5000);
    await eventually(() => outcomes.length === count);
  }
  assert.deepEqual(sent, [1]);
  assert.deepEqual(
    outcomes.slice(1).map(({ error }) => error?.message),
    [7, 2].map((seconds) => `the receiver asked for no requests for another ${seconds} s (Retry-After)`),
  );
  clock.pass(5000);
  await begun(2);
  end(1);
  await eventually(() => outcomes.length === 4);
  assert.deepEqual(told(outcomes), ['throttled', 'throttled', 'throttled', 'ok']);
  await loop.shutdown(100);
});

test('the last export asks nobody whether it may', async (context) => {
  const { loop, show, begun, end, outcomes, sent } = scripted(context, { intervalMs: 5000 });
  show(1);
  const first = loop.flush(PATIENT_MS);
  await begun(1);
  end(0, { error: new ExportError('throttled', 'HTTP 429'), retryAfterMs: 60_000 });
  await first;
  show(2);
  const closed = loop.shutdown(PATIENT_MS);
  await begun(2);
  end(1);
  await closed;
  assert.deepEqual(
    [sent, told(outcomes)],
    [
      [1, 2],
      ['throttled', 'ok'],
    ],
  );
});

test('the end without an export under way: the last one has all the time but a second', async (context) => {
  const { loop, show, begun, clock, cut, closes } = scripted(context, { intervalMs: 60_000 });
  show(1);
  const closed = loop.shutdown(8000);
  await begun(1);
  clock.pass(6999);
  assert.deepEqual(cut, []);
  clock.pass(1);
  await closed;
  assert.deepEqual(cut, [7000]);
  assert.deepEqual(closes, [7000]);
});

test('the end during an export: it has a second left, and the last one less where that was not enough', async (context) => {
  const { loop, show, begun, clock, cut } = scripted(context, { intervalMs: 60_000 });
  show(1);
  void loop.flush(PATIENT_MS);
  await begun(1);
  show(2);
  const closed = loop.shutdown(8000);
  clock.pass(999);
  assert.deepEqual(cut, []);
  clock.pass(1);
  await begun(2);
  clock.pass(1999);
  assert.deepEqual(cut, [1000]);
  clock.pass(1);
  await closed;
  assert.deepEqual(cut, [1000, 3000]);
});

test('the end during an export that gets through in that second: the last one has its whole time', async (context) => {
  const { loop, show, begun, clock, cut, end } = scripted(context, { intervalMs: 60_000 });
  show(1);
  void loop.flush(PATIENT_MS);
  await begun(1);
  show(2);
  const closed = loop.shutdown(8000);
  clock.pass(900);
  end(0);
  await begun(2);
  clock.pass(6999);
  assert.deepEqual(cut, []);
  clock.pass(1);
  await closed;
  assert.deepEqual(cut, [7900]);
});

test('the end gives an export under way no more time than it has', async (context) => {
  const { loop, show, begun, clock, cut } = scripted(context, { timeoutMs: 5000, intervalMs: 60_000 });
  show(1);
  void loop.flush(PATIENT_MS);
  await begun(1);
  clock.pass(4500);
  const closed = loop.shutdown(8000);
  clock.pass(500);
  assert.deepEqual(cut, [5000]);
  await clock.during(closed, () => true);
});

for (const temporality of ['cumulative', 'delta'] as const) {
  test(`a wall clock that is set back never makes a point end before it starts: ${temporality}`, async (context) => {
    context.mock.timers.enable({ apis: ['Date'], now: 1_700_000_000_000 });
    const exporter = memoryExporter(temporality);
    const source = fakeSource();
    const { loop } = exporting(source, exporter, { intervalMs: 3_600_000 });
    for (const [at, stepMs] of [0, 10_000, -3_600_000, 10_000, -1, 7_200_000].entries()) {
      context.mock.timers.setTime(Date.now() + stepMs);
      const startTimeNs = at === 4 ? BigInt(Date.now() + 60_000) * 1_000_000n : 1_699_999_999_000_000_000n;
      source.show([
        { metric: ENERGY, attributes: room('hall'), value: at * 10, startTimeNs },
        { metric: PEOPLE, attributes: room('hall'), value: 5 - at },
        { metric: TEMPERATURE, attributes: room('hall'), value: at },
      ]);
      await loop.flush(PATIENT_MS);
    }
    const points = exporter.exports.flatMap(pointsOf);
    assert.ok(points.length >= 18);
    for (const { startTime, endTime } of points) {
      const lengthMs = (endTime[0] - startTime[0]) * 1000 + (endTime[1] - startTime[1]) / 1e6;
      assert.ok(lengthMs >= 0, `${startTime} to ${endTime}`);
    }
    await loop.shutdown(100);
  });
}

test('two loops with different sets over one source export only their own', async () => {
  const source = fakeSource();
  const [ofRooms, ofGarden] = [memoryExporter(), memoryExporter()];
  const intervalMs = 3_600_000;
  const rooms = exporting(source, ofRooms, { sets: [ROOMS], intervalMs });
  const garden = exporting(source, ofGarden, { sets: [GARDEN], intervalMs });
  source.show(three('hall', 1), [{ metric: HUMIDITY, attributes: room('bed'), value: 0.5 }]);
  await Promise.all([rooms.loop.flush(PATIENT_MS), garden.loop.flush(PATIENT_MS)]);
  assert.deepEqual(Object.keys(exported(ofRooms.exports)[0] ?? {}), [
    'room.temperature hall',
    'room.energy hall',
    'room.people hall',
  ]);
  assert.deepEqual(exported(ofGarden.exports), [{ 'garden.humidity bed': 0.5 }]);
  const scopes = ofGarden.exports.flatMap(({ scopeMetrics }) => scopeMetrics.map(({ scope }) => scope));
  assert.deepEqual(
    scopes.map(({ name, version }) => `${name} ${version}`),
    ['test/garden 2.0.0'],
  );
  await Promise.all([rooms.loop.shutdown(100), garden.loop.shutdown(100)]);
});

test('deltas begin with the first collection, also while the receiver wants no requests', async (context) => {
  const clock = stopClock(context);
  const source = fakeSource();
  const received: number[] = [];
  let isFirst = true;
  const exporter: MetricExporter = {
    ...memoryExporter('delta'),
    async export([metrics]) {
      const [, counter] = pointsOf(metrics);
      if (counter !== undefined) received.push(Number(counter.value));
      const outcome = isFirst ? { error: new ExportError('throttled', 'HTTP 429'), retryAfterMs: 7000 } : {};
      isFirst = false;
      return outcome;
    },
  };
  const { loop, outcomes } = exporting(source, exporter, { intervalMs: 5000, programStartNs: 5n });
  const temperature = { metric: TEMPERATURE, attributes: room('hall'), value: 20 };
  source.show([temperature]);
  await loop.flush(PATIENT_MS);
  // Held back: what the counter has counted by now is nobody's growth, what it counts from now on is.
  for (const [count, value] of [1000, 1500].entries()) {
    source.show([temperature, { metric: ENERGY, attributes: room('hall'), value, startTimeNs: 1n }]);
    clock.pass(5000);
    await eventually(() => outcomes.length === count + 2);
  }
  assert.deepEqual(received, [500]);
  await loop.shutdown(100);
});

test('an observer that throws stops nothing', async () => {
  const source = fakeSource();
  const exporter = memoryExporter();
  let told = 0;
  const loop = createExportLoop({
    exporter,
    source,
    collector: collectorOf(source, [ROOMS]),
    sets: [ROOMS],
    timeoutMs: PATIENT_MS,
    intervalMs: 3_600_000,
    programStartNs: 0n,
    onOutcome: () => {
      told += 1;
      throw new Error('odd');
    },
  });
  source.show(three('hall', 1));
  await loop.flush(PATIENT_MS);
  source.show(three('hall', 2));
  await loop.shutdown(PATIENT_MS);
  assert.deepEqual([told, exporter.exports.length, exporter.closed], [2, 2, 1]);
});

test('a flush that waits leaves the final export to the shutdown', async (context) => {
  const { loop, show, begun, clock, cut } = scripted(context, { intervalMs: 60_000 });
  show(1);
  void loop.flush(PATIENT_MS);
  await begun(1);
  void loop.flush(PATIENT_MS);
  show(2);
  const closed = loop.shutdown(8000);
  clock.pass(1000);
  await begun(2);
  clock.pass(2000);
  await closed;
  assert.deepEqual(cut, [1000, 3000]);
});
