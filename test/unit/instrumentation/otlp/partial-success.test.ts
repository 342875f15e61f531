import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { PartialSuccess } from '../../../../instrumentation/metric-exporter.ts';
import { partialSuccess } from '../../../../instrumentation/otlp/partial-success.ts';
import { propertyRuns } from '../../../helpers/property-runs.ts';

const EMPTY: PartialSuccess = { rejectedPoints: 0, message: '' };
const asIs = (text: string): string => text;

const fromJson = (text: string): PartialSuccess => partialSuccess(Buffer.from(text), 'http/json', asIs);
const fromBytes = (...bytes: number[]): PartialSuccess =>
  partialSuccess(Uint8Array.of(...bytes), 'http/protobuf', asIs);
/** @param json the JSON text of rejectedDataPoints */
const rejected = (json: string): number => fromJson(`{"partialSuccess":{"rejectedDataPoints":${json}}}`).rejectedPoints;

const COUNTS: readonly (readonly [json: string, points: number])[] = [
  ['3', 3],
  ['"3"', 3],
  ['0', 0],
  ['"0"', 0],
  ['9007199254740991', 9_007_199_254_740_991],
  ['"9007199254740991"', 9_007_199_254_740_991],
  // Above the safe integers.
  ['"9223372036854775807"', 0],
  ['1e300', 0],
  ['-1', 0],
  ['"-1"', 0],
  ['1.5', 0],
  ['null', 0],
  ['true', 0],
  ['[5]', 0],
  ['""', 0],
  ['" 5"', 0],
  ['"0x10"', 0],
  ['"five"', 0],
  ['{}', 0],
  ['{"valueOf":5,"toString":5}', 0],
];

for (const [json, points] of COUNTS) {
  test(`rejectedDataPoints: ${json} is ${points}`, () => assert.equal(rejected(json), points));
}

test('other JSON is empty', () => {
  const texts = ['', ' ', 'null', '1', '"x"', '[]', '{}', '{', '\u0000', '{"partialSuccess":null}'];
  for (const text of [...texts, '{"partialSuccess":[]}', '{"partialSuccess":"x"}', '{"partialSuccess":{}}', '[[]]']) {
    assert.deepEqual(fromJson(text), EMPTY, text);
  }
  assert.deepEqual(fromJson('{"partialSuccess":{"errorMessage":5}}'), EMPTY);
  assert.equal(fromJson('{"__proto__":{"partialSuccess":{"rejectedDataPoints":5}}}').rejectedPoints, 0);
  assert.deepEqual(partialSuccess(Uint8Array.of(0xff, 0xfe, 0x7b), 'http/json', asIs), EMPTY);
});

test('protobuf: fields in any order, unknown fields and repeated fields', () => {
  assert.deepEqual(fromBytes(), EMPTY);
  assert.deepEqual(fromBytes(0x0a, 0), EMPTY);
  assert.deepEqual(fromBytes(0x0a, 2, 0x08, 5), { rejectedPoints: 5, message: '' });
  assert.deepEqual(fromBytes(0x0a, 7, 0x12, 3, 110, 111, 33, 0x08, 0x07), { rejectedPoints: 7, message: 'no!' });
  const unknown = [0x1a, 1, 0xff, 0x20, 0x05, 0x29, 1, 2, 3, 4, 5, 6, 7, 8, 0x35, 1, 2, 3, 4];
  assert.deepEqual(fromBytes(...unknown, 0x0a, 2 + unknown.length, ...unknown, 0x08, 5), {
    rejectedPoints: 5,
    message: '',
  });
  assert.deepEqual(fromBytes(0x0a, 2, 0x08, 5, 0x0a, 2, 0x08, 6), { rejectedPoints: 6, message: '' });
  // -1, in ten bytes.
  assert.deepEqual(fromBytes(0x0a, 11, 0x08, ...Array.from({ length: 9 }, () => 0xff), 1), EMPTY);
});

test('truncated protobuf is empty', () => {
  const whole = [0x0a, 7, 0x12, 3, 110, 111, 33, 0x08, 0x07];
  for (let length = 1; length < whole.length; length += 1) {
    assert.deepEqual(fromBytes(...whole.slice(0, length)), EMPTY, `${length} bytes`);
  }
});

test('any bytes give a count and one bounded line, also 4 MiB', () => {
  for (const protocol of ['http/protobuf', 'http/json'] as const) {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const { rejectedPoints, message } = partialSuccess(bytes, protocol, asIs);
        assert.ok(Number.isSafeInteger(rejectedPoints) && rejectedPoints >= 0);
        assert.ok([...message].length <= 201 && !/[\p{Cc}\u2028\u2029]/u.test(message));
      }),
      propertyRuns(),
    );
    for (const byte of [0x00, 0x0a, 0x12, 0x20, 0x5b, 0x7b, 0x80, 0xff]) {
      const { rejectedPoints, message } = partialSuccess(Buffer.alloc(4 * 1024 ** 2, byte), protocol, asIs);
      assert.ok(rejectedPoints >= 0 && [...message].length <= 201, `${protocol}: ${byte}`);
    }
  }
});

const messageFor = (errorMessage: string, redact: (text: string) => string = asIs): string =>
  partialSuccess(Buffer.from(JSON.stringify({ partialSuccess: { errorMessage } })), 'http/json', redact).message;

test('a message is one bounded line of printable text', () => {
  assert.equal(messageFor(' a\r\n\tb\u0000\u001b[31mc\u2028\u2029d\u0085e '), 'a b [31mc d e');
  // Bidirectional and invisible characters.
  assert.equal(messageFor('left\u202Etfel\u200Bover'), 'left tfel over');
  assert.equal(messageFor('größer als 1 µs: 数 🙂'), 'größer als 1 µs: 数 🙂');
  assert.equal(messageFor('x'.repeat(10_000)), `${'x'.repeat(200)}…`);
  // Truncation does not split a character.
  assert.equal(messageFor(`${'x'.repeat(199)}🙂x`), `${'x'.repeat(199)}🙂…`);
  assert.equal(messageFor('see https://user:s3cret@example.com/?key=1'), 'see [address]');
  assert.equal(messageFor('\n'.repeat(10_000)), '');
});

test('secrets are redacted before the message is truncated', () => {
  const redact = (text: string): string => text.replaceAll('s3cret-value', '***');
  assert.equal(messageFor(`${'x'.repeat(195)}s3cret-value`, redact), `${'x'.repeat(195)}***`);
  assert.equal(messageFor('a\ns3cret-value\nb', redact), 'a *** b');
});

for (const [protocol, body, isNotOtlp] of [
  ['http/protobuf', '<html>Welcome</html>', true],
  ['http/json', '  <!DOCTYPE html>', true],
  ['http/protobuf', '{"status":"Server available"}', true],
  ['http/json', '{"status":"Server available"}', true],
  ['http/json', '{}', false],
  ['http/protobuf', '{}', false],
  ['http/json', '', false],
  ['http/protobuf', '', false],
  ['http/json', '{"partialSuccess":{}}', false],
  ['http/json', 'OK', false],
] as const) {
  test(`${protocol}: ${JSON.stringify(body)} is ${isNotOtlp ? 'not ' : ''}a response of OTLP`, () => {
    const { rejectedPoints, message } = partialSuccess(new TextEncoder().encode(body), protocol, (text) => text);
    assert.equal(rejectedPoints, 0);
    assert.equal(/not OTLP/.test(message), isNotOtlp);
  });
}
