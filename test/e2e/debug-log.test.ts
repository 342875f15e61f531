/** Log lines at level debug. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startInProcess } from '../helpers/in-process-program.ts';
import { scriptedEndpoint } from '../helpers/running.ts';
import { stopClock } from '../helpers/test-clock.ts';
import { at } from '../real/json.ts';

test('LOG_LEVEL=debug: the configuration, and each poll', async (t) => {
  const clock = stopClock(t);
  const { endpoint } = await scriptedEndpoint(t);
  const env = { ECS_CONTAINER_METADATA_URI_V4: endpoint.url, EXPORTER_PORT: '0', INTERVAL: '1', LOG_FORMAT: 'json' };
  const program = startInProcess(['run'], { ...env, LOG_LEVEL: 'debug' });
  const polls = () => program.events().filter((event) => event === 'poll').length;
  await clock.until('three polls', () => (polls() >= 3 ? true : undefined));
  program.signal('SIGTERM');
  assert.equal(await clock.during(program.ended), 0);
  const lines = program.stderr().trim().split('\n');
  const read = (event: string): readonly unknown[] =>
    lines.map((line): unknown => JSON.parse(line)).filter((line) => at(line, 'event') === event);
  assert.equal(at(read('configuration')[0], 'intervalMs'), 1000);
  const [first, second] = read('poll');
  const shown = (line: unknown) => ['containers', 'samples_renewed', 'failures'].map((field) => at(line, field));
  assert.deepEqual(
    [shown(first), shown(second)],
    [
      [2, 2, []],
      [2, 0, []],
    ],
  );
  assert.equal(typeof at(first, 'duration_ms'), 'number');
});
