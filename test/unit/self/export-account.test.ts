import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createExportAccount } from '../../../src/self/export-account.ts';

const KINDS = { exporters: ['otlp', 'statsd'], failureReasons: ['timeout', 'tls'], withRejections: ['otlp'] };

test('all counts are there from the start', () => {
  const { exports, failures, rejected, acceptedPoints, failedPoints } = createExportAccount(KINDS).counts();
  const none = new Map([
    ['otlp', 0],
    ['statsd', 0],
  ]);
  assert.deepEqual([exports, acceptedPoints], [none, none]);
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

test('a data point counts once: as taken, as rejected, or with the reason of the export that failed', () => {
  const account = createExportAccount(KINDS);
  account.enter('otlp', { points: 10 });
  account.enter('otlp', { points: 10, rejectedPoints: 3 });
  account.enter('otlp', { points: 7, reason: 'timeout' });
  account.enter('otlp', { points: 5, rejectedPoints: 9 });
  account.enter('statsd', { points: 4 });
  const { exports, failures, rejected, acceptedPoints, failedPoints } = account.counts();
  assert.deepEqual([...exports.values()], [4, 1]);
  assert.equal(failures.get('otlp')?.get('timeout'), 1);
  assert.equal(rejected.get('otlp'), 12);
  // A receiver that rejects more than it got has taken none.
  assert.deepEqual([...acceptedPoints.values()], [17, 4]);
  assert.deepEqual(Object.fromEntries(failedPoints.get('otlp') ?? []), { timeout: 7, tls: 0, rejected: 12 });
});
