import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { createPasswordChecker } from '../../../../instrumentation/http/password-checker.ts';
import { startPasswordWorker } from '../../../../instrumentation/http/start-password-worker.ts';
import { hashOf } from '../../../helpers/web-config-file.ts';
import { until } from '../../../real/wait.ts';

/** Counts the worker threads that start. */
function countingStart() {
  const workers: Worker[] = [];
  const start = () => {
    const worker = startPasswordWorker();
    workers.push(worker);
    return worker;
  };
  return { workers, start };
}

test('passwords and hashes of all prefixes', async () => {
  const { workers, start } = countingStart();
  const checker = createPasswordChecker(start);
  const hash = hashOf('geheim ü€');
  for (const prefix of ['$2a$', '$2b$', '$2y$']) {
    assert.equal(await checker.check('geheim ü€', prefix + hash.slice(4)), true);
    assert.equal(await checker.check('geheim', prefix + hash.slice(4)), false);
  }
  assert.equal(await checker.check('x', `$2b$04$${'.'.repeat(53)}`), false);
  const both = await Promise.all([checker.check('geheim ü€', hash), checker.check('other', hash)]);
  assert.deepEqual(both, [true, false]);
  assert.equal(workers.length, 1);
  checker.close();
});

test('an idle or closed thread exits, and the next password starts another one', async () => {
  const { workers, start } = countingStart();
  const checker = createPasswordChecker(start, 0);
  const hash = hashOf('a');
  assert.equal(await checker.check('a', hash), true);
  await until('the end of the thread', () => (workers[0]?.threadId === -1 ? true : undefined));
  assert.equal(await checker.check('a', hash), true);
  assert.equal(workers.length, 2);
  const pending = checker.check('a', hash);
  checker.close();
  await assert.rejects(pending, /the server is closing|idle/);
});

test('a check rejects if the thread cannot start or crashes, and the next password starts another one', async () => {
  const codes = ["throw new Error('broken')", 'process.exit(3)'];
  const started: (string | undefined)[] = [];
  const checker = createPasswordChecker(() => {
    const code = codes[started.length];
    started.push(code);
    return code === undefined ? startPasswordWorker() : new Worker(code, { eval: true });
  });
  await assert.rejects(checker.check('a', hashOf('a')), /broken/);
  await assert.rejects(checker.check('a', hashOf('a')), /exited with code 3/);
  assert.equal(await checker.check('a', hashOf('a')), true);
  checker.close();
  const refused = createPasswordChecker(() => {
    throw new Error('not permitted');
  });
  await assert.rejects(refused.check('a', hashOf('a')), /not permitted/);
});
