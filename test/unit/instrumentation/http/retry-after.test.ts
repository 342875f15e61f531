import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryAfterMs } from '../../../../instrumentation/http/headers.ts';

const NOW_MS = Date.UTC(2026, 5, 7, 8, 9, 10);

const HEADERS: readonly (readonly [header: string | undefined, ms: number])[] = [
  [undefined, 0],
  ['', 0],
  ['0', 0],
  ['1', 1000],
  [' 120 ', 120_000],
  ['-1', 0],
  ['+1', 0],
  ['0.5', 0],
  ['1e3', 0],
  ['0x10', 0],
  ['5 minutes', 0],
  ['soon', 0],
  ['99999999999999999999', 1e23],
  ['Sun, 07 Jun 2026 08:10:10 GMT', 60_000],
  ['sun, 07 jun 2026 08:10:10 gmt', 60_000],
  ['Sunday, 07-Jun-26 08:10:10 GMT', 60_000],
  ['Sun, 07 Jun 2026 08:08:10 GMT', 0],
  ['Sun, 99 Jun 2026 08:10:10 GMT', 0],
  ['Sunday', 0],
  ['2026-06-07T08:10:10Z', 0],
  ['later 2099', 0],
  ['86400', 86_400_000],
  ['1.5', 0],
  ['Nonsense, 99 Abc', 0],
];

for (const [header, ms] of HEADERS) {
  test(`Retry-After ${JSON.stringify(header)} is ${ms} ms`, () => assert.equal(retryAfterMs(header, NOW_MS), ms));
}
