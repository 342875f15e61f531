import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import type { TextSchema } from '../../../src/config/option.ts';
import { OPTIONS } from '../../../src/config/options.ts';
import {
  baseUrl,
  hostName,
  otlpAddressAsIs,
  otlpBase,
  otlpBaseOrAddress,
} from '../../../src/config/schemas/addresses.ts';
import { globList } from '../../../src/config/schemas/lists.ts';
import { secondsAsMs, wholeNumber } from '../../../src/config/schemas/numbers.ts';
import { attributePairs, headerPairs } from '../../../src/config/schemas/pairs.ts';
import { logLevel, trueOrFalse, yesOrNo } from '../../../src/config/schemas/words.ts';

interface Case {
  readonly schema: TextSchema<unknown>;
  /** Text and value. */
  readonly good: readonly (readonly [string, unknown])[];
  readonly bad: readonly string[];
}

const CASES: Readonly<Record<string, Case>> = {
  wholeNumber: {
    schema: wholeNumber(0, 65_535),
    good: [
      ['0', 0],
      ['65535', 65_535],
      [' 9545 ', 9_545],
      ['0080', 80],
    ],
    bad: ['', '65536', '-1', '+1', '1.0', '1e3', '0x10', '1_000', '１', 'NaN', '99999999999999999999'],
  },
  secondsAsMs: {
    schema: secondsAsMs(1, 3_600),
    good: [
      ['1', 1_000],
      ['3600', 3_600_000],
      ['2.5', 2_500],
      ['1.0004', 1_000],
    ],
    bad: ['0.999', '3600.1', '.5', '5.', '1s', '1,5', '-5', 'Infinity', ''],
  },
  baseUrl: {
    schema: v.pipe(
      baseUrl,
      v.transform((url) => url.href),
    ),
    good: [
      ['http://169.254.170.2/v4/abc/', 'http://169.254.170.2/v4/abc'],
      ['http://169.254.170.2', 'http://169.254.170.2/'],
      ['https://[fd00:ec2::23]:80/v4//', 'https://[fd00:ec2::23]:80/v4'],
      ['HTTP://Host/Path', 'http://host/Path'],
    ],
    bad: [
      '',
      'host:80',
      '//host',
      'http:host',
      'file:///x',
      'ftp://x',
      'http://',
      'http://a:b@c',
      'http://a@c',
      'http://h/?',
      'http://h/?q',
      'http://h/#',
      'http://h:99999/',
      'http://exa mple/',
    ],
  },
  otlpBase: {
    schema: otlpBase,
    good: [
      ['http://c:4318', 'http://c:4318/v1/metrics'],
      ['http://c:4318/', 'http://c:4318/v1/metrics'],
      ['https://c/otlp/?k=v', 'https://c/otlp/v1/metrics?k=v'],
      ['http://c/v1/metrics', 'http://c/v1/metrics/v1/metrics'],
    ],
    bad: ['c:4318', 'grpc://c', 'http://u:p@c', 'http://c/#x'],
  },
  otlpAddressAsIs: {
    schema: otlpAddressAsIs,
    good: [
      ['http://c:4318', 'http://c:4318/'],
      ['http://c/x/', 'http://c/x/'],
    ],
    bad: ['c', 'http://u@c'],
  },
  otlpBaseOrAddress: {
    schema: otlpBaseOrAddress,
    good: [
      ['http://c', 'http://c/v1/metrics'],
      ['http://c/a/v1/metrics', 'http://c/a/v1/metrics'],
    ],
    bad: ['c'],
  },
  hostName: {
    schema: hostName,
    good: [
      ['localhost', 'localhost'],
      ['0.0.0.0', '0.0.0.0'],
      ['::', '::'],
      ['[::1]', '::1'],
      ['my_host.local', 'my_host.local'],
    ],
    bad: ['', 'a b', 'http://a', 'a:80', 'a/b', '[a]', '[::1', ':::', '-a', 'a'.repeat(300)],
  },
  globList: {
    schema: globList,
    good: [
      ['', []],
      [' , ', []],
      [' a , b*,,a ', ['a', 'b*']],
      ['~internal~ecs~pause', ['~internal~ecs~pause']],
      ['x'.repeat(255), ['x'.repeat(255)]],
    ],
    bad: ['[', 'a,[b', '[]', 'x'.repeat(256), '[z-a]'],
  },
  headerPairs: {
    schema: headerPairs,
    good: [
      ['', {}],
      ['a=1', { a: '1' }],
      [' A-b = x y ,, c=d=e== ', { 'a-b': 'x y', c: 'd=e==' }],
      ['authorization=Bearer%20abc%2Cdef', { authorization: 'Bearer abc,def' }],
      ['X=1,x=2', { x: '2' }],
      ['a=', { a: '' }],
    ],
    bad: ['a', '=1', 'a b=1', 'a=%', 'a=%ff', 'a=%0a', 'a=1,b', 'é=1', 'a=€', 'a(=1'],
  },
  attributePairs: {
    schema: attributePairs,
    good: [
      ['a.b=c%20d,e=%C3%A9', { 'a.b': 'c d', e: 'é' }],
      ['a=1,a=2,', { a: '2' }],
    ],
    bad: ['a', 'a=1,=2', 'a=%zz'],
  },
  trueOrFalse: {
    schema: trueOrFalse,
    good: [
      ['True', true],
      ['FALSE', false],
    ],
    bad: ['1', 'yes', '', 'truee'],
  },
  yesOrNo: {
    schema: yesOrNo,
    good: [
      ['1', true],
      ['off', false],
      ['Y', true],
    ],
    bad: ['2', 'toString', 'constructor', ''],
  },
  temporality: {
    schema: OPTIONS.otlpTemporality.schema,
    good: [['LowMemory', 'lowmemory']],
    bad: ['low', '__proto__'],
  },
  logLevel: {
    schema: logLevel,
    good: [
      ...['DEBUG', 'debug', 'ALL', 'TRACE', 'VERBOSE'].map((name) => [name, 'debug'] as const),
      ['INFO', 'info'],
      ...['WARN', 'Warning'].map((name) => [name, 'warn'] as const),
      ...['ERROR', 'CRITICAL', 'fatal'].map((name) => [name, 'error'] as const),
      ['NONE', 'none'],
    ],
    bad: ['', 'loud', '20'],
  },
};

for (const [name, { schema, good, bad }] of Object.entries(CASES)) {
  test(`${name}: what it takes`, () => {
    for (const [text, value] of good) assert.deepEqual(v.parse(schema, text), value, JSON.stringify(text));
  });
  test(`${name}: what it refuses, and says what is allowed`, () => {
    for (const text of bad) {
      const result = v.safeParse(schema, text);
      assert.ok(!result.success, `${JSON.stringify(text)} should be refused`);
      assert.match(result.issues[0].message, /^must /);
    }
  });
}

test('a header may be called like a property of every object', () => {
  const headers = v.parse(headerPairs, '__proto__=x,constructor=y');
  assert.deepEqual(Object.entries(headers), [
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ]);
  assert.equal(Object.getPrototypeOf(headers), Object.prototype);
});

test('METRICS headers win, whatever the case of their names', async () => {
  const { configOf, resolve } = await import('./samples.ts');
  const env = { OTEL_EXPORTER_OTLP_HEADERS: 'Api-Key=a,x=1', OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'api-key=b' };
  assert.deepEqual(configOf(resolve({ env })).otlp.headers, { 'api-key': 'b', x: '1' });
});

test('every default in the table is one that its own schema takes', () => {
  const defaults = Object.entries(OPTIONS).flatMap(([key, option]) => ('default' in option ? [{ key, option }] : []));
  assert.ok(defaults.length > 10);
  for (const { key, option } of defaults) assert.ok(v.is(option.schema, option.default), key);
});
