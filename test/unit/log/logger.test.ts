import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonLine, prettyLine } from '../../../src/log/lines.ts';
import { createLogger, type LoggerOptions } from '../../../src/log/logger.ts';

const TIME = '2026-01-02T03:04:05.678Z';

function logging(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = [];
  const write = (line: string) => lines.push(line) > 0;
  const logger = createLogger({ level: 'debug', format: 'json', write, now: () => new Date(TIME), ...options });
  return { lines, logger };
}

test('JSON: one object a line, the fixed keys first', () => {
  const { lines, logger } = logging();
  logger.info('listening', 'listening on http://localhost:9545', { port: 9545, host: 'localhost' });
  assert.deepEqual(lines, [
    `{"time":"${TIME}","level":"info","event":"listening","message":"listening on http://localhost:9545","port":9545,"host":"localhost"}\n`,
  ]);
});

test('pretty: one readable line, values quoted where they need it', () => {
  const { lines, logger } = logging({ format: 'pretty' });
  logger.warn('poll_failing', 'no answer', {
    reason: 'timeout',
    after_ms: 2_000,
    url: 'http://[::1]/v4',
    list: ['a', 'b c'],
  });
  assert.deepEqual(lines, [
    `${TIME} WARN  poll_failing no answer reason=timeout after_ms=2000 url="http://[::1]/v4" list=a,"b c"\n`,
  ]);
});

test('pretty: colours the level if enabled', () => {
  const { lines, logger } = logging({ format: 'pretty', hasColours: true });
  logger.error('crashed', 'why');
  assert.deepEqual(lines, [`${TIME} \u001b[31mERROR\u001b[0m crashed why\n`]);
});

const WRITTEN = {
  debug: ['debug', 'info', 'warn', 'error'],
  info: ['info', 'warn', 'error'],
  warn: ['warn', 'error'],
  error: ['error'],
  none: [],
} as const;
for (const level of ['debug', 'info', 'warn', 'error', 'none'] as const) {
  test(`level ${level} writes ${WRITTEN[level].join(', ') || 'nothing'}`, () => {
    const { lines, logger } = logging({ level });
    logger.debug('poll', 'x');
    logger.info('stopped', 'x');
    logger.warn('stop_failed', 'x');
    logger.error('crashed', 'x');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).level),
      WRITTEN[level],
    );
  });
}

class TestError extends Error {
  override readonly name = 'TestError';
  readonly code = 'ETEST';
}
const circular: { self?: unknown } = {};
circular.self = circular;

const FIELDS: readonly (readonly [name: string, value: unknown, written: unknown])[] = [
  ['undefined', undefined, undefined],
  ['null', null, null],
  ['NaN', Number.NaN, 'NaN'],
  ['bigint', 10n ** 20n, '100000000000000000000'],
  ['error', new TestError('boom'), 'TestError: boom (ETEST)'],
  ['date', new Date(TIME), TIME],
  ['bad date', new Date('x'), 'null'],
  ['object', { a: [1] }, '{"a":[1]}'],
  ['list', ['a', 1, null, ['b']], ['a', 1, null, '["b"]']],
  ['long list', Array.from({ length: 99 }, () => 0), [...Array.from({ length: 10 }, () => 0), 'and 89 more']],
  ['circular', circular, '[object]'],
  ['symbol', Symbol('s'), 'Symbol(s)'],
  ['long', 'x'.repeat(5_000), `${'x'.repeat(1_000)}…`],
];
for (const [name, value, written] of FIELDS) {
  test(`a field that is ${name}`, () => {
    const { lines, logger } = logging();
    logger.info('stopped', 'm', { value });
    assert.deepEqual(JSON.parse(lines[0] ?? '').value, written);
  });
}

test('fields cannot forge the fixed keys', () => {
  const { lines, logger } = logging();
  logger.info('stopped', 'm', { level: 'error', time: 0 });
  const { level, time, field_level, field_time } = JSON.parse(lines[0] ?? '');
  assert.deepEqual([level, time, field_level, field_time], ['info', TIME, 'error', 0]);
});

/** C0 and C1 controls, bidirectional controls, line separators, zero-width characters, a tag and a lone surrogate. */
const HOSTILE =
  'a\nb\r\u001b[2J\u0000\u007f\u0085\u009b31m\u200e\u200f\u061c\u202a\u202e\u2066\u2069\u2028\u2029\u200b\u200d\u2060\ufeff\u00ad\u034f\u3164\ufe0f\u{e0041}\ud800';

test('no text can break a line or control the terminal', () => {
  const hostile = HOSTILE;
  const record = { time: new Date(TIME), level: 'info', event: hostile, message: hostile } as const;
  const fields = { [hostile]: hostile };
  const line = jsonLine({ ...record, fields });
  assert.match(line, /^[^\p{C}\p{Zl}\p{Zp}\p{DI}]*\n$/u);
  assert.equal(JSON.parse(line).message, hostile);
  assert.match(prettyLine({ ...record, fields }, false), /^[^\p{C}\p{Zl}\p{Zp}\p{DI}]*\n$/u);
});

test('the next line that is written reports the number of dropped lines', () => {
  const lines: string[] = [];
  let isBlocked = true;
  const { logger } = logging({ write: (line) => !isBlocked && lines.push(line) > 0 });
  logger.info('stopping', 'x');
  logger.info('stopped', 'x');
  isBlocked = false;
  logger.info('pushing', 'x');
  logger.info('listening', 'x');
  const written = lines.map((line) => JSON.parse(line));
  assert.deepEqual(
    written.map(({ event, lines: count }) => [event, count]),
    [
      ['log_lines_dropped', 2],
      ['pushing', undefined],
      ['listening', undefined],
    ],
  );
});

test('reports of dropped lines are limited, and count every dropped line', () => {
  const lines: string[] = [];
  let isBlocked = false;
  let nowMs = 0;
  const { logger } = logging({ write: (line) => !isBlocked && lines.push(line) > 0, nowMs: () => nowMs });
  for (let second = 0; second < 600; second += 1) {
    nowMs = second * 1000;
    isBlocked = second % 2 === 0;
    logger.debug('poll', 'x');
  }
  const reports = lines.map((line) => JSON.parse(line)).filter(({ event }) => event === 'log_lines_dropped');
  assert.equal(reports.length, 60);
  assert.ok(reports.reduce((sum, { lines: count }) => sum + count, 0) > 250);
});
