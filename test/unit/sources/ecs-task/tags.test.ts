import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureOf, setUp } from './set-up.ts';

test('tags are requested below the same address', async (t) => {
  const { server, client } = await setUp(t);
  server.taskWithTags = { TaskTags: { team: 'core' } };
  assert.deepEqual(await client.fetchTaskWithTags(), { TaskTags: { team: 'core' } });
  assert.deepEqual(
    server.requests.map(({ path }) => path),
    ['/v4/abc/taskWithTags'],
  );
});

for (const fault of [{ status: 429 }, { status: 500 }, 'reset'] as const) {
  test(`${typeof fault === 'string' ? fault : fault.status} is not retried: each request causes calls of the ECS API`, async (t) => {
    const { server, client } = await setUp(t);
    server.taskWithTags = {};
    server.fault = { tags: fault };
    await failureOf(client.fetchTaskWithTags());
    assert.equal(server.requests.length, 1);
  });
}

test('tags have a separate deadline', async (t) => {
  const { server, client } = await setUp(t, { deadlineMs: 60_000, tagsDeadlineMs: 100 });
  server.taskWithTags = {};
  server.fault = { tags: 'hang' };
  const failure = await failureOf(client.fetchTaskWithTags());
  assert.equal(failure.code, 'timeout');
  assert.match(failure.message, /within 100 ms/);
});

test('an endpoint without tags fails with client_error', async (t) => {
  const { client } = await setUp(t);
  assert.equal((await failureOf(client.fetchTaskWithTags())).code, 'client_error');
});

test('a slow response with tags delays no other document, and close() aborts it', async (t) => {
  const { server, client } = await setUp(t);
  server.taskWithTags = {};
  server.fault = { tags: 'hang' };
  const tags = failureOf(client.fetchTaskWithTags());
  assert.deepEqual(await client.fetchTask(), server.task);
  assert.deepEqual(await client.fetchStats(), server.stats);
  client.close();
  assert.match((await tags).message, /shutting down/);
});
