import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { createEndpoint } from '../../../src/sources/ecs-task/endpoint.ts';
import { type SimulatedEndpoint, type SimulatorOptions, startSimulator } from '../../bench/simulator/server.ts';
import { eventually } from '../../helpers/eventually.ts';
import { at, listAt, textAt } from '../../real/json.ts';

async function start(t: TestContext, options?: SimulatorOptions): Promise<SimulatedEndpoint> {
  const simulator = await startSimulator(options);
  t.after(() => simulator.close());
  return simulator;
}

async function get(url: string): Promise<{ status: number; type: string | null; text: string; document: unknown }> {
  const response = await fetch(url);
  const text = await response.text();
  return { status: response.status, type: response.headers.get('content-type'), text, document: JSON.parse(text) };
}

function keysOf(document: unknown): string[] {
  assert.ok(typeof document === 'object' && document !== null);
  return Object.keys(document);
}

test('serves the four documents of version 4, for the container and the task', async (t) => {
  const simulator = await start(t);
  assert.match(simulator.url, /^http:\/\/127\.0\.0\.1:\d+\/v4\/[0-9a-f]{32}-\d{10}$/);
  const [container, stats, task, taskStats] = await Promise.all(
    ['', '/stats', '/task', '/task/stats'].map((path) => get(simulator.url + path)),
  );
  for (const answer of [container, stats, task, taskStats]) {
    assert.equal(answer?.status, 200);
    assert.equal(answer?.type, 'application/json');
  }
  assert.match(container?.text ?? '', /"Name":"ecs-container-exporter"/);
  assert.ok(keysOf(stats?.document).includes('cpu_stats'));
  assert.ok(keysOf(task?.document).includes('Containers'));
  assert.equal(keysOf(taskStats?.document).length, 5);
  const ownId = simulator.url.split('/').at(-1);
  assert.ok(ownId !== undefined && keysOf(taskStats?.document).includes(ownId));
  assert.match(taskStats?.text ?? '', /"limit":9223372036854771712\b/, 'with all digits, as the agent writes it');
});

test('other paths return 404 and a JSON string like the agent, and other methods are rejected', async (t) => {
  const simulator = await start(t);
  const { origin } = new URL(simulator.url);
  for (const url of [
    `${simulator.url}/`,
    `${simulator.url}/tasks`,
    `${origin}/`,
    `${origin}/v4/other/task`,
    `${simulator.url}/task?a`,
  ]) {
    const { status, document } = await get(url);
    assert.equal(status, 404, url);
    assert.equal(typeof document, 'string');
  }
  assert.equal((await fetch(`${simulator.url}/task`, { method: 'POST' })).status, 405);
});

test('our client can read the documents, and they change with the clock', async (t) => {
  const simulator = await start(t, { sampleMs: 50 });
  const client = createEndpoint(new URL(simulator.url), { deadlineMs: 60_000 });
  t.after(() => client.close());
  assert.ok(keysOf(await client.fetchTask()).includes('TaskARN'));
  const first = await client.fetchStats();
  await eventually(async () => !isDeepStrictEqual(await client.fetchStats(), first));
});

test('within a sample, all responses are identical', async (t) => {
  const simulator = await start(t, { sampleMs: 60_000 });
  const [first, second] = [await get(`${simulator.url}/task/stats`), await get(`${simulator.url}/task/stats`)];
  assert.match(first.text, /"total_usage":\d{9}/);
  assert.equal(first.text, second.text);
});

test('a thousand containers are within the limits of the client', async (t) => {
  const simulator = await start(t, { containers: 1000, sampleMs: 10_000 });
  const client = createEndpoint(new URL(simulator.url), { deadlineMs: 60_000 });
  t.after(() => client.close());
  assert.equal(keysOf(await client.fetchStats()).length, 1000);
  assert.ok(keysOf(await client.fetchTask()).includes('Containers'));
});

test('invalid options and a port in use are rejected', async (t) => {
  for (const options of [{ containers: 0 }, { containers: 1.5 }, { sampleMs: 0 }, { sampleMs: Number.NaN }]) {
    await assert.rejects(startSimulator(options), RangeError);
  }
  const simulator = await start(t);
  await assert.rejects(startSimulator({ port: Number(new URL(simulator.url).port) }), { code: 'EADDRINUSE' });
});

test('close() ends open connections and frees the port', async () => {
  const simulator = await startSimulator();
  await get(`${simulator.url}/task`);
  await simulator.close();
  await assert.rejects(fetch(`${simulator.url}/task`));
});

test('the task has tags, and each container has its own labels', async (t) => {
  const simulator = await start(t);
  const { document } = await get(`${simulator.url}/taskWithTags`);
  assert.deepEqual(Object.keys(Object(at(document, 'TaskTags'))), ['team', 'cost-center']);
  for (const container of listAt(document, 'Containers')) assert.equal(textAt(container, 'Labels', 'team'), 'checkout');
});
