/** The credentials endpoint of ECS at its own address, in a network namespace. Needs root. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const TASK = fileURLToPath(new URL('namespace/task.test.ts', import.meta.url));
const SETUP = 'ip link set lo up && ip address add 169.254.170.2/32 dev lo && exec "$@"';

test('in a network namespace with 169.254.170.2', () => {
  // Otherwise the inner test runner reports to the outer one in a binary format.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const command = ['--net', 'sh', '-c', SETUP, 'sh', process.execPath, '--test', '--test-reporter=tap', TASK];
  const { status, stdout, stderr, error } = spawnSync('unshare', command, { encoding: 'utf8', env });
  assert.equal(error, undefined);
  assert.equal(status, 0, `${stdout}\n${stderr}`);
  assert.match(stdout, /^# pass 2$/m);
});
