/** Receivers that accept an export and reject some of its points. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { OtlpConfig } from '../../src/config/config.ts';
import { asValues, pushedValues, sorted } from '../helpers/otlp-as-prometheus.ts';
import { metricsOf } from '../helpers/otlp-export.ts';
import { stopClock } from '../helpers/test-clock.ts';
import { every, exportCounts, startOutage } from './outage.ts';
import { accepted, GOOD } from './responses.ts';

const SECRET = 'c4n4ry-token-of-the-header';

/** A field of a protobuf message: https://protobuf.dev/programming-guides/encoding/ */
function field(number: number, value: number | Uint8Array): Uint8Array {
  if (typeof value === 'number') return Buffer.concat([varint(number << 3), varint(value)]);
  return Buffer.concat([varint((number << 3) | 2), varint(value.length), value]);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let left = value;
  for (; left > 127; left = Math.floor(left / 128)) bytes.push((left % 128) | 128);
  return Uint8Array.of(...bytes, left);
}

/** An ExportMetricsServiceResponse. */
function response(protocol: OtlpConfig['protocol'], rejected: number | string, errorMessage: string): Uint8Array {
  if (protocol === 'http/json') {
    return Buffer.from(JSON.stringify({ partialSuccess: { rejectedDataPoints: rejected, errorMessage } }));
  }
  const partial = [field(1, Number(rejected)), field(2, Buffer.from(errorMessage))];
  return field(1, Buffer.concat(partial));
}

const LONG = `${'x'.repeat(150)} ${SECRET}\n\u2028\r\n${'y'.repeat(10_000)}`;

const CASES: readonly (readonly [
  what: string,
  protocol: OtlpConfig['protocol'],
  rejected: number | string,
  message: string,
  told: RegExp,
  reason: string,
])[] = [
  [
    'points',
    'http/protobuf',
    3,
    'no such tenant',
    /^the receiver rejected 3 data points: no such tenant$/,
    'rejected_points',
  ],
  [
    'many points',
    'http/protobuf',
    4_000_000_000,
    '',
    /^the receiver rejected 4000000000 data points; check its log$/,
    'rejected_points',
  ],
  [
    'points',
    'http/json',
    3,
    'no such tenant',
    /^the receiver rejected 3 data points: no such tenant$/,
    'rejected_points',
  ],
  // As 64-bit integers are written: https://protobuf.dev/programming-guides/json/
  ['points in a text', 'http/json', '3', '', /^the receiver rejected 3 data points; check its log$/, 'rejected_points'],
  ['nothing, with a message', 'http/protobuf', 0, 'use v2', /^the receiver returned a warning: use v2$/, 'warning'],
  ['nothing, with a message', 'http/json', 0, 'use v2', /^the receiver returned a warning: use v2$/, 'warning'],
  [
    'nothing, in a text, with a message',
    'http/json',
    '0',
    'use v2',
    /^the receiver returned a warning: use v2$/,
    'warning',
  ],
  [
    'points, at length',
    'http/protobuf',
    1,
    LONG,
    /^the receiver rejected 1 data point: x{150} \*\*\* y{45}…$/,
    'rejected_points',
  ],
  [
    'points, at length',
    'http/json',
    1,
    LONG,
    /^the receiver rejected 1 data point: x{150} \*\*\* y{45}…$/,
    'rejected_points',
  ],
];

describe('partial success', () => {
  for (const [what, protocol, rejected, message, told, reason] of CASES) {
    test(`${protocol}, rejected: ${what}`, async (t) => {
      const partial = accepted(response(protocol, rejected, message));
      const clock = stopClock(t);
      const running = await startOutage(t, clock, {
        answer: ({ number }) => (number < 3 ? partial : GOOD),
        otlp: { protocol, headers: { authorization: `Bearer ${SECRET}` } },
        config: every(400),
      });
      const { receiver, task } = running;
      await clock.until('the recovery in the log', () => (running.log().length > 1 ? true : undefined));
      assert.deepEqual(running.log(), [`warn otlp_partial_failing ${reason}`, 'info otlp_partial_recovered']);
      const warning = running.lines().find(({ event }) => event === 'otlp_partial_failing');
      assert.match(warning?.message ?? '', told);
      assert.ok(!JSON.stringify(running.events()).includes(SECRET));

      task.advance(10);
      await running.poll();
      const page = await running.metrics();
      const { exports, failures, rejectedPoints } = exportCounts(page);
      assert.deepEqual({ failures, rejectedPoints }, { failures: {}, rejectedPoints: 3 * Number(rejected) });
      assert.ok(exports >= 4);
      assert.equal(receiver.arrivals.length, exports, 'an export was repeated');
      const served = sorted(asValues(page.series.filter(({ name }) => name !== 'target_info')));
      await clock.until('an export that is equal to the page', () => {
        const last = receiver.accepted.at(-1);
        return last && isDeepStrictEqual(sorted(pushedValues(metricsOf(last))), served) ? true : undefined;
      });
    });
  }
});
