import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVENTS } from '../../../src/log/events.ts';
import { MAX_LINES_PER_MINUTE } from '../../../src/log/line-limits.ts';
import type { WrittenLevel } from '../../../src/log/lines.ts';
import { createLimitedLogger, createLogger } from '../../../src/log/logger.ts';

const MINUTE_MS = 60_000;
/** Long, and every character is escaped. */
const HOSTILE_NAME = '\u202e\u009b\u0000'.repeat(200);

interface Written {
  readonly atMs: number;
  readonly bytes: number;
  readonly suppressed: number;
}

/** Logs an event every 250 ms for five minutes. */
function logged(event: string, level: WrittenLevel, format: 'json' | 'pretty'): readonly Written[] {
  const written: Written[] = [];
  let nowMs = 0;
  const write = (line: string) => {
    const suppressed = Number(/suppressed_lines[":=]+(\d+)/.exec(line)?.[1] ?? 0);
    return written.push({ atMs: nowMs, bytes: Buffer.byteLength(line), suppressed }) > 0;
  };
  const logger = createLogger({ level: 'debug', format, write, nowMs: () => nowMs });
  const containers = Array.from({ length: 240 }, () => HOSTILE_NAME);
  for (; nowMs < 5 * MINUTE_MS; nowMs += 250) {
    Reflect.apply(logger[level], logger, [
      event,
      HOSTILE_NAME,
      { containers, reason: HOSTILE_NAME, path: HOSTILE_NAME },
    ]);
  }
  return written;
}

/** The maximum of lines within any minute. */
function maxPerMinute(lines: readonly Written[]): number {
  let from = 0;
  const counts = lines.map(({ atMs }, index) => {
    while (atMs - (lines[from]?.atMs ?? 0) >= MINUTE_MS) from += 1;
    return index - from + 1;
  });
  return Math.max(...counts);
}

const NAMES: readonly (readonly [event: string, level: WrittenLevel])[] = Object.entries(EVENTS).flatMap(
  ([event, { level }]) => {
    const recovered = event.replace(/_failing$/, '_recovered');
    return recovered === event
      ? [[event, level] as const]
      : [[event, level] as const, [recovered, 'info' as const] as const];
  },
);

for (const [event, level] of NAMES) {
  test(`${event}: four lines a second for five minutes`, (t) => {
    for (const format of ['json', 'pretty'] as const) {
      const lines = logged(event, level, format);
      const perMinute = maxPerMinute(lines);
      const longest = Math.max(...lines.map(({ bytes }) => bytes));
      t.diagnostic(`${event} (${format}): at most ${perMinute} lines a minute of at most ${longest} bytes`);
      const limit = /^(?:unknown_variable|pattern_matches_nothing)$/.test(event) ? 20 : MAX_LINES_PER_MINUTE[level];
      assert.ok(perMinute > 1 && perMinute <= limit, `${perMinute} lines a minute`);
      assert.ok(longest < 12_000, `${longest} bytes`);
      // Every line is either written or counted in a later one, except for those of the last minute.
      const counted = lines.reduce((sum, { suppressed }) => sum + 1 + suppressed, 0);
      assert.ok(counted <= 1200 && counted > 1200 - 240, `${counted} lines written or counted`);
    }
  });
}

test('events have separate limits, and a line below the minimum level does not count', () => {
  const sent: string[] = [];
  let nowMs = 0;
  const logger = createLimitedLogger((_level, event, message) => sent.push(`${event} ${message}`), {
    level: 'info',
    nowMs: () => nowMs,
  });
  for (let at = 0; at < 10; at += 1) {
    logger.debug('poll', 'x');
    logger.info('task_found', `${at}`);
  }
  logger.info('containers_restarted', 'other');
  assert.deepEqual(sent, [...[0, 1, 2, 3, 4, 5].map((at) => `task_found ${at}`), 'containers_restarted other']);
  nowMs = MINUTE_MS - 1;
  logger.info('task_found', 'too early');
  nowMs = MINUTE_MS;
  logger.info('task_found', 'later');
  assert.equal(sent.at(-1), 'task_found later');
  assert.equal(sent.length, 8);
});
