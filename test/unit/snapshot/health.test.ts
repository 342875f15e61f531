import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type HealthState, parseHealth } from '../../../src/snapshot/container-info.ts';
import { createInvalidValues, type InvalidReason } from '../../../src/snapshot/json-values.ts';

const CASES: readonly (readonly [given: unknown, state: HealthState | undefined, refused?: InvalidReason])[] = [
  [undefined, undefined],
  [null, undefined],
  [{}, 'UNKNOWN'],
  [{ status: '' }, 'UNKNOWN'],
  [{ status: 'UNKNOWN' }, 'UNKNOWN'],
  [{ status: 'HEALTHY' }, 'HEALTHY'],
  [{ status: 'unhealthy', exitCode: -1 }, 'UNHEALTHY'],
  [{ status: 'STARTING' }, 'UNKNOWN'],
  [{ status: '__proto__' }, 'UNKNOWN'],
  [{ status: 1 }, 'UNKNOWN', 'wrong_type'],
  ['HEALTHY', undefined, 'wrong_type'],
  [[], undefined, 'wrong_type'],
];

for (const [given, state, refused] of CASES) {
  test(`health ${JSON.stringify(given)} is ${state}`, () => {
    const invalidValues = createInvalidValues();
    assert.equal(parseHealth(given, invalidValues)?.state, state);
    assert.deepEqual([...invalidValues.counts], refused === undefined ? [] : [[refused, 1]]);
  });
}

test('time of the last status change', () => {
  const health = parseHealth({ status: 'HEALTHY', statusSince: '2026-01-01T00:00:00.25Z' }, createInvalidValues());
  assert.equal(health?.sinceNs, 1_767_225_600_250_000_000n);
});
