import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Endpoint, startEndpoint } from '../../bench/endpoint/endpoint.ts';
import { listAt, textAt } from '../../real/json.ts';
import { until } from '../../real/wait.ts';

async function started(context: TestContext, containers: number): Promise<Endpoint> {
  const endpoint = await startEndpoint(containers);
  context.after(() => endpoint.stop());
  return endpoint;
}

async function read(url: string): Promise<unknown> {
  const response = await fetch(url);
  assert.equal(response.status, 200);
  return response.json();
}

/** Reads samples in sequence, like the program with a shortened interval. */
async function poll(endpoint: Endpoint, polls: number): Promise<readonly number[]> {
  const stamps: number[] = [];
  for (let index = 0; index < polls; index += 1) {
    const stats = await read(`${endpoint.url}/task/stats`);
    const [container] = listAt(await read(`${endpoint.url}/task`), 'Containers');
    stamps.push(Date.parse(textAt(stats, textAt(container, 'DockerId'), 'read')));
  }
  return stamps;
}

test('each stats request returns a sample 15 s newer, and responses are counted', async (context) => {
  const endpoint = await started(context, 2);
  const [first = 0, second = 0, third = 0] = await poll(endpoint, 3);
  assert.equal(Math.round((second - first) / 15_000), 1);
  assert.equal(Math.round((third - second) / 15_000), 1);
  await until('the counts', () => (endpoint.requests() === 6 && endpoint.samples() === 3 ? true : undefined));
});

test('while held, the sample changes only at a step', async (context) => {
  const endpoint = await started(context, 1);
  const held = endpoint.hold();
  const polling = poll(endpoint, 4);
  await held;
  // The first request may have arrived before the hold took effect.
  const before = endpoint.samples();
  await endpoint.step();
  assert.equal(endpoint.samples() - before, 1);
  await endpoint.step();
  assert.equal(endpoint.samples() - before, 2);
  endpoint.letGo();
  assert.equal((await polling).length, 4);
});

test('stats and metadata list the same containers while containers are replaced', async (context) => {
  const endpoint = await started(context, 1);
  endpoint.churn(true);
  // The time of a container that the metadata does not list would not be found.
  assert.equal((await poll(endpoint, 20)).length, 20);
});
