import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInvalidValues, errorCodeOf, statusOf } from '../../../src/snapshot/json-values.ts';

const STATUSES: readonly (readonly [given: unknown, status: string | undefined])[] = [
  [undefined, undefined],
  [null, undefined],
  ['', undefined],
  ['RUNNING', 'RUNNING'],
  ['running', 'RUNNING'],
  ['RESOURCES_PROVISIONED', 'RESOURCES_PROVISIONED'],
  ['SOMETHING_NEW', 'SOMETHING_NEW'],
  ['A'.repeat(40), 'A'.repeat(40)],
  ['A'.repeat(41), 'OTHER'],
  ['_RUNNING', 'OTHER'],
  ['RUNNING 2', 'OTHER'],
  ['RUNNING\n', 'OTHER'],
  ['läuft', 'OTHER'],
];

for (const [given, status] of STATUSES) {
  test(`status ${JSON.stringify(given)} is ${status}`, () => {
    const invalidValues = createInvalidValues();
    assert.equal(statusOf(given, invalidValues), status);
    assert.equal(invalidValues.counts.size, 0);
  });
}

test('a status that is not a string is invalid', () => {
  const invalidValues = createInvalidValues();
  assert.equal(statusOf(5, invalidValues), undefined);
  assert.deepEqual([...invalidValues.counts], [['wrong_type', 1]]);
});

const CODES: readonly (readonly [given: unknown, code: string])[] = [
  ['AccessDeniedException', 'AccessDeniedException'],
  ['Client.InvalidParameter_2', 'Client.InvalidParameter_2'],
  ['A'.repeat(64), 'A'.repeat(64)],
  ['A'.repeat(65), 'OTHER'],
  ['2Many', 'OTHER'],
  ['a sentence, not a code', 'OTHER'],
  ['', 'OTHER'],
  [undefined, 'OTHER'],
];

for (const [given, code] of CODES) {
  test(`error code ${JSON.stringify(given)} is ${code}`, () =>
    assert.equal(errorCodeOf(given, createInvalidValues()), code));
}
