import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import {
  CumulativeTemporalitySelector,
  DeltaTemporalitySelector,
  LowMemoryTemporalitySelector,
  OTLPMetricExporterBase,
} from '@opentelemetry/exporter-metrics-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationTemporality, InstrumentType, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { ExportError } from '../../../../instrumentation/export-error.ts';
import type { MetricExporter, Outcome } from '../../../../instrumentation/metric-exporter.ts';
import { createOtlpExporter, type OtlpOptions } from '../../../../instrumentation/otlp/otlp-exporter.ts';
import { type Answer, type FaultReceiver, startFaultReceiver } from '../../../helpers/fault-receiver.ts';
import { stopClock } from '../../../helpers/test-clock.ts';
import { accepted, CANARY, DIES, dripping, GOOD, NEVER, refused, TAKES_AND_DIES } from '../../../outages/answers.ts';
import { at } from '../../../real/json.ts';
import { until } from '../../../real/wait.ts';

const METRICS: readonly ResourceMetrics[] = [
  { resource: resourceFromAttributes({ 'service.name': 'test' }), scopeMetrics: [] },
];
const OPTIONS: Omit<OtlpOptions, 'url'> = {
  protocol: 'http/json',
  headers: { authorization: 'Bearer c4n4ry' },
  timeoutMs: 60_000,
  compression: 'none',
  temporality: 'cumulative',
};
const NO_RETRY = { timeoutMs: 700 };
const DEADLINE = new ExportError('timeout', 'the deadline has come');

interface Exporting {
  readonly receiver: FaultReceiver;
  readonly exporter: MetricExporter;
  send(signal?: AbortSignal): Promise<Outcome>;
}

async function exporting(
  t: TestContext,
  answer: FaultReceiver['answer'],
  changes: Partial<OtlpOptions> = {},
): Promise<Exporting> {
  const receiver = await startFaultReceiver(answer);
  const exporter = await createOtlpExporter({ ...OPTIONS, url: new URL(receiver.url), ...changes }, 'test/1');
  t.after(async () => {
    await exporter.close();
    await receiver.down();
  });
  const send = (signal = new AbortController().signal): Promise<Outcome> => exporter.export(METRICS, signal);
  return { receiver, exporter, send };
}

/** Sent as it is: below HTTP. */
const raw = (text: string): Answer => ({ send: ({ socket }) => void socket?.write(text) });

const closed = (receiver: FaultReceiver) =>
  until('no connection', () => (receiver.openConnections === 0 ? true : undefined));

test('every export goes through OTLPMetricExporterBase, and the SDK logs no partial success', async (t) => {
  const warnings: unknown[] = [];
  const ignore = (): void => {};
  const warn = (...words: unknown[]): void => void warnings.push(words);
  diag.setLogger({ error: warn, warn, info: ignore, debug: ignore, verbose: ignore }, DiagLogLevel.ALL);
  t.after(() => diag.disable());
  const exported = t.mock.method(OTLPMetricExporterBase.prototype, 'export');
  const body = JSON.stringify({ partialSuccess: { rejectedDataPoints: '2', errorMessage: 'Bearer c4n4ry is old' } });
  const { send, receiver } = await exporting(t, accepted(body));
  assert.deepEqual(await send(), { partial: { rejectedPoints: 2, message: '*** is old' } });
  receiver.answer = refused(400);
  await send();
  assert.equal(exported.mock.callCount(), 2);
  assert.deepEqual(warnings, []);
});

test('the headers of a request', async (t) => {
  for (const [protocol, type] of [
    ['http/json', 'application/json'],
    ['http/protobuf', 'application/x-protobuf'],
  ] as const) {
    const { send, receiver } = await exporting(t, GOOD, { protocol });
    assert.deepEqual(await send(), { partial: undefined });
    const headers = receiver.arrivals[0]?.headers ?? {};
    assert.equal(headers['content-type'], type);
    assert.equal(headers['user-agent'], 'test/1');
    assert.equal(headers.authorization, 'Bearer c4n4ry');
    assert.ok(Number(headers['content-length']) > 0);
    assert.equal(headers['content-encoding'], undefined);
  }
});

test('gzip: one compressed body for all tries', async (t) => {
  const clock = stopClock(t);
  const bodies: Buffer[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      const sent = Buffer.concat(chunks);
      const start = sent.indexOf('\r\n\r\n') + 4;
      const length = Number(/content-length: (\d+)/i.exec(sent.subarray(0, start).toString())?.[1]);
      if (!(sent.length - start >= length)) return;
      bodies.push(sent.subarray(start));
      socket.end(`HTTP/1.1 ${bodies.length === 1 ? 503 : 200} x\r\ncontent-length: 0\r\n\r\n`);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.close());
  const url = new URL(`http://127.0.0.1:${at(server.address(), 'port')}/`);
  const exporter = await createOtlpExporter({ ...OPTIONS, url, compression: 'gzip' }, 'test/1');
  t.after(() => exporter.close());
  const outcome = await clock.during(exporter.export(METRICS, new AbortController().signal));
  assert.equal(outcome.error, undefined);
  assert.equal(bodies.length, 2);
  assert.deepEqual(bodies[0], bodies[1]);
  assert.equal(at(JSON.parse(gunzipSync(bodies[0] ?? '').toString()), 'resourceMetrics', 'length'), 1);
});

for (const [status, isRetried] of [
  [429, true],
  [502, true],
  [503, true],
  [504, true],
  [301, false],
  [400, false],
  [408, false],
  [500, false],
  [501, false],
] as const) {
  test(`${status} is ${isRetried ? '' : 'not '}retried`, async (t) => {
    const clock = stopClock(t);
    const headers = { location: '/elsewhere' };
    const { receiver, send } = await exporting(t, refused(status, headers));
    const { error } = await clock.during(send());
    assert.match(error?.message ?? '', new RegExp(`^HTTP ${status} `));
    assert.equal(receiver.arrivals.length, isRetried ? 6 : 1);
    assert.equal(receiver.openConnections, 1, 'the connection was not kept');
  });
}

test('a connection that is refused or reset is retried', async (t) => {
  const clock = stopClock(t);
  const { receiver, send } = await exporting(t, ({ number }) => [DIES, TAKES_AND_DIES][number] ?? GOOD);
  assert.equal((await clock.during(send())).error, undefined);
  assert.equal(receiver.arrivals.length, 3);
  await receiver.down();
  const startMs = clock.elapsedMs;
  const { error } = await clock.during(send());
  assert.equal(error?.reason, 'unreachable');
  assert.ok(clock.elapsedMs - startMs > 8000, 'five waits');
});

test('retryAfterMs: of every status from 400 on, and five minutes at most', async (t) => {
  const clock = stopClock(t);
  const { receiver, send } = await exporting(t, GOOD, NO_RETRY);
  const date = new Date(Date.now() + 7_200_000).toUTCString();
  for (const [status, value, expected] of [
    [503, '60', 60_000],
    [500, '60', 60_000],
    [400, '1', 1000],
    [429, '99999999999999999999', 300_000],
    [400, date, 300_000],
    [503, '0', 0],
    [503, 'soon', 0],
    [302, '60', 0],
    [204, '60', 0],
  ] as const) {
    receiver.answer = refused(status, { 'retry-after': value });
    const { retryAfterMs = 0 } = await send();
    assert.equal(retryAfterMs, expected, `${status}, ${value}`);
  }
  assert.equal(clock.elapsedMs, 0);
});

test('Retry-After: waited for if the retry can begin in time; otherwise the export ends at once', async (t) => {
  const clock = stopClock(t);
  const wait = (seconds: number) => refused(503, { 'retry-after': String(seconds) });
  const answers = [wait(20), wait(30), wait(20)];
  const { receiver, send } = await exporting(t, ({ number }) => answers[number] ?? GOOD);
  const { error, retryAfterMs } = await clock.during(send());
  assert.equal(error?.reason, 'server_error');
  assert.equal(retryAfterMs, 20_000);
  assert.equal(receiver.arrivals.length, 3);
  const [first = 0, second = 0, third = 0] = receiver.arrivals.map(({ time }) => time);
  assert.ok(second - first >= 20_000 && second - first < 21_000);
  assert.ok(third - second >= 30_000 && third - second < 31_000);
});

test('aborted during a wait: the error of the last try, and the rest of the wait', async (t) => {
  const clock = stopClock(t);
  const { receiver, send } = await exporting(t, refused(429, { 'retry-after': '20' }));
  const controller = new AbortController();
  const sent = send(controller.signal);
  await until('the request', () => receiver.arrivals[0]);
  await clock.settled();
  clock.pass(15_000);
  controller.abort(DEADLINE);
  const { error, retryAfterMs } = await sent;
  assert.equal(error?.reason, 'throttled');
  assert.equal(retryAfterMs, 5000);
  assert.equal(receiver.arrivals.length, 1);
});

for (const [what, answer, reason] of [
  ['no answer', NEVER, 'timeout'],
  ['a head that never ends', dripping('HTTP/1.1 200 OK\r\nx-filler: '), 'timeout'],
  ['a body that never ends', dripping('HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n'), 'timeout'],
  ['a refusal whose body never ends', dripping('HTTP/1.1 503 No\r\ncontent-length: 999\r\n\r\n'), 'server_error'],
  ['informational answers', dripping('', 'HTTP/1.1 102 Processing\r\n\r\n'), 'timeout'],
] as const) {
  test(`aborted, ${what}: ${reason}; the next export gets a connection of its own`, async (t) => {
    const { receiver, send } = await exporting(t, answer);
    const hasHead = what.includes('body');
    const controller = new AbortController();
    let heads = 0;
    const onHead = (): void => {
      heads += 1;
    };
    subscribe('http.client.response.finish', onHead);
    t.after(() => unsubscribe('http.client.response.finish', onHead));
    const sent = send(controller.signal);
    await until(hasHead ? 'the head' : 'the request', () => (hasHead ? heads : receiver.unanswered) || undefined);
    controller.abort(DEADLINE);
    const { error } = await sent;
    assert.equal(error?.reason, reason);
    if (reason === 'timeout') assert.equal(error?.message, DEADLINE.message);
    await closed(receiver);
    receiver.answer = GOOD;
    assert.equal((await send()).error, undefined);
    assert.equal(receiver.arrivals.length, 2);
  });
}

test('aborted in a retry: the error of the try before', async (t) => {
  const clock = stopClock(t);
  const { receiver, send } = await exporting(t, ({ number }) => (number === 0 ? refused(503) : NEVER));
  const controller = new AbortController();
  const sent = send(controller.signal);
  await clock.until('the retry', () => receiver.arrivals[1]);
  controller.abort(DEADLINE);
  assert.deepEqual((await sent).error?.reason, 'server_error');
  await closed(receiver);
});

test('aborted before it begins, or in the same moment: no request arrives', async (t) => {
  const { receiver, send } = await exporting(t, GOOD);
  const controller = new AbortController();
  const sent = send(controller.signal);
  controller.abort(DEADLINE);
  assert.equal((await sent).error?.message, DEADLINE.message);
  assert.equal((await send(controller.signal)).error?.message, DEADLINE.message);
  assert.equal((await send()).error, undefined);
  assert.equal(receiver.arrivals.length, 1);
});

test('a connection in use by nobody survives an abort', async (t) => {
  const { receiver, send } = await exporting(t, GOOD);
  await send();
  const controller = new AbortController();
  assert.equal((await send(controller.signal)).error, undefined);
  controller.abort(DEADLINE);
  await send();
  assert.equal(receiver.openConnections, 1);
  assert.equal(receiver.arrivals.length, 3);
});

/** A server that accepts connections, and answers each text that arrives. */
async function silent(t: TestContext, answer: (socket: Socket) => void = () => {}) {
  const open = new Set<Socket>();
  const said: string[] = [];
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => {}).on('close', () => open.delete(socket));
    socket.on('data', (chunk) => {
      said.push(chunk.toString('latin1'));
      answer(socket);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  return { port: Number(at(server.address(), 'port')), open, said };
}

for (const [what, scheme, isProxied, words] of [
  ['a TLS handshake without an answer', 'https', false, '\x16\x03'],
  ['a proxy without an answer', 'http', true, 'POST http:'],
  ['a proxy that opens no tunnel', 'https', true, 'CONNECT '],
  ['a TLS handshake without an answer in a tunnel', 'https', true, '\x16\x03'],
] as const) {
  test(`aborted, ${what}: the export ends, and the connection is closed`, async (t) => {
    const hasTunnel = what.endsWith('tunnel') && !what.startsWith('a proxy');
    const { port, open, said } = await silent(t, (socket) => {
      if (hasTunnel && said.length === 1) socket.write('HTTP/1.1 200 Connected\r\n\r\n');
    });
    const proxy = { url: new URL(`http://user:c4n4ry-proxy@127.0.0.1:${port}`) };
    const exporter = await createOtlpExporter(
      {
        ...OPTIONS,
        url: new URL(isProxied ? `${scheme}://collector.example.com/` : `${scheme}://127.0.0.1:${port}/`),
        proxy: isProxied ? proxy : undefined,
      },
      'test/1',
    );
    t.after(() => exporter.close());
    const controller = new AbortController();
    const sent = exporter.export(METRICS, controller.signal);
    await until('what it says', () => said.at(-1)?.startsWith(words) || undefined);
    controller.abort(DEADLINE);
    const { error } = await sent;
    const suffix = isProxied ? ' (through the proxy of HTTPS_PROXY or HTTP_PROXY)' : '';
    assert.equal(error?.message, `${DEADLINE.message}${suffix}`);
    await until('no connection', () => (open.size === 0 ? true : undefined));
  });
}

test('informational answers without end: the exchange ends', async (t) => {
  const { receiver, send } = await exporting(t, raw('HTTP/1.1 102 Processing\r\n\r\n'.repeat(101)));
  const { error } = await send();
  assert.match(error?.message ?? '', /too large/);
  await closed(receiver);
  receiver.answer = raw(
    `${'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(100)}HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n`,
  );
  assert.equal((await send()).error, undefined);
});

test('the body of an answer: 64 KiB at most, also byte by byte', async (t) => {
  const { receiver, send } = await exporting(t, GOOD);
  const text = JSON.stringify({ partialSuccess: { rejectedDataPoints: 5 } });
  for (const [length, isTaken] of [
    [64 * 1024, true],
    [64 * 1024 + 1, false],
  ] as const) {
    receiver.answer = accepted(text.padEnd(length));
    const { error, partial } = await send();
    assert.equal(partial?.rejectedPoints, isTaken ? 5 : undefined);
    assert.equal(error?.message.includes('too large') ?? false, !isTaken);
    if (!isTaken) await closed(receiver);
  }
  const bytes = [...text].map((byte) => `1\r\n${byte}\r\n`).join('');
  receiver.answer = raw(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${bytes}0\r\n\r\n`);
  assert.equal((await send()).partial?.rejectedPoints, 5);
});

test('the body of a refusal: as much as is searched for a reason', async (t) => {
  const { receiver, send } = await exporting(
    t,
    raw('HTTP/1.1 400 Bad Request\r\n\r\nout of order sample'.padEnd(9000)),
  );
  const { error } = await send();
  assert.match(error?.message ?? '', /out_of_order_time_window/);
  await closed(receiver);
  const { send: sendLong } = await exporting(t, refused(503, { 'retry-after': '9' }), NO_RETRY);
  assert.ok(!JSON.stringify(await sendLong()).includes(CANARY));
});

test('a connection that ends within the body: what the status says', async (t) => {
  const half = (status: string): Answer => ({
    send: ({ socket }) => void socket?.end(`HTTP/1.1 ${status}\r\ncontent-length: 99\r\n\r\n{"partialSuccess":`),
  });
  const { receiver, send } = await exporting(t, half('200 OK'), NO_RETRY);
  assert.deepEqual(await send(), { partial: undefined });
  receiver.answer = half('503 Service Unavailable');
  assert.match((await send()).error?.message ?? '', /^HTTP 503 Service Unavailable: /);
});

test('a header that HTTP does not allow fails the export, and is not in the message', async (t) => {
  const { receiver, send } = await exporting(t, GOOD, { headers: { 'x-key': 'c4n4ry\nvalue' } });
  const { error } = await send();
  assert.equal(error?.reason, 'other');
  assert.ok(!error?.message.includes('c4n4ry'), error?.message);
  assert.equal(receiver.arrivals.length, 0);
});

test('the temporality of observable counters is the one that the SDK selects', async (t) => {
  for (const [temporality, select] of [
    ['cumulative', CumulativeTemporalitySelector],
    ['delta', DeltaTemporalitySelector],
    ['lowmemory', LowMemoryTemporalitySelector],
  ] as const) {
    const { exporter } = await exporting(t, GOOD, { temporality });
    const isDelta = select(InstrumentType.OBSERVABLE_COUNTER) === AggregationTemporality.DELTA;
    assert.equal(exporter.temporality, isDelta ? 'delta' : 'cumulative', temporality);
  }
});

test('close: no connection stays open', async (t) => {
  const { receiver, exporter, send } = await exporting(t, GOOD);
  await send();
  assert.equal(receiver.openConnections, 1);
  await exporter.close();
  await exporter.close();
  await closed(receiver);
});

test('aborted while the body of a refusal is read: it settles at once, with the wait that the receiver asked for', async (t) => {
  // Time stands still, so a wait would never end.
  stopClock(t);
  const refusal = raw('HTTP/1.1 503 No\r\nretry-after: 8\r\ncontent-length: 999\r\n\r\n');
  const { send } = await exporting(t, refusal);
  const controller = new AbortController();
  const head = new Promise((resolve) => {
    subscribe('http.client.response.finish', resolve);
    t.after(() => unsubscribe('http.client.response.finish', resolve));
  });
  const sent = send(controller.signal);
  await head;
  controller.abort(DEADLINE);
  const { error, retryAfterMs } = await sent;
  assert.deepEqual([error?.reason, retryAfterMs], ['server_error', 8000]);
});

test('a receiver that answers before it has read the request, and never reads the rest, keeps no connection', async (t) => {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket.on('error', () => {}).on('close', () => open.delete(socket)));
    socket.once('data', () => {
      socket.pause();
      socket.write('HTTP/1.1 400 No\r\ncontent-length: 2\r\n\r\nno');
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const exporter = await createOtlpExporter(
    { ...OPTIONS, url: new URL(`http://127.0.0.1:${port}/v1/metrics`) },
    'test/1',
  );
  t.after(async () => {
    await exporter.close();
    server.close();
  });
  // More than the kernel's buffers hold.
  const resource = resourceFromAttributes({ filler: 'x'.repeat(16 * 1024 ** 2) });
  for (let number = 0; number < 2; number += 1) {
    const { error } = await exporter.export([{ resource, scopeMetrics: [] }], new AbortController().signal);
    assert.equal(error?.reason, 'client_error');
  }
  await until('the end of the connections', () => {
    for (const socket of open) socket.resume();
    return open.size === 0 || undefined;
  });
});
