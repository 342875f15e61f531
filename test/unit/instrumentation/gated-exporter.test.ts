import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationTemporality, InstrumentType, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { ExportError } from '../../../instrumentation/export-error.ts';
import { type GatedExporter, gateExporter, type Sender } from '../../../instrumentation/readers/gated-exporter.ts';

const METRICS: ResourceMetrics = { resource: resourceFromAttributes({}), scopeMetrics: [] };
const OK: ExportResult = { code: ExportResultCode.SUCCESS };
const FAILED: ExportResult = { code: ExportResultCode.FAILED, error: new Error('no route') };
const TIMEOUT_MS = 30_000;

interface Gated {
  readonly gate: GatedExporter;
  /** What was asked of the exporter behind, in order. */
  readonly calls: string[];
  /** How the exports ended, as their observer was told. */
  readonly told: string[];
  /** How they ended for the reader. */
  readonly results: ExportResult[];
  /** The ends of the exports that were handed on, by number. */
  readonly ends: ((result: ExportResult) => void)[];
  send(): void;
  /** Time passes. */
  pass(ms: number): void;
}

/** Gives the test a time of its own: timers, and the clock that deadlines are counted on. */
function ownTime(context: TestContext): (ms: number) => void {
  let nowMs = 5000;
  context.mock.timers.reset();
  context.mock.timers.enable({ apis: ['setTimeout'] });
  context.mock.method(performance, 'now', () => nowMs);
  return (ms) => {
    nowMs += ms;
    context.mock.timers.tick(ms);
  };
}

/** An exporter whose exports end when the test says, and timers that go when the test says. */
function gated(context: TestContext, onSend?: (done: (result: ExportResult) => void) => void): Gated {
  const pass = ownTime(context);
  const calls: string[] = [];
  const told: string[] = [];
  const results: ExportResult[] = [];
  const ends: ((result: ExportResult) => void)[] = [];
  const sender: Sender = {
    export(_, done) {
      calls.push('export');
      ends.push(done);
      onSend?.(done);
    },
    forceFlush: async () => void calls.push('flush'),
    shutdown: async () => void calls.push('shutdown'),
    abort: () => void calls.push('abort'),
    hurry: () => void calls.push('hurry'),
    selectAggregationTemporality: () => AggregationTemporality.DELTA,
  };
  const gate = gateExporter(sender, TIMEOUT_MS, (error) =>
    told.push(error === undefined ? 'ok' : `${error.reason}: ${error.message}`),
  );
  const send = (): void => gate.export(METRICS, (result) => results.push(result));
  return { gate, calls, told, results, ends, send, pass };
}

test('a failure is told to the observer, and is none to the reader', (context) => {
  const { told, results, send, calls, pass } = gated(context, (done) => done(FAILED));
  send();
  assert.deepEqual(told, ['other: no route']);
  assert.deepEqual(results, [OK]);
  pass(10 * TIMEOUT_MS);
  assert.deepEqual(calls, ['export'], 'its deadline is still there');
});

const THROWN: readonly (readonly [what: string, thrown: unknown, told: string])[] = [
  ['an error', new TypeError('no buffer'), 'other: no buffer'],
  ['an error of ours', new ExportError('tls', 'no key'), 'tls: no key'],
  ['anything else', 'no error', 'other: failed without saying why'],
];

for (const [what, thrown, expected] of THROWN) {
  test(`an exporter that throws ${what} has failed, once`, (context) => {
    const { told, results, send, calls, pass } = gated(context, () => {
      throw thrown;
    });
    send();
    pass(10 * TIMEOUT_MS);
    assert.deepEqual({ told, results, calls }, { told: [expected], results: [OK], calls: ['export'] });
  });
}

test('what comes after the end changes nothing: a second end, a throw, the end of an export that was given up', (context) => {
  const twice = gated(context, (done) => {
    done(OK);
    done(FAILED);
    throw new Error('and this');
  });
  twice.send();
  assert.deepEqual(twice.told, ['ok']);
  assert.equal(twice.results.length, 1);

  const late = gated(context);
  late.send();
  late.pass(TIMEOUT_MS);
  late.send();
  late.ends[0]?.(OK);
  assert.equal(late.told.length, 1);
  assert.match(late.told.join(), /^timeout: /);
  assert.equal(late.results.length, 1);
  late.ends[1]?.(OK);
  assert.deepEqual(late.told.slice(1), ['ok']);
  late.pass(10 * TIMEOUT_MS);
  assert.deepEqual(late.calls, ['export', 'abort', 'export']);
});

test('an export that takes too long is told, ended and cut off, before anything else can begin', (context) => {
  const { gate, told, calls, send, pass } = gated(context);
  gate.export(METRICS, () => {
    calls.push('done');
    queueMicrotask(() => calls.push('next'));
  });
  pass(TIMEOUT_MS - 1);
  assert.deepEqual(calls, ['export']);
  pass(1);
  assert.deepEqual(calls, ['export', 'abort', 'done']);
  assert.match(told.join(), /^timeout: timed out after 30000 ms/);
  send();
  assert.deepEqual(calls, ['export', 'abort', 'done', 'export']);
});

test('hurry without an export: what holds exports up is forgotten, and the last one has so long', (context) => {
  const { gate, told, calls, send, pass } = gated(context);
  gate.hurry(7000);
  assert.deepEqual(calls, ['hurry']);
  send();
  pass(6999);
  assert.deepEqual(told, []);
  pass(1);
  assert.equal(told.length, 1);
});

test('hurry during an export: it has a second left, and the last one has less where that was not enough', (context) => {
  const { gate, told, calls, send, ends, pass } = gated(context);
  send();
  gate.hurry(7000);
  pass(999);
  assert.deepEqual(calls, ['export', 'hurry']);
  pass(1);
  assert.deepEqual(calls, ['export', 'hurry', 'abort']);
  send();
  pass(1999);
  assert.equal(told.length, 1);
  pass(1);
  assert.equal(told.length, 2);
  assert.equal(ends.length, 2);
});

test('hurry during an export that gets through in that second: the last one has its whole time', (context) => {
  const { gate, told, send, ends, pass } = gated(context);
  send();
  gate.hurry(7000);
  pass(900);
  ends[0]?.(OK);
  send();
  pass(6999);
  assert.deepEqual(told, ['ok']);
  pass(1);
  assert.equal(told.length, 2);
});

test('hurry does not give an export more time than it has: not twice, not with a long time, not after a failure', (context) => {
  const { gate, told, send, pass } = gated(context);
  send();
  pass(500);
  gate.hurry(7000);
  pass(500);
  gate.hurry(100);
  pass(500);
  assert.equal(told.length, 1, 'it began anew with the second call');
  send();
  pass(100);
  assert.equal(told.length, 2, 'a failure made it longer');

  const patient = gated(context);
  patient.gate.hurry(10 * TIMEOUT_MS);
  patient.send();
  patient.pass(TIMEOUT_MS);
  assert.equal(patient.told.length, 1);
});

test('an export while one is under way, which the reader has given up: that one is cut off and told, and has ended', (context) => {
  const { gate, told, calls, results, send, ends, pass } = gated(context);
  send();
  pass(TIMEOUT_MS / 2);
  send();
  assert.deepEqual(calls, ['export', 'abort', 'export']);
  assert.match(told.join(), /^timeout: /);
  assert.equal(results.length, 1);
  ends[0]?.(OK);
  pass(TIMEOUT_MS - 1);
  // The end of the first one has not made this one forgotten: it has its second.
  gate.hurry(7000);
  assert.deepEqual(calls, ['export', 'abort', 'export', 'hurry']);
  ends[1]?.(OK);
  assert.deepEqual(told.slice(1), ['ok']);
  assert.equal(results.length, 2);
});

test('retired: nothing is sent, flushed or closed, and the reader is content', async (context) => {
  const { gate, told, calls, results, send } = gated(context);
  gate.retire();
  send();
  await gate.forceFlush();
  await gate.shutdown();
  assert.deepEqual({ told, calls, results }, { told: [], calls: [], results: [OK] });
});

test('retired during an export: its end is told to nobody but the reader', (context) => {
  const { gate, told, results, send, ends } = gated(context);
  send();
  gate.retire();
  ends[0]?.(FAILED);
  assert.deepEqual({ told, results }, { told: [], results: [OK] });
});

test('not retired: flushed and closed; differences are asked for, whatever the exporter behind wants', async (context) => {
  const { gate, calls } = gated(context);
  await gate.forceFlush();
  await gate.shutdown();
  assert.deepEqual(calls, ['flush', 'shutdown']);
  const temporality = gate.selectAggregationTemporality?.(InstrumentType.OBSERVABLE_COUNTER);
  assert.equal(temporality, AggregationTemporality.DELTA);
});

test('an exporter that cannot be hurried is waited for no longer than one that can', (context) => {
  const pass = ownTime(context);
  const told: string[] = [];
  const plain: Sender = { export: () => {}, forceFlush: async () => {}, shutdown: async () => {} };
  const gate = gateExporter(plain, TIMEOUT_MS, (error) => told.push(error?.reason ?? 'ok'));
  gate.hurry(50);
  gate.export(METRICS, () => {});
  pass(50);
  assert.deepEqual(told, ['timeout']);
});
