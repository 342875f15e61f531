/** Faults of the metadata endpoint, and their effect on pages, counters and log. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import { ENDPOINT_ERROR_CODES, type EndpointErrorCode } from '../../src/sources/ecs-task/endpoint-error.ts';
import type { Fault, FaultSetting } from '../helpers/fault-endpoint.ts';
import { startRunningExporter, withoutSelf } from '../helpers/running.ts';
import { CANARY } from '../helpers/scripted-documents.ts';
import { stopClock } from '../helpers/test-clock.ts';
import type { Exposition } from '../real/exposition.ts';

/** 800 kB of JSON that would be some 30 MB of objects. */
const BOMB = `[${'0,'.repeat(400_000)}0]`;

/** `requests`: number of requests of one poll, including retries. JSON is parsed only after `/task` has succeeded. */
const CASES: readonly (readonly [
  name: string,
  fault: Fault,
  expected: { readonly code: EndpointErrorCode; readonly requests: number },
])[] = [
  ['hang', 'hang', { code: 'timeout', requests: 2 }],
  ['drip', 'drip', { code: 'timeout', requests: 2 }],
  ['reset', 'reset', { code: 'reset', requests: 3 }],
  ['hang up', 'hang-up', { code: 'reset', requests: 3 }],
  ['reset within the body', 'reset-body', { code: 'reset', requests: 2 }],
  ['truncated', 'truncate', { code: 'reset', requests: 2 }],
  ['truncated chunks', 'truncate-chunked', { code: 'reset', requests: 2 }],
  ['Content-Length too short', 'wrong-length', { code: 'parse', requests: 2 }],
  ['429', { status: 429, body: CANARY }, { code: 'throttled', requests: 2 }],
  [
    '429, Retry-After beyond the deadline',
    { status: 429, headers: { 'retry-after': '60' }, body: CANARY },
    { code: 'throttled', requests: 1 },
  ],
  ['500', { status: 500, body: `"${CANARY}"` }, { code: 'server_error', requests: 3 }],
  ['404', { status: 404, body: `"${CANARY}"` }, { code: 'client_error', requests: 2 }],
  ['HTML', 'html', { code: 'parse', requests: 2 }],
  ['HTML that contains a secret', { status: 200, body: `<html>${CANARY}` }, { code: 'parse', requests: 2 }],
  ['invalid JSON', { status: 200, body: `{"${CANARY}":NaN}` }, { code: 'parse', requests: 2 }],
  ['empty body', 'empty', { code: 'parse', requests: 2 }],
  ['JSON string error', { status: 200, body: `"V4 stats error: ${CANARY}"` }, { code: 'parse', requests: 2 }],
  ['JSON list', { status: 200, body: `["${CANARY}"]` }, { code: 'parse', requests: 2 }],
  ['JSON bomb', { status: 200, body: BOMB }, { code: 'too_large', requests: 2 }],
  ['huge', 'huge', { code: 'too_large', requests: 2 }],
  ['huge, unannounced', 'huge-chunked', { code: 'too_large', requests: 2 }],
  ['huge headers', 'huge-headers', { code: 'too_large', requests: 2 }],
  ['redirect', 'redirect', { code: 'redirect', requests: 2 }],
  ['not HTTP', 'garbage', { code: 'parse', requests: 2 }],
];

/** Every failure counter that is not 0. */
function failures(page: Exposition): Readonly<Record<string, number>> {
  const counted = ENDPOINT_ERROR_CODES.map((reason) => {
    const value = page.value('ecs_task_exporter_poll_failures_total', { reason });
    assert.notEqual(value, undefined, `no failure counter for ${reason}`);
    return [reason, value ?? 0] as const;
  });
  return Object.fromEntries(counted.filter(([, value]) => value > 0));
}

const cpuSeconds = (page: Exposition): number | undefined =>
  page.value('ecs_task_cpu_usage_seconds_total', { container_name: 'web' });

describe('faults of /task/stats', () => {
  for (const [name, fault, { code, requests }] of CASES) {
    test(`${name}: ${code}, the last values stay, and the next poll recovers`, async (t) => {
      const clock = stopClock(t);
      const running = await startRunningExporter(t);
      const { endpoint, exporter, task } = running;
      const ended = (poll: Promise<void>): Promise<void> =>
        code === 'timeout' ? clock.during(poll, () => true) : poll;
      task.advance(10);
      await running.poll();
      const good = await running.page();
      assert.equal(cpuSeconds(await running.metrics()), 70 * 0.25);
      assert.deepEqual(
        running.lines().map(({ event }) => event),
        ['task_found'],
      );

      task.advance(10);
      endpoint.fault = { stats: fault };
      const before = endpoint.requests.length;
      await ended(running.poll());
      assert.equal(endpoint.requests.length - before, requests);
      const failing = await running.metrics();
      assert.deepEqual(failures(failing), { [code]: 1 });
      assert.equal(failing.value('ecs_task_exporter_status'), 0);
      assert.equal(withoutSelf(await running.page()), withoutSelf(good));
      assert.equal(await running.status('/-/ready'), 200);

      await ended(exporter.poll());
      assert.deepEqual(failures(await running.metrics()), { [code]: 2 });
      assert.equal(withoutSelf(await running.page()), withoutSelf(good));

      endpoint.fault = 'none';
      await running.poll();
      const recovered = await running.metrics();
      assert.equal(recovered.value('ecs_task_exporter_status'), 1);
      assert.deepEqual(failures(recovered), { [code]: 2 });
      assert.equal(recovered.value('ecs_task_exporter_polls_total'), 5);
      assert.equal(cpuSeconds(recovered), 80 * 0.25);
      assert.equal(recovered.value('ecs_task_cpu_cores', { container_name: 'web' }), 0.25);
      assert.equal(recovered.value('ecs_task_exporter_container_restarts_total'), 0);

      const [, begin, end, ...more] = running.lines();
      assert.deepEqual([begin?.level, begin?.event, begin?.fields['reason']], ['warn', 'poll_failing', code]);
      assert.deepEqual([end?.level, end?.event], ['info', 'poll_recovered']);
      assert.deepEqual(more, []);
      const log = inspect(running.events(), { depth: 10, maxStringLength: null });
      assert.ok(!log.includes(CANARY) && !log.includes('Please log in'), log);
    });
  }
});

/** Stats without metadata: the previous metadata is used. */
for (const fault of [
  { status: 500, body: CANARY },
  { status: 200, body: `"${CANARY}"` },
] as const) {
  test(`/task fails (${fault.status}) while /task/stats works: values continue, the failure is counted`, async (t) => {
    const running = await startRunningExporter(t);
    running.task.advance(10);
    running.endpoint.fault = { task: fault };
    await running.poll();
    const page = await running.metrics();
    assert.equal(cpuSeconds(page), 70 * 0.25);
    assert.equal(page.value('ecs_task_exporter_status'), 1);
    assert.deepEqual(failures(page), { [fault.status === 500 ? 'server_error' : 'parse']: 1 });
    running.endpoint.fault = 'none';
    await running.poll();
    assert.deepEqual(
      running.lines().map(({ event }) => event),
      ['task_found', 'poll_failing', 'poll_recovered'],
    );
    assert.ok(!inspect(running.events(), { depth: 10 }).includes(CANARY));
  });
}

test('redirects are not followed', async (t) => {
  let asked = 0;
  const elsewhere = createServer((_request, response) => {
    asked += 1;
    response.end('{}');
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
  t.after(() => elsewhere.close());
  const address = elsewhere.address();
  assert.ok(typeof address === 'object' && address !== null);
  const running = await startRunningExporter(t);
  const location = `http://127.0.0.1:${address.port}/credentials`;
  for (const status of [301, 302, 303, 307, 308]) {
    const fault: FaultSetting = { status, headers: { location } };
    running.endpoint.fault = fault;
    await running.poll();
  }
  assert.deepEqual(failures(await running.metrics()), { redirect: 10 });
  assert.equal(asked, 0);
});

test('the log contains the endpoint’s reason, and a reason that changes with every response does not bypass the rate limit', async (t) => {
  const running = await startRunningExporter(t, { metadataUrlSource: 'ECS_CONTAINER_METADATA_URI' });
  for (let poll = 0; poll < 5; poll += 1) {
    const body = JSON.stringify(`V4 task stats handler: request ${poll} failed`);
    running.endpoint.fault = { status: 404, headers: { 'content-type': 'application/json' }, body };
    await running.poll();
  }
  const [, failing, ...more] = running.lines();
  assert.match(
    failing?.message ?? '',
    /ECS_CONTAINER_METADATA_URI\) returned 404 "V4 task stats handler: request 0 failed"/,
  );
  assert.deepEqual(more, []);
  assert.deepEqual(failures(await running.metrics()), { client_error: 10 });
});
