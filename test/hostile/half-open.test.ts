import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { HalfOpenTimes } from './half-open-scene.ts';

const SCENE = fileURLToPath(new URL('half-open-scene.ts', import.meta.url));
/** The poll that was running when the peer vanished, and the failed one. */
const MAX_POLLS = 2;

test('a connection whose peer has vanished: the next poll fails, and the first one after recovery succeeds', (t) => {
  const enter = 'ip link set lo up && exec "$@"';
  const scene = spawnSync('unshare', ['--net', 'sh', '-c', enter, 'sh', process.execPath, SCENE], { encoding: 'utf8' });
  assert.equal(scene.status, 0, scene.stderr);
  const { detectedMs, polls, failuresAfterwards }: HalfOpenTimes = JSON.parse(scene.stdout);
  t.diagnostic(`detected after ${Math.round(detectedMs)} ms; ${failuresAfterwards} failures after recovery`);
  assert.ok(polls <= MAX_POLLS, `${polls} polls`);
  assert.ok(failuresAfterwards <= 1, `${failuresAfterwards} failures`);
});
