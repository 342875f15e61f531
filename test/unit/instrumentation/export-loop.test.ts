import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { DataPoint, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { createDeadline, createExportLoop, type ExportLoop } from '../../../instrumentation/export-loop.ts';
import type { Reading } from '../../../instrumentation/metric-definition.ts';
import { ExportError, type MetricExporter, type Outcome } from '../../../instrumentation/metric-exporter.ts';
import { eventually } from '../../helpers/eventually.ts';
import { stopClock, type TestClock } from '../../helpers/test-clock.ts';
import {
  collectorOf,
  createRooms,
  ENERGY,
  type FakeSource,
  fakeSource,
  GARDEN,
  HUMIDITY,
  LONG_MS,
  memoryExporter,
  PEOPLE,
  ROOMS,
  startLoop,
  TEMPERATURE,
} from './fake-source.ts';

const room = createRooms();

/** A gauge, a counter and an updowncounter. */
const readingsOf = (name: string, value: number): readonly Reading[] =>
  [TEMPERATURE, ENERGY, PEOPLE].map((metric) => ({ metric, attributes: room(name), value }));

function pointsOf(metrics: ResourceMetrics | undefined): readonly DataPoint<unknown>[] {
  const all = metrics?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
  return all.flatMap(({ dataPoints }) => [...dataPoints]);
}

/** The values of each export by `metric room`. */
function valuesOf(exports: readonly ResourceMetrics[]): readonly Readonly<Record<string, unknown>>[] {
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
  /** The number of data points of each outcome. */
  readonly points: readonly number[];
  /** The temperature of each export. */
  readonly sent: number[];
  /** Ends an export, by its index in `sent`. */
  end(index: number, outcome?: Outcome): void;
  /** When exports were aborted, in milliseconds since the clock stopped. */
  readonly abortedMs: number[];
  /** When the exporter was closed, in milliseconds since the clock stopped. */
  readonly closedMs: number[];
  /** Makes a new sample with this temperature current. */
  show(value: number): void;
  /** Waits until this many exports have started. */
  started(count: number): Promise<void>;
}

/** Starts a loop whose exports end when the test ends them or when they are aborted. */
function startScripted(
  context: TestContext,
  options: { readonly intervalMs?: number; readonly timeoutMs?: number } = {},
): Scripted {
  const clock = stopClock(context);
  const source = fakeSource();
  const sent: number[] = [];
  const ends: ((outcome: Outcome) => void)[] = [];
  const abortedMs: number[] = [];
  const closedMs: number[] = [];
  const exporter: MetricExporter = {
    temporality: 'cumulative',
    export([metrics], signal) {
      const { promise, resolve } = Promise.withResolvers<Outcome>();
      signal.addEventListener('abort', () => {
        abortedMs.push(clock.elapsedMs);
        resolve({ error: signal.reason });
      });
      ends.push(resolve);
      sent.push(Number(pointsOf(metrics)[0]?.value));
      return promise;
    },
    close: async () => {
      closedMs.push(clock.elapsedMs);
    },
  };
  const { loop, outcomes, points } = startLoop(source, exporter, { timeoutMs: 30_000, ...options });
  return {
    clock,
    source,
    loop,
    outcomes,
    points,
    sent,
    abortedMs,
    closedMs,
    end: (index, outcome = {}) => ends[index]?.(outcome),
    show: (value) => source.show([{ metric: TEMPERATURE, attributes: room('hall'), value }]),
    started: (count) => eventually(() => sent.length === count),
  };
}

const resultsOf = (outcomes: readonly Outcome[]): readonly string[] =>
  outcomes.map(({ error }) => error?.reason ?? 'ok');

test('flush exports the current readings with the current resource; a sample alone exports nothing', async () => {
  const exporter = memoryExporter();
  const source = fakeSource();
  const { loop, outcomes, points } = startLoop(source, exporter, { intervalMs: 3_600_000 });
  source.show(readingsOf('hall', 1));
  loop.onSample();
  assert.equal(exporter.exports.length, 0);
  source.show(readingsOf('hall', 2));
  await loop.flush(LONG_MS);
  source.identity = Object.freeze({ 'cloud.region': 'eu-west-1' });
  source.show(readingsOf('attic', 3));
  await loop.flush(LONG_MS);
  assert.deepEqual(valuesOf(exporter.exports), [
    { 'room.temperature hall': 2, 'room.energy hall': 2, 'room.people hall': 2 },
    { 'room.temperature attic': 3, 'room.energy attic': 3, 'room.people attic': 3 },
  ]);
  assert.deepEqual(
    exporter.exports.map(({ resource }) => resource.attributes['cloud.region']),
    [undefined, 'eu-west-1'],
  );
  assert.deepEqual(outcomes, [{}, {}]);
  assert.deepEqual(points, [3, 3]);
  await loop.shutdown(LONG_MS);
});

test('exports at every interval, with or without a new sample', async (context) => {
  const { clock, loop, sent, show, started, end } = startScripted(context, { intervalMs: 5000 });
  show(1);
  for (const count of [1, 2, 3]) {
    clock.pass(4999);
    assert.equal(sent.length, count - 1);
    clock.pass(1);
    await started(count);
    end(count - 1);
    await turn();
  }
  assert.deepEqual(sent, [1, 1, 1]);
  await loop.shutdown(LONG_MS);
  clock.pass(20_000);
  await turn();
  assert.equal(sent.length, 3, 'no exports after shutdown');
});

test('the interval does not keep the process running', async () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const before = timers();
  const { loop } = startLoop(fakeSource(), memoryExporter(), { intervalMs: 3_600_000 });
  assert.equal(timers(), before);
  await loop.shutdown(LONG_MS);
});

test('without an interval, exports each sample once', async (context) => {
  const { loop, sent, show, started, end, outcomes, clock } = startScripted(context);
  for (const value of [1, 2, 3]) {
    show(value);
    loop.onSample();
    await started(value);
    end(value - 1);
    await eventually(() => outcomes.length === value);
  }
  clock.pass(3_600_000);
  await loop.flush(LONG_MS);
  await loop.shutdown(LONG_MS);
  assert.deepEqual(sent, [1, 2, 3], 'shutdown does not repeat an acknowledged sample');
});

test('without an interval, flush does not export', async (context) => {
  const { loop, sent, show, clock } = startScripted(context);
  show(1);
  await clock.during(loop.flush(LONG_MS));
  assert.deepEqual(sent, []);
  await clock.during(loop.shutdown(100));
});

test('without an interval, flush waits for the running export', async (context) => {
  const { loop, show, started, end } = startScripted(context);
  show(1);
  loop.onSample();
  await started(1);
  let hasFlushed = false;
  const flushed = loop.flush(LONG_MS).then(() => {
    hasFlushed = true;
  });
  await turn();
  assert.equal(hasFlushed, false);
  end(0);
  await flushed;
  await loop.shutdown(LONG_MS);
});

test('flush during an export of an older sample exports the newest sample after it', async (context) => {
  const { loop, show, started, end, sent } = startScripted(context, { intervalMs: 60_000 });
  show(1);
  const first = loop.flush(LONG_MS);
  await started(1);
  show(2);
  const second = loop.flush(LONG_MS);
  end(0);
  await started(2);
  end(1);
  await Promise.all([first, second]);
  assert.deepEqual(sent, [1, 2]);
  await loop.shutdown(LONG_MS);
});

test('flush does not repeat an acknowledged sample', async (context) => {
  const { loop, show, started, end, sent } = startScripted(context, { intervalMs: 60_000 });
  show(1);
  const first = loop.flush(LONG_MS);
  await started(1);
  end(0);
  await first;
  const second = loop.flush(LONG_MS);
  await turn();
  assert.deepEqual(sent, [1]);
  await second;
  await loop.shutdown(LONG_MS);
});

test('flush aborts its export after its own timeout', async (context) => {
  const { loop, show, started, clock, abortedMs } = startScripted(context, { intervalMs: 60_000 });
  show(1);
  const flushed = loop.flush(1000);
  await started(1);
  clock.pass(1000);
  assert.deepEqual(abortedMs, [1000]);
  await flushed;
  await clock.during(loop.shutdown(100), () => true);
});

test('without an interval, a sample reported during shutdown is exported within the time of the final export', async (context) => {
  const { loop, show, started, sent, clock, abortedMs, closedMs } = startScripted(context);
  show(1);
  const closed = loop.shutdown(3000);
  loop.onSample();
  await started(1);
  clock.pass(2000);
  await closed;
  show(2);
  loop.onSample();
  await turn();
  assert.deepEqual([sent, abortedMs, closedMs], [[1], [2000], [2000]]);
});

test('does not export without readings', async (context) => {
  const { loop, sent, outcomes } = startScripted(context, { intervalMs: 5000 });
  await loop.flush(LONG_MS);
  await loop.shutdown(LONG_MS);
  assert.deepEqual([sent, outcomes], [[], []]);
});

test('exports never overlap; shutdown exports the newest sample', async (context) => {
  for (const options of [{}, { intervalMs: 5000, timeoutMs: 30_000 }]) {
    const { loop, show, sent, started, end, outcomes, clock, closedMs } = startScripted(context, options);
    show(1);
    loop.onSample();
    void loop.flush(LONG_MS);
    await started(1);
    for (const value of [2, 3]) {
      show(value);
      loop.onSample();
    }
    await turn();
    assert.deepEqual(sent, [1]);
    const closed = loop.shutdown(LONG_MS);
    end(0);
    await started(2);
    assert.deepEqual(closedMs, []);
    end(1);
    await clock.during(closed);
    assert.deepEqual(sent, [1, 3]);
    assert.deepEqual(resultsOf(outcomes), ['ok', 'ok']);
    assert.equal(closedMs.length, 1);
  }
});

test('an export that exceeds its timeout is aborted, before the next one is due', async (context) => {
  for (const [options, limitMs] of [
    [{ timeoutMs: 30_000 }, 30_000],
    [{ timeoutMs: 30_000, intervalMs: 10_000 }, 9500],
  ] as const) {
    const { loop, show, started, clock, outcomes, abortedMs } = startScripted(context, options);
    const beganMs = clock.elapsedMs;
    show(1);
    const flushed = loop.flush(LONG_MS);
    loop.onSample();
    await started(1);
    clock.pass(limitMs - 1);
    assert.deepEqual(abortedMs, []);
    clock.pass(1);
    await flushed;
    await eventually(() => outcomes.length === 1);
    assert.deepEqual(abortedMs, [beganMs + limitMs]);
    assert.match(outcomes[0]?.error?.message ?? '', new RegExp(`^timed out after ${limitMs} ms`));
    await clock.during(loop.shutdown(100));
  }
});

test('exports again at the next interval after a failure', async (context) => {
  const { loop, show, started, end, outcomes, sent, clock } = startScripted(context, { intervalMs: 5000 });
  show(1);
  const first = loop.flush(LONG_MS);
  await started(1);
  end(0, { error: new ExportError('tls', 'no key') });
  await first;
  clock.pass(5000);
  await started(2);
  end(1);
  await eventually(() => outcomes.length === 2);
  assert.deepEqual(
    [sent, resultsOf(outcomes)],
    [
      [1, 1],
      ['tls', 'ok'],
    ],
  );
  await loop.shutdown(100);
});

for (const [what, thrown, expected] of [
  ['an error', new TypeError('no buffer'), /^cannot export: .*no buffer/],
  ['an ExportError', new ExportError('tls', 'no key'), /^no key$/],
  ['a string', 'no error', /^cannot export: no error/],
] as const) {
  test(`an exporter that throws ${what} counts as one failed export`, async () => {
    const source = fakeSource();
    const exporter: MetricExporter = { ...memoryExporter(), export: () => Promise.reject(thrown) };
    const { loop, outcomes } = startLoop(source, exporter, { intervalMs: 3_600_000 });
    source.show(readingsOf('hall', 1));
    await loop.flush(LONG_MS);
    assert.equal(outcomes.length, 1);
    assert.match(outcomes[0]?.error?.message ?? '', expected);
    await loop.shutdown(100);
    assert.equal(outcomes.length, 2, 'the final export fails too');
  });
}

test('Retry-After holds exports back: they fail without a request', async (context) => {
  const { loop, show, started, end, outcomes, points, sent, clock } = startScripted(context, { intervalMs: 5000 });
  show(1);
  const first = loop.flush(LONG_MS);
  await started(1);
  end(0, { error: new ExportError('throttled', 'HTTP 429'), retryAfterMs: 12_000 });
  await first;
  for (const count of [2, 3]) {
    clock.pass(5000);
    await eventually(() => outcomes.length === count);
  }
  assert.deepEqual(sent, [1]);
  assert.deepEqual(
    outcomes.slice(1).map(({ error }) => error?.message),
    [7, 2].map((seconds) => `the receiver requested no exports for another ${seconds} s (Retry-After)`),
  );
  clock.pass(5000);
  await started(2);
  end(1);
  await eventually(() => outcomes.length === 4);
  assert.deepEqual(resultsOf(outcomes), ['throttled', 'throttled', 'throttled', 'ok']);
  assert.deepEqual(points, [1, 0, 0, 1]);
  await loop.shutdown(100);
});

test('the final export ignores Retry-After', async (context) => {
  const { loop, show, started, end, outcomes, sent } = startScripted(context, { intervalMs: 5000 });
  show(1);
  const first = loop.flush(LONG_MS);
  await started(1);
  end(0, { error: new ExportError('throttled', 'HTTP 429'), retryAfterMs: 60_000 });
  await first;
  show(2);
  const closed = loop.shutdown(LONG_MS);
  await started(2);
  end(1);
  await closed;
  assert.deepEqual(
    [sent, resultsOf(outcomes)],
    [
      [1, 2],
      ['throttled', 'ok'],
    ],
  );
});

test('shutdown without a running export: the final export has all the time but a second', async (context) => {
  const { loop, show, started, clock, abortedMs, closedMs } = startScripted(context, { intervalMs: 60_000 });
  show(1);
  const closed = loop.shutdown(8000);
  await started(1);
  clock.pass(6999);
  assert.deepEqual(abortedMs, []);
  clock.pass(1);
  await closed;
  assert.deepEqual(abortedMs, [7000]);
  assert.deepEqual(closedMs, [7000]);
});

test('shutdown during an export: it is aborted after a second, and the final export has two seconds', async (context) => {
  const { loop, show, started, clock, abortedMs } = startScripted(context, { intervalMs: 60_000 });
  show(1);
  void loop.flush(LONG_MS);
  await started(1);
  show(2);
  const closed = loop.shutdown(8000);
  clock.pass(999);
  assert.deepEqual(abortedMs, []);
  clock.pass(1);
  await started(2);
  clock.pass(1999);
  assert.deepEqual(abortedMs, [1000]);
  clock.pass(1);
  await closed;
  assert.deepEqual(abortedMs, [1000, 3000]);
});

test('shutdown during an export that succeeds within a second: the final export has its whole time', async (context) => {
  const { loop, show, started, clock, abortedMs, end } = startScripted(context, { intervalMs: 60_000 });
  show(1);
  void loop.flush(LONG_MS);
  await started(1);
  show(2);
  const closed = loop.shutdown(8000);
  clock.pass(900);
  end(0);
  await started(2);
  clock.pass(6999);
  assert.deepEqual(abortedMs, []);
  clock.pass(1);
  await closed;
  assert.deepEqual(abortedMs, [7900]);
});

for (const [timeoutMs, hasFailed, finalMs] of [
  [1000, false, 500],
  [1800, false, 900],
  [2200, false, 1200],
  [1500, true, 750],
  [8000, true, 2000],
] as const) {
  test(`shutdown within ${timeoutMs} ms${hasFailed ? ' after a failure' : ''}: ${finalMs} ms for the final export`, async (context) => {
    const { loop, show, started, end, clock, abortedMs } = startScripted(context, { intervalMs: 60_000 });
    show(1);
    const first = loop.flush(LONG_MS);
    await started(1);
    end(0, hasFailed ? { error: new ExportError('reset', 'reset') } : {});
    await first;
    show(2);
    const closed = loop.shutdown(timeoutMs);
    await started(2);
    clock.pass(finalMs - 1);
    assert.deepEqual(abortedMs, []);
    clock.pass(1);
    await closed;
    assert.deepEqual(abortedMs, [finalMs]);
  });
}

test('a deadline that is shortened before its start limits the whole time', (context) => {
  const clock = stopClock(context);
  const deadline = createDeadline(30_000);
  deadline.shorten(1000);
  clock.pass(5000);
  const signal = deadline.start();
  clock.pass(999);
  assert.equal(signal.aborted, false);
  clock.pass(1);
  assert.equal(signal.aborted, true);
});

test('shutdown does not extend the timeout of a running export', async (context) => {
  const { loop, show, started, clock, abortedMs } = startScripted(context, { timeoutMs: 5000, intervalMs: 60_000 });
  show(1);
  void loop.flush(LONG_MS);
  await started(1);
  clock.pass(4500);
  const closed = loop.shutdown(8000);
  clock.pass(500);
  assert.deepEqual(abortedMs, [5000]);
  await clock.during(closed, () => true);
});

for (const temporality of ['cumulative', 'delta'] as const) {
  test(`no point ends before it starts, even if the wall clock is set back: ${temporality}`, async (context) => {
    context.mock.timers.enable({ apis: ['Date'], now: 1_700_000_000_000 });
    const exporter = memoryExporter(temporality);
    const source = fakeSource();
    const { loop } = startLoop(source, exporter, { intervalMs: 3_600_000 });
    for (const [at, stepMs] of [0, 10_000, -3_600_000, 10_000, -1, 7_200_000].entries()) {
      context.mock.timers.setTime(Date.now() + stepMs);
      const startTimeNs = at === 4 ? BigInt(Date.now() + 60_000) * 1_000_000n : 1_699_999_999_000_000_000n;
      source.show([
        { metric: ENERGY, attributes: room('hall'), value: at * 10, startTimeNs },
        { metric: PEOPLE, attributes: room('hall'), value: 5 - at },
        { metric: TEMPERATURE, attributes: room('hall'), value: at },
      ]);
      await loop.flush(LONG_MS);
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

test('two loops over one source export their own sets', async () => {
  const source = fakeSource();
  const [ofRooms, ofGarden] = [memoryExporter(), memoryExporter()];
  const intervalMs = 3_600_000;
  const rooms = startLoop(source, ofRooms, { sets: [ROOMS], intervalMs });
  const garden = startLoop(source, ofGarden, { sets: [GARDEN], intervalMs });
  source.show(readingsOf('hall', 1), [{ metric: HUMIDITY, attributes: room('bed'), value: 0.5 }]);
  await Promise.all([rooms.loop.flush(LONG_MS), garden.loop.flush(LONG_MS)]);
  assert.deepEqual(Object.keys(valuesOf(ofRooms.exports)[0] ?? {}), [
    'room.temperature hall',
    'room.energy hall',
    'room.people hall',
  ]);
  assert.deepEqual(valuesOf(ofGarden.exports), [{ 'garden.humidity bed': 0.5 }]);
  const scopes = ofGarden.exports.flatMap(({ scopeMetrics }) => scopeMetrics.map(({ scope }) => scope));
  assert.deepEqual(
    scopes.map(({ name, version }) => `${name} ${version}`),
    ['test/garden 2.0.0'],
  );
  await Promise.all([rooms.loop.shutdown(100), garden.loop.shutdown(100)]);
});

test('deltas begin with the first collection, even if its export is held back', async (context) => {
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
  const { loop, outcomes } = startLoop(source, exporter, { intervalMs: 5000, programStartNs: 5n });
  const temperature = { metric: TEMPERATURE, attributes: room('hall'), value: 20 };
  source.show([temperature]);
  await loop.flush(LONG_MS);
  // The first export with the counter is held back. Its value is the base of the delta.
  for (const [count, value] of [1000, 1500].entries()) {
    source.show([temperature, { metric: ENERGY, attributes: room('hall'), value, startTimeNs: 1n }]);
    clock.pass(5000);
    await eventually(() => outcomes.length === count + 2);
  }
  assert.deepEqual(received, [500]);
  await loop.shutdown(100);
});

test('an observer that throws does not stop the exports', async () => {
  const source = fakeSource();
  const exporter = memoryExporter();
  let calls = 0;
  const loop = createExportLoop({
    exporter,
    source,
    collector: collectorOf(source, [ROOMS]),
    sets: [ROOMS],
    timeoutMs: LONG_MS,
    intervalMs: 3_600_000,
    programStartNs: 0n,
    onOutcome: () => {
      calls += 1;
      throw new Error('observer');
    },
  });
  source.show(readingsOf('hall', 1));
  await loop.flush(LONG_MS);
  source.show(readingsOf('hall', 2));
  await loop.shutdown(LONG_MS);
  assert.deepEqual([calls, exporter.exports.length, exporter.closed], [2, 2, 1]);
});

test('a flush that waits during shutdown leaves the final export to the shutdown', async (context) => {
  const { loop, show, started, clock, abortedMs } = startScripted(context, { intervalMs: 60_000 });
  show(1);
  void loop.flush(LONG_MS);
  await started(1);
  void loop.flush(LONG_MS);
  show(2);
  const closed = loop.shutdown(8000);
  clock.pass(1000);
  await started(2);
  clock.pass(2000);
  await closed;
  assert.deepEqual(abortedMs, [1000, 3000]);
});
