import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type DemoEndpoint, startDemoEndpoint } from '../../../src/demo/demo-endpoint.ts';
import { createEndpoint } from '../../../src/sources/ecs-task/endpoint.ts';
import { at, listAt, numberAt, textAt } from '../../real/json.ts';

const ID = /^[0-9a-f]{32}-\d{10}$/;

async function start(t: TestContext): Promise<DemoEndpoint> {
  const demo = await startDemoEndpoint();
  t.after(() => demo.close());
  return demo;
}

async function get(url: string, method = 'GET'): Promise<{ status: number; type: string | null; document: unknown }> {
  const response = await fetch(url, { method });
  return { status: response.status, type: response.headers.get('content-type'), document: await response.json() };
}

test('serves the documents of the container and of the task', async (t) => {
  t.mock.method(performance, 'now', () => 1000);
  const { url } = await start(t);
  const { pathname } = new URL(url);
  const [, version, id = ''] = pathname.split('/');
  assert.deepEqual([version, ID.test(id)], ['v4', true]);
  const answers = await Promise.all(
    ['', '/stats', '/task', '/taskWithTags', '/task/stats'].map((path) => get(url + path)),
  );
  for (const { status, type } of answers) assert.deepEqual([status, type], [200, 'application/json']);
  const [container, stats, task, withTags, taskStats] = answers.map(({ document }) => document);
  assert.equal(textAt(container, 'Name'), 'ecs-container-exporter');
  assert.equal(textAt(container, 'DockerId'), id);
  assert.deepEqual(stats, at(taskStats, id));
  assert.deepEqual({ ...Object(task), TaskTags: { team: 'checkout', 'cost-center': 'shop-42' } }, withTags);
  assert.deepEqual(
    listAt(task, 'Containers').map((one) => textAt(one, 'DockerId')),
    Object.keys(Object(taskStats)),
  );
});

test('other paths are 404 and other methods 405', async (t) => {
  const { url } = await start(t);
  const { origin } = new URL(url);
  for (const other of [`${url}/`, `${url}/tasks`, `${origin}/`, `${origin}/v4/other/task`, `${url}/task?a`]) {
    const { status, document } = await get(other);
    assert.deepEqual([status, typeof document], [404, 'string'], other);
  }
  assert.equal((await get(`${url}/task`, 'POST')).status, 405);
});

test('the first sample is at most two seconds old, and there is a new one every second', async (t) => {
  const startedAt = Date.parse('2031-05-06T07:08:09.876Z');
  t.mock.timers.enable({ apis: ['Date'], now: startedAt });
  let nowMs = 1000;
  t.mock.method(performance, 'now', () => nowMs);
  const { url } = await start(t);
  const sample = async () => {
    const { document } = await get(`${url}/stats`);
    return [Date.parse(textAt(document, 'read')), numberAt(document, 'cpu_stats', 'cpu_usage', 'total_usage')] as const;
  };
  const [firstRead, firstUsage] = await sample();
  assert.ok(firstRead <= startedAt && firstRead > startedAt - 2000);
  nowMs += 999;
  assert.deepEqual(await sample(), [firstRead, firstUsage]);
  nowMs += 1;
  const [secondRead, secondUsage] = await sample();
  assert.equal(secondRead, firstRead + 1000);
  assert.ok(secondUsage > firstUsage);
});

test('all times of the task are moved, with their fractions of a second', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.parse('2031-05-06T07:08:09.876Z') });
  const { url } = await start(t);
  const { document } = await get(`${url}/task`);
  const times = JSON.stringify(document).match(/\d{4}-\d\d-\d\dT[\d:.]+Z/g) ?? [];
  assert.ok(times.length > 10);
  for (const time of times) assert.match(time, /^2031-05-06T07:0[4-8]:/);
  assert.ok(times.some((time) => /\.\d{9}Z$/.test(time)));
});

test('the exporter can read it', async (t) => {
  const { url } = await start(t);
  const client = createEndpoint(new URL(url), { deadlineMs: 60_000 });
  t.after(() => client.close());
  assert.match(textAt(await client.fetchTask(), 'TaskARN'), /:task\/demo\/[0-9a-f]{32}$/);
  assert.equal(Object.keys(Object(await client.fetchStats())).length, 5);
});

test('a port in use is an error', async (t) => {
  const { url } = await start(t);
  await assert.rejects(startDemoEndpoint(Number(new URL(url).port)), { code: 'EADDRINUSE' });
});

test('close() ends open connections and frees the port', async () => {
  const demo = await startDemoEndpoint();
  await get(`${demo.url}/task`);
  await demo.close();
  await assert.rejects(fetch(`${demo.url}/task`));
});
