import assert from 'node:assert/strict';
import { channel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { type TestContext, test } from 'node:test';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { type Connection, createHold, type Hold, openConnection } from '../../../instrumentation/otlp/connection.ts';
import { createOtlpExporter } from '../../../instrumentation/otlp/otlp-exporter.ts';
import type { Sender } from '../../../instrumentation/readers/gated-exporter.ts';
import { type FaultReceiver, startFaultReceiver } from '../../helpers/fault-receiver.ts';
import { DIES, dripping, GOOD, NEVER, refused } from '../../outages/answers.ts';
import { until } from '../../real/wait.ts';

const NOW_MS = Date.UTC(2026, 5, 7, 8, 9, 10);

const ANSWERED = channel('http.client.response.finish');

interface Open {
  readonly receiver: FaultReceiver;
  readonly connection: Connection;
  readonly hold: Hold;
  /** An answer's status; rejects without one. */
  ask(): Promise<number | undefined>;
}

async function open(t: TestContext, answer: FaultReceiver['answer']): Promise<Open> {
  const receiver = await startFaultReceiver(answer);
  const hold = createHold();
  const connection = openConnection(new Agent({ keepAlive: true }), { 'x-key': 'k' }, hold);
  t.after(async () => {
    connection.close();
    await receiver.down();
  });
  return { receiver, connection, hold, ask: () => ask(receiver.url, connection.agent) };
}

async function ask(url: string, agent: Agent): Promise<number | undefined> {
  const sent = request(url, { method: 'POST', agent }).end();
  const [response]: IncomingMessage[] = await once(sent, 'response');
  response?.resume();
  return response?.statusCode;
}

test('the last answer since the beginning of an export, and of this connection only', async (t) => {
  const { receiver, connection, hold, ask: askIt } = await open(t, refused(503));
  assert.equal(connection.lastAnswer(), undefined);
  await askIt();
  assert.deepEqual(connection.lastAnswer(), { status: 503, statusText: 'Service Unavailable' });
  connection.begin();
  assert.equal(connection.lastAnswer(), undefined);
  const other = new Agent();
  receiver.answer = refused(429, { 'retry-after': '60' });
  await ask(receiver.url, other);
  await ask(receiver.url, new Agent()).catch(() => {});
  assert.equal(connection.lastAnswer(), undefined);
  assert.equal(hold.leftMs(), 0);
  receiver.answer = DIES;
  await assert.rejects(askIt());
  assert.equal(connection.lastAnswer(), undefined);
});

test('how long to wait: as the last bad answer said, and five minutes at most', async (t) => {
  // The time stands still: monotonic from here, wall clock from NOW_MS.
  t.mock.method(performance, 'now', () => 5000);
  t.mock.timers.enable({ apis: ['Date'], now: NOW_MS });
  const { receiver, hold, ask: askIt } = await open(t, refused(503, { 'retry-after': '60' }));
  await askIt();
  assert.equal(hold.leftMs(), 60_000);
  // Still: an answer that is good says nothing of waiting.
  receiver.answer = refused(204);
  await askIt();
  assert.equal(hold.leftMs(), 60_000);
  receiver.answer = refused(429, { 'retry-after': '99999999999999999999' });
  await askIt();
  assert.equal(hold.leftMs(), 300_000);
  receiver.answer = refused(400, { 'retry-after': new Date(NOW_MS + 7_200_000).toUTCString() });
  await askIt();
  assert.equal(hold.leftMs(), 300_000);
  receiver.answer = refused(500);
  await askIt();
  assert.equal(hold.leftMs(), 0);
});

test('what is no wait is taken out of the answer, or the SDK would ask again at once', async (t) => {
  const { receiver, connection } = await open(t, GOOD);
  for (const [value, left] of [
    ['0', undefined],
    ['-1', undefined],
    ['soon', undefined],
    ['7', '7'],
  ] as const) {
    receiver.answer = refused(503, { 'retry-after': value });
    const sent: ClientRequest = request(receiver.url, { method: 'POST', agent: connection.agent }).end();
    const [response]: IncomingMessage[] = await once(sent, 'response');
    response?.resume();
    assert.equal(response?.headers['retry-after'], left);
  }
});

test('closed: nothing is listened to, no headers are given, and what is under way is cut off; twice is as good', async (t) => {
  const { receiver, connection, ask: askIt } = await open(t, NEVER);
  assert.deepEqual(await connection.headers(), { 'x-key': 'k' });
  // The SDK adds to what it is given.
  assert.notEqual(await connection.headers(), await connection.headers());
  assert.ok(ANSWERED.hasSubscribers);
  const asked = assert.rejects(askIt(), { code: 'ECONNRESET' });
  await until('the request', () => receiver.arrivals[0]);
  connection.close();
  connection.close();
  await asked;
  assert.ok(!ANSWERED.hasSubscribers);
  await assert.rejects(connection.headers());
  await until('no connection', () => (receiver.openConnections === 0 ? true : undefined));
});

const METRICS: ResourceMetrics = { resource: resourceFromAttributes({ 'service.name': 'test' }), scopeMetrics: [] };

interface Exporting {
  readonly receiver: FaultReceiver;
  readonly exporter: Sender;
  send(): Promise<ExportResult>;
}

async function exporting(t: TestContext, answer: FaultReceiver['answer'], timeoutMs = 60_000): Promise<Exporting> {
  const receiver = await startFaultReceiver(answer);
  const options = {
    protocol: 'http/json',
    url: receiver.url,
    headers: { authorization: 'Bearer c4n4ry' },
    timeoutMs,
    compression: 'none',
    temporality: 'cumulative',
  } as const;
  const exporter = await createOtlpExporter(options, 'test/1', () => {});
  t.after(async () => {
    await exporter.shutdown();
    await receiver.down();
  });
  const send = (): Promise<ExportResult> => new Promise((resolve) => exporter.export(METRICS, resolve));
  return { receiver, exporter, send };
}

const unhandled = (t: TestContext): readonly unknown[] => {
  const found: unknown[] = [];
  const onFound = (reason: unknown): void => void found.push(reason);
  process.on('unhandledRejection', onFound);
  t.after(() => process.off('unhandledRejection', onFound));
  return found;
};

for (const [what, answer] of [
  ['while the receiver hangs', NEVER],
  ['while its answer drips', dripping('HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n')],
  ['while it is tried again', refused(503)],
] as const) {
  test(`abort ${what}: the export ends, and the next one gets through`, async (t) => {
    const rejections = unhandled(t);
    const { receiver, exporter, send } = await exporting(t, answer);
    const first = send();
    await until('the request', () => receiver.arrivals[0]);
    receiver.answer = GOOD;
    exporter.abort?.();
    assert.equal((await send()).code, ExportResultCode.SUCCESS);
    // The SDK calls one good that was cut off after a good head.
    assert.equal((await first).code === ExportResultCode.SUCCESS, what.includes('drips'));
    assert.equal(receiver.arrivals.length, 2, 'what was aborted was tried again');
    await until('one connection', () => (receiver.openConnections === 1 ? true : undefined));
    assert.deepEqual(rejections, []);
  });
}

test('abort in the very moment of an export: no request is made', async (t) => {
  const rejections = unhandled(t);
  const { receiver, exporter, send } = await exporting(t, GOOD);
  const first = send();
  exporter.abort?.();
  exporter.abort?.();
  assert.equal((await first).code, ExportResultCode.FAILED);
  assert.equal(receiver.arrivals.length, 0);
  assert.deepEqual(rejections, []);
});

test('a receiver that wants to be left alone: no request until it is hurried', async (t) => {
  const { receiver, exporter, send } = await exporting(t, refused(400, { 'retry-after': '60' }));
  await send();
  receiver.answer = GOOD;
  const held = await send();
  assert.match(held.error?.message ?? '', /asked for no requests for another \d+ s/);
  assert.equal(receiver.arrivals.length, 1);
  // An export that is cut off changes nothing about it.
  exporter.abort?.();
  assert.equal((await send()).code, ExportResultCode.FAILED);
  exporter.hurry?.();
  assert.equal((await send()).code, ExportResultCode.SUCCESS);
});

test('shut down: nothing is sent, listened to or left open, also where it is aborted afterwards', async (t) => {
  const rejections = unhandled(t);
  const { receiver, exporter, send } = await exporting(t, GOOD);
  await send();
  assert.ok(ANSWERED.hasSubscribers);
  await exporter.shutdown();
  assert.ok(!ANSWERED.hasSubscribers);
  exporter.abort?.();
  assert.ok(!ANSWERED.hasSubscribers, 'listens again');
  await exporter.shutdown();
  assert.equal((await send()).code, ExportResultCode.FAILED);
  await until('no connection', () => (receiver.openConnections === 0 ? true : undefined));
  assert.equal(receiver.arrivals.length, 1);
  assert.deepEqual(rejections, []);
});
