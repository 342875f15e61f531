import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInvalidValues, type InvalidReason } from '../../../src/snapshot/json-values.ts';
import { timeOf } from '../../../src/snapshot/time.ts';

/** 2026-03-04T05:06:07Z in nanoseconds. */
const BASE = 1_772_600_767_000_000_000n;

const TIMES: readonly (readonly [text: string, expected: bigint])[] = [
  ['2026-03-04T05:06:07Z', BASE],
  ['2026-03-04T05:06:07.1Z', BASE + 100_000_000n],
  ['2026-03-04T05:06:07.000000001Z', BASE + 1n],
  ['2026-03-04T05:06:07.123456789Z', BASE + 123_456_789n],
  ['2026-03-04T05:06:07.1234567891234Z', BASE + 123_456_789n],
  ['2026-03-04T00:06:07.123456789-05:00', BASE + 123_456_789n],
  ['2026-03-04T10:36:07.5+05:30', BASE + 500_000_000n],
  ['2026-03-04T10:36:07.5+0530', BASE + 500_000_000n],
  ['2026-03-04T05:06:07.999999999+00:00', BASE + 999_999_999n],
];

for (const [text, expected] of TIMES) {
  test(`time ${text}`, () => {
    const invalidValues = createInvalidValues();
    assert.equal(timeOf(text, invalidValues), expected);
    assert.equal(invalidValues.counts.size, 0);
  });
}

const NO_TIMES: readonly (readonly [value: unknown, reason?: InvalidReason])[] = [
  [undefined],
  [null],
  [''],
  ['0001-01-01T00:00:00Z'],
  ['1970-01-01T00:00:00Z'],
  ['1999-12-31T23:59:59.999999999Z'],
  ['2200-01-01T00:00:01Z'],
  [1_772_600_767, 'wrong_type'],
  [{}, 'wrong_type'],
  ['now', 'bad_time'],
  ['2026-03-04', 'bad_time'],
  ['2026-03-04 05:06:07Z', 'bad_time'],
  ['2026-03-04T05:06:07', 'bad_time'],
  ['2026-13-04T05:06:07Z', 'bad_time'],
  ['2026-03-04T25:06:07Z', 'bad_time'],
  ['2026-03-04T05:06:07.Z', 'bad_time'],
  ['2026-03-04T05:06:07z', 'bad_time'],
  [' 2026-03-04T05:06:07Z', 'bad_time'],
  ['2026-03-04T05:06:07+99:99', 'bad_time'],
  ['+002026-03-04T05:06:07Z', 'bad_time'],
];

for (const [value, reason] of NO_TIMES) {
  test(`not a time: ${JSON.stringify(value)}${reason === undefined ? '' : `, ${reason}`}`, () => {
    const invalidValues = createInvalidValues();
    assert.equal(timeOf(value, invalidValues), undefined);
    assert.deepEqual([...invalidValues.counts], reason === undefined ? [] : [[reason, 1]]);
  });
}
