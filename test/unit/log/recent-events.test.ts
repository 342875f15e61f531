import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger } from '../../../src/log/logger.ts';
import { createRecentEvents } from '../../../src/log/recent-events.ts';

test('the last 50 events are kept', () => {
  const recent = createRecentEvents();
  for (let at = 0; at < 60; at += 1) recent.add({ at }, 10);
  assert.equal(recent.list().length, 50);
  assert.deepEqual(recent.list()[0], { at: 10 });
});

test('their lines have at most 32 KiB', () => {
  const recent = createRecentEvents();
  for (let at = 0; at < 20; at += 1) recent.add({ at }, 4096);
  assert.deepEqual(
    recent.list().map(({ at }) => at),
    [12, 13, 14, 15, 16, 17, 18, 19],
  );
  recent.add({ at: 'long' }, 100_000);
  assert.deepEqual(recent.list(), [{ at: 'long' }]);
});

for (const format of ['json', 'pretty'] as const) {
  test(`events that were written are kept as objects (${format})`, () => {
    const recentEvents = createRecentEvents();
    let isBlocked = false;
    const write = () => !isBlocked;
    const logger = createLogger({ level: 'info', format, write, recentEvents, now: () => new Date(0), nowMs: () => 0 });
    logger.debug('poll', 'below the level');
    logger.info('task_found', 'found the task', { containers: ['web', 'x'.repeat(500)], missing: undefined });
    isBlocked = true;
    logger.warn('stop_failed', 'dropped');
    const time = '1970-01-01T00:00:00.000Z';
    const containers = ['web', `${'x'.repeat(100)}…`];
    assert.deepEqual(recentEvents.list(), [
      { time, level: 'info', event: 'task_found', message: 'found the task', containers },
    ]);
  });
}
