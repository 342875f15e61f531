import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  baseUrl,
  otlpEndpoint,
  otlpEndpointFlag,
  otlpMetricsEndpoint,
  proxyUrl,
} from '../../../src/config/addresses.ts';
import { attributePairs, globList, headerPairs } from '../../../src/config/lists.ts';
import { defaultOf, type Parsed, type Parser } from '../../../src/config/option.ts';
import { OPTIONS } from '../../../src/config/options.ts';
import {
  hostName,
  logLevel,
  secondsAsMs,
  trueOrFalse,
  wholeNumber,
  yesOrNo,
} from '../../../src/config/value-parsers.ts';
import { configOf, messagesOf, resolve } from './samples.ts';

interface Case {
  readonly parse: Parser<unknown>;
  /** Text and value. */
  readonly valid: readonly (readonly [string, unknown])[];
  readonly invalid: readonly string[];
}

/** A parser whose value is compared as a text. */
function mapped<T>(parse: Parser<T>, map: (value: T) => unknown): Parser<unknown> {
  return (text): Parsed<unknown> => {
    const parsed = parse(text);
    return 'value' in parsed ? { value: map(parsed.value) } : parsed;
  };
}

const href = (parse: Parser<URL>): Parser<unknown> => mapped(parse, (url) => url.href);

const CASES: Readonly<Record<string, Case>> = {
  wholeNumber: {
    parse: wholeNumber(0, 65_535),
    valid: [
      ['0', 0],
      ['65535', 65_535],
      ['0080', 80],
    ],
    invalid: ['', '65536', '-1', '+1', '1.0', '1e3', '0x10', '1_000', '１', 'NaN', '99999999999999999999'],
  },
  secondsAsMs: {
    parse: secondsAsMs(1, 3_600),
    valid: [
      ['1', 1_000],
      ['3600', 3_600_000],
      ['2.5', 2_500],
      ['1.0004', 1_000],
    ],
    invalid: ['0.999', '3600.1', '.5', '5.', '1s', '1,5', '-5', 'Infinity', ''],
  },
  baseUrl: {
    parse: href(baseUrl),
    valid: [
      ['http://169.254.170.2/v4/abc/', 'http://169.254.170.2/v4/abc'],
      ['http://169.254.170.2', 'http://169.254.170.2/'],
      ['https://[fd00:ec2::23]:80/v4//', 'https://[fd00:ec2::23]:80/v4'],
      ['HTTP://Host/Path', 'http://host/Path'],
    ],
    invalid: [
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
  otlpEndpoint: {
    parse: href(otlpEndpoint),
    valid: [
      ['http://c:4318', 'http://c:4318/v1/metrics'],
      ['http://c:4318/', 'http://c:4318/v1/metrics'],
      ['https://c/otlp/?k=v', 'https://c/otlp/v1/metrics?k=v'],
      ['http://c/v1/metrics', 'http://c/v1/metrics/v1/metrics'],
    ],
    invalid: ['c:4318', 'grpc://c', 'http://u:p@c', 'http://c/#x'],
  },
  otlpMetricsEndpoint: {
    parse: href(otlpMetricsEndpoint),
    valid: [
      ['http://c:4318', 'http://c:4318/'],
      ['http://c/x/', 'http://c/x/'],
    ],
    invalid: ['c', 'http://u@c'],
  },
  otlpEndpointFlag: {
    parse: href(otlpEndpointFlag),
    valid: [
      ['http://c', 'http://c/v1/metrics'],
      ['http://c/a/v1/metrics', 'http://c/a/v1/metrics'],
    ],
    invalid: ['c'],
  },
  proxyUrl: {
    parse: href(proxyUrl),
    valid: [
      ['http://proxy:3128', 'http://proxy:3128/'],
      ['proxy:3128', 'http://proxy:3128/'],
      ['https://u:p%25@proxy', 'https://u:p%25@proxy/'],
    ],
    invalid: ['', 'socks5://proxy', 'http://', 'http://u:p%@proxy'],
  },
  hostName: {
    parse: hostName,
    valid: [
      ['localhost', 'localhost'],
      ['0.0.0.0', '0.0.0.0'],
      ['::', '::'],
      ['[::1]', '::1'],
      ['my_host.local', 'my_host.local'],
    ],
    invalid: ['', 'a b', 'http://a', 'a:80', 'a/b', '[a]', '[::1', ':::', '-a', 'a'.repeat(300)],
  },
  globList: {
    parse: mapped(globList, (globs) => globs.map(({ text }) => text)),
    valid: [
      ['', []],
      [' , ', []],
      [' a , b*,,a ', ['a', 'b*']],
      ['~internal~ecs~pause', ['~internal~ecs~pause']],
      ['x'.repeat(255), ['x'.repeat(255)]],
    ],
    invalid: ['[', 'a,[b', '[]', 'x'.repeat(256), '[z-a]'],
  },
  headerPairs: {
    parse: headerPairs,
    valid: [
      ['', {}],
      ['a=1', { a: '1' }],
      [' A-b = x y ,, c=d=e== ', { 'a-b': 'x y', c: 'd=e==' }],
      ['authorization=Bearer%20abc%2Cdef', { authorization: 'Bearer abc,def' }],
      ['X=1,x=2', { x: '2' }],
      ['a=', { a: '' }],
    ],
    invalid: ['a', '=1', 'a b=1', 'a=%', 'a=%ff', 'a=%0a', 'a=1,b', 'é=1', 'a=€', 'a(=1'],
  },
  attributePairs: {
    parse: attributePairs,
    valid: [
      ['a.b=c%20d,e=%C3%A9', { 'a.b': 'c d', e: 'é' }],
      ['a=1,a=2,', { a: '2' }],
    ],
    invalid: ['a', 'a=1,=2', 'a=%zz'],
  },
  trueOrFalse: {
    parse: trueOrFalse,
    valid: [
      ['True', true],
      ['FALSE', false],
    ],
    invalid: ['1', 'yes', '', 'truee'],
  },
  yesOrNo: {
    parse: yesOrNo,
    valid: [
      ['1', true],
      ['off', false],
      ['Y', true],
    ],
    invalid: ['2', 'toString', 'constructor', ''],
  },
  temporality: {
    parse: OPTIONS.otlpTemporality.parse,
    valid: [['LowMemory', 'lowmemory']],
    invalid: ['low', '__proto__'],
  },
  logLevel: {
    parse: logLevel,
    valid: [
      ...['DEBUG', 'debug', 'ALL', 'TRACE', 'VERBOSE'].map((name) => [name, 'debug'] as const),
      ['INFO', 'info'],
      ...['WARN', 'Warning'].map((name) => [name, 'warn'] as const),
      ...['ERROR', 'CRITICAL', 'fatal'].map((name) => [name, 'error'] as const),
      ['NONE', 'none'],
    ],
    invalid: ['', 'loud', '20'],
  },
};

for (const [name, { parse, valid, invalid }] of Object.entries(CASES)) {
  test(`${name}: valid texts`, () => {
    for (const [text, value] of valid) assert.deepEqual(parse(text), { value }, JSON.stringify(text));
  });
  test(`${name}: invalid texts, with the reason`, () => {
    for (const text of invalid) {
      const parsed = parse(text);
      assert.ok('error' in parsed, `${JSON.stringify(text)} should be invalid`);
      assert.match(parsed.error, /^(?:must|contains) /);
    }
  });
}

test('a header may have the name of a property of Object', () => {
  const parsed = headerPairs('__proto__=x,constructor=y');
  assert.ok('value' in parsed);
  assert.deepEqual(Object.entries(parsed.value), [
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ]);
  assert.equal(Object.getPrototypeOf(parsed.value), Object.prototype);
});

test('headers for metrics take precedence, in any case of their names', () => {
  const env = { OTEL_EXPORTER_OTLP_HEADERS: 'Api-Key=a,x=1', OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'api-key=b' };
  assert.deepEqual(configOf(resolve({ env })).otlp.headers, { 'api-key': 'b', x: '1' });
});

test('headers of the connection and of the body cannot be set', () => {
  for (const name of ['Content-Length', 'transfer-encoding', 'Expect', 'connection']) {
    const resolved = resolve({ env: { OTEL_EXPORTER_OTLP_HEADERS: `api-key=a,${name}=5`, EXPORTERS: 'otlp' } });
    assert.match(messagesOf(resolved).join(), /item 2 names a header that the HTTP client sets/);
  }
});

test('every default in the option table is valid', () => {
  const options = Object.values(OPTIONS).flatMap((option) => ('default' in option ? [option] : []));
  assert.ok(options.length > 10);
  for (const option of options) assert.doesNotThrow(() => defaultOf<unknown>(option));
});
