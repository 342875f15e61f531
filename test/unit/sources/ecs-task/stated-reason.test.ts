import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { MAX_REASON_BYTES, statedReason } from '../../../../src/sources/ecs-task/stated-reason.ts';
import type { Fault } from '../../../helpers/fault-endpoint.ts';
import { propertyRuns } from '../../../helpers/property-runs.ts';
import { createClient, failureOf, setUp } from './set-up.ts';

const JSON_TYPE = 'application/json';
const TEXT_TYPE = 'text/plain; charset=utf-8';
const UNKNOWN_TASK =
  'V4 task metadata handler: unable to get task arn from request: unable to get task ARN from ID abc';

const REASONS: readonly (readonly [
  what: string,
  body: string | Uint8Array,
  contentType: string | undefined,
  reason: string | undefined,
])[] = [
  ['a JSON string of the agent', `"${UNKNOWN_TASK}"\n`, JSON_TYPE, UNKNOWN_TASK],
  ['a JSON string as plain text', `"${UNKNOWN_TASK}"`, TEXT_TYPE, UNKNOWN_TASK],
  ['quotes', JSON.stringify("for v4 task: 'a\"b'"), JSON_TYPE, "for v4 task: 'a\"b'"],
  ['throttling', 'You have reached maximum request limit.', TEXT_TYPE, 'You have reached maximum request limit.'],
  ['an unknown path', '404 page not found\n', TEXT_TYPE, '404 page not found'],
  ['a media type in capitals', 'no', 'Text/Plain', 'no'],
  ['line breaks', '"a\\r\\nWARN forged\\u2028b"', JSON_TYPE, 'a WARN forged b'],
  ['control characters', 'a\u001b[31m\tb\u202e', TEXT_TYPE, 'a [31m b'],
  ['an address with credentials', '"Get http://user:secret@host/a?key=b: refused"', JSON_TYPE, 'Get [address] refused'],
  ['a long JSON string', JSON.stringify('é'.repeat(300)), JSON_TYPE, `${'é'.repeat(200)}…`],
  ['a long text', 'x'.repeat(300), TEXT_TYPE, `${'x'.repeat(200)}…`],
  ['a truncated JSON string', '"failed to get st', JSON_TYPE, 'failed to get st'],
  ['a JSON string truncated within an escape', '"failed\\u00', JSON_TYPE, 'failed'],
  ['UTF-8 truncated within a character', Buffer.from('"é').subarray(0, 2), JSON_TYPE, undefined],
  ['an object', '{"AccessKeyId":"AKIA"}', JSON_TYPE, undefined],
  ['an object as plain text', '{"AccessKeyId":"AKIA"}', TEXT_TYPE, undefined],
  ['a list', '["failed"]', JSON_TYPE, undefined],
  ['null', 'null', JSON_TYPE, undefined],
  ['a text that is not JSON', 'failed', JSON_TYPE, undefined],
  ['an HTML page', '<html>no</html>', 'text/html', undefined],
  ['an HTML page as plain text', ' <!DOCTYPE html>', TEXT_TYPE, undefined],
  ['binary data', Buffer.from([0x66, 0xff, 0xfe]), TEXT_TYPE, undefined],
  ['binary data with zeros', 'a\0b', TEXT_TYPE, undefined],
  ['an unknown media type', '"failed"', 'application/octet-stream', undefined],
  ['no media type', '"failed"', undefined, undefined],
  ['nothing', '', JSON_TYPE, undefined],
  ['an empty string', '""', JSON_TYPE, undefined],
  ['spaces', '  \n', TEXT_TYPE, undefined],
];

for (const [what, body, contentType, reason] of REASONS) {
  test(`${what}: ${reason === undefined ? 'no reason' : 'a reason'}`, () => {
    assert.equal(statedReason(Buffer.from(body), contentType), reason);
  });
}

test('any input: no exception, and one printable line of limited length', () => {
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes)),
    fc.string({ unit: 'binary', maxLength: 600 }).map((text) => Buffer.from(text)),
    fc.string({ unit: 'binary', maxLength: 600 }).map((text) => Buffer.from(JSON.stringify(text))),
  );
  fc.assert(
    fc.property(body, fc.constantFrom(JSON_TYPE, TEXT_TYPE), (bytes, contentType) => {
      const reason = statedReason(bytes, contentType);
      assert.match(reason ?? '', /^[^\p{C}\p{Zl}\p{Zp}]*$/u);
      assert.ok([...(reason ?? '')].length <= 201);
    }),
    propertyRuns(),
  );
});

const json = (status: number, text: string): Fault => ({
  status,
  headers: { 'content-type': JSON_TYPE },
  body: JSON.stringify(text),
});

for (const status of [400, 404, 500, 503]) {
  test(`${status}: the message contains the endpoint's reason`, async (t) => {
    const { server, client } = await setUp(t);
    server.fault = json(status, UNKNOWN_TASK);
    const { message } = await failureOf(client.fetchTask());
    assert.ok(message.startsWith(`${server.url}/task answered ${status} "${UNKNOWN_TASK}": `), message);
  });
}

test('429: the message contains the text of the rate limiter', async (t) => {
  const { server, client } = await setUp(t);
  const body = 'You have reached maximum request limit.';
  server.fault = { status: 429, headers: { 'content-type': TEXT_TYPE }, body };
  assert.match((await failureOf(client.fetchTask())).message, /429 "You have reached maximum request limit\."/);
});

test('a redirect has no reason: its target is not shown', async (t) => {
  const { server, client } = await setUp(t);
  server.fault = json(302, 'moved');
  assert.doesNotMatch((await failureOf(client.fetchTask())).message, /moved/);
});

test('a few KiB of a long error response are read, and its connection is closed', async (t) => {
  const { server, client } = await setUp(t);
  server.fault = json(404, 'x'.repeat(1000 * MAX_REASON_BYTES));
  assert.match((await failureOf(client.fetchTask())).message, /404 "x{200}…"/);
  server.fault = json(404, 'no');
  await failureOf(client.fetchTask());
  server.fault = 'none';
  assert.deepEqual(await client.fetchTask(), server.task);
  assert.equal(server.connections, 3, 'no connection is reused after an error');
});

test('an incomplete error response is reported by its status', async (t) => {
  const { server, client } = await setUp(t, { deadlineMs: 300 });
  const headers = { 'content-type': JSON_TYPE };
  for (const ending of ['cut', 'stalled'] as const) {
    server.fault = { status: 500, headers, body: '"failed to get stats', ending };
    const { code, message } = await failureOf(client.fetchStats());
    assert.equal(code, 'server_error');
    assert.match(message, /500 "failed to get stats"/);
  }
});

for (const fault of [{ status: 404 }, { status: 500 }, { status: 429 }, 'redirect', 'html', 'hang', 'reset'] as const) {
  test(`${typeof fault === 'string' ? fault : fault.status}: the message names the flag or variable that set the address`, async (t) => {
    const { server } = await setUp(t);
    const options = { deadlineMs: 300, urlSource: 'ECS_CONTAINER_METADATA_URI' };
    const client = createClient(t, server.url.replace('http://', 'http://user:pass-word@'), options);
    server.fault = fault;
    const { message } = await failureOf(client.fetchTask());
    assert.ok(message.includes(`${server.url}/task (ECS_CONTAINER_METADATA_URI) `), message);
    assert.doesNotMatch(message, /URI_V4|user|pass-word/);
  });
}
