import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createExportCounters } from '../../../src/self/export-counters.ts';

const KINDS = {
  exporters: ['otlp', 'statsd', 'console'],
  failureReasons: ['timeout', 'tls'],
  withRejections: ['otlp'],
  withBytes: ['otlp', 'statsd'],
};

test('all counters start at 0', () => {
  const { exports, failures, rejected, acceptedPoints, failedPoints, sentBytes } = createExportCounters(KINDS).counts();
  const none = new Map([
    ['otlp', 0],
    ['statsd', 0],
    ['console', 0],
  ]);
  assert.deepEqual([exports, acceptedPoints], [none, none]);
  assert.deepEqual([...sentBytes], [...none].slice(0, 2));
  assert.deepEqual(
    failures.get('statsd'),
    new Map([
      ['timeout', 0],
      ['tls', 0],
    ]),
  );
  assert.deepEqual(rejected, new Map([['otlp', 0]]));
  assert.deepEqual([...(failedPoints.get('otlp')?.keys() ?? [])], ['timeout', 'tls', 'rejected']);
  assert.deepEqual([...(failedPoints.get('statsd')?.values() ?? [])], [0, 0]);
});

test('a data point counts once: as accepted, as rejected, or with the failure reason of its export', () => {
  const counters = createExportCounters(KINDS);
  counters.record('otlp', { points: 10 }, 1_000);
  counters.record('otlp', { points: 10, rejectedPoints: 3 }, 1_000);
  counters.record('otlp', { points: 7, reason: 'timeout' }, 1_000);
  counters.record('otlp', { points: 5, rejectedPoints: 9 }, 1_000);
  counters.record('statsd', { points: 4 }, 1_000);
  const { exports, failures, rejected, acceptedPoints, failedPoints } = counters.counts();
  assert.deepEqual([...exports.values()], [4, 1, 0]);
  assert.equal(failures.get('otlp')?.get('timeout'), 1);
  assert.equal(rejected.get('otlp'), 12);
  // A receiver that rejects more points than it received has accepted none.
  assert.deepEqual([...acceptedPoints.values()], [17, 4, 0]);
  assert.deepEqual(Object.fromEntries(failedPoints.get('otlp') ?? []), { timeout: 7, tls: 0, rejected: 12 });
});

test('bytes add up, and an exporter without a count of bytes is ignored', () => {
  const counters = createExportCounters(KINDS);
  counters.recordBytes('otlp', 700);
  counters.recordBytes('otlp', 44);
  counters.recordBytes('statsd', 5);
  assert.deepEqual([...counters.counts().sentBytes.values()], [744, 5]);
});
