import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { getEventListeners, once } from 'node:events';
import { ClientRequest } from 'node:http';
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
import { ExportError, type MetricExporter, type Outcome } from '../../../../instrumentation/metric-exporter.ts';
import { createOtlpExporter, type OtlpOptions } from '../../../../instrumentation/otlp/otlp-exporter.ts';
import { SERIALIZERS } from '../../../../instrumentation/otlp/serialize.ts';
import { type Answer, type FaultReceiver, startFaultReceiver } from '../../../helpers/fault-receiver.ts';
import { stopClock } from '../../../helpers/test-clock.ts';
import {
  ACCEPT_THEN_RESET,
  accepted,
  CANARY,
  endless,
  GOOD,
  NO_RESPONSE,
  RESET_EARLY,
  refused,
} from '../../../outages/responses.ts';
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
const DEADLINE = new ExportError('timeout', 'the deadline expired');

interface StartedExporter {
  readonly receiver: FaultReceiver;
  readonly exporter: MetricExporter;
  send(signal?: AbortSignal): Promise<Outcome>;
}

async function startExporter(
  t: TestContext,
  answer: FaultReceiver['answer'],
  changes: Partial<OtlpOptions> = {},
): Promise<StartedExporter> {
  const receiver = await startFaultReceiver(answer);
  const exporter = await createOtlpExporter({ ...OPTIONS, url: new URL(receiver.url), ...changes }, 'test/1');
  t.after(async () => {
    await exporter.close();
    await receiver.down();
  });
  const send = (signal = new AbortController().signal): Promise<Outcome> => exporter.export(METRICS, signal);
  return { receiver, exporter, send };
}

/** Writes this text to the socket, below HTTP. */
const raw = (text: string): Answer => ({ send: ({ socket }) => void socket?.write(text) });

const closed = (receiver: FaultReceiver) =>
  until('no connection', () => (receiver.openConnections === 0 ? true : undefined));

test('every export uses OTLPMetricExporterBase, and the SDK does not log partial success', async (t) => {
  const warnings: unknown[] = [];
  const ignore = (): void => {};
  const warn = (...words: unknown[]): void => void warnings.push(words);
  diag.setLogger({ error: warn, warn, info: ignore, debug: ignore, verbose: ignore }, DiagLogLevel.ALL);
  t.after(() => diag.disable());
  const exported = t.mock.method(OTLPMetricExporterBase.prototype, 'export');
  const body = JSON.stringify({ partialSuccess: { rejectedDataPoints: '2', errorMessage: 'Bearer c4n4ry is old' } });
  const { send, receiver } = await startExporter(t, accepted(body));
  assert.deepEqual(await send(), { partial: { rejectedPoints: 2, message: '*** is old' } });
  receiver.answer = refused(400);
  await send();
  assert.equal(exported.mock.callCount(), 2);
  assert.deepEqual(warnings, []);
});

test('request headers', async (t) => {
  for (const [protocol, type] of [
    ['http/json', 'application/json'],
    ['http/protobuf', 'application/x-protobuf'],
  ] as const) {
    const { send, receiver } = await startExporter(t, GOOD, { protocol });
    assert.deepEqual(await send(), { partial: undefined });
    const headers = receiver.arrivals[0]?.headers ?? {};
    assert.equal(headers['content-type'], type);
    assert.equal(headers['user-agent'], 'test/1');
    assert.equal(headers.authorization, 'Bearer c4n4ry');
    assert.ok(Number(headers['content-length']) > 0);
    assert.equal(headers['content-encoding'], undefined);
  }
});

/** A partial success whose message repeats this text. */
const repeating = (errorMessage: string): Answer => accepted(JSON.stringify({ partialSuccess: { errorMessage } }));

test('no secret of the headers or the URL is in a message', async (t) => {
  const receiver = await startFaultReceiver(
    repeating('token tok3n, query key=s3cret%2Done&also=s3cret-two, values s3cret-one and s3cret-two'),
  );
  const headers = { authorization: 'Basic tok3n' };
  const url = new URL(`${receiver.url}?key=s3cret%2Done&also=s3cret-two`);
  const exporter = await createOtlpExporter({ ...OPTIONS, url, headers }, 'test/1');
  t.after(async () => {
    await exporter.close();
    await receiver.down();
  });
  const { partial } = await exporter.export(METRICS, new AbortController().signal);
  assert.equal(partial?.message, 'token ***, query ***, values *** and ***');
});

test('no credentials of a proxy are in a message', async (t) => {
  const receiver = await startFaultReceiver(repeating('user us3r, password p@ssw0rd or p%40ssw0rd'));
  const proxyUrl = new URL(receiver.url);
  proxyUrl.username = 'us3r';
  proxyUrl.password = 'p@ssw0rd';
  const url = new URL('http://collector.example.com/');
  const exporter = await createOtlpExporter({ ...OPTIONS, url, proxy: { url: proxyUrl } }, 'test/1');
  t.after(async () => {
    await exporter.close();
    await receiver.down();
  });
  const { partial } = await exporter.export(METRICS, new AbortController().signal);
  assert.equal(partial?.message, 'user ***, password *** or ***');
});

test('no secret is in the message of an error without a code', async (t) => {
  const { send } = await startExporter(t, GOOD);
  t.mock.method(ClientRequest.prototype, 'end', function end(this: ClientRequest) {
    return this.destroy(new Error('cannot send Bearer c4n4ry'));
  });
  const { error } = await send();
  assert.deepEqual([error?.reason, error?.message], ['other', 'cannot send ***']);
});

test('an error of the SDK, or an export without metrics, fails the export', async (t) => {
  const { exporter, receiver, send } = await startExporter(t, GOOD);
  const { mock } = t.mock.method(SERIALIZERS['http/json'], 'serializeRequest', () => undefined);
  assert.equal((await send()).error?.reason, 'other');
  mock.restore();
  const { error } = await exporter.export([], new AbortController().signal);
  assert.equal(error?.message, 'nothing to export');
  assert.equal(receiver.arrivals.length, 0);
});

test('an export leaves no listener on its signal', async (t) => {
  const { send } = await startExporter(t, GOOD);
  const { signal } = new AbortController();
  await send(signal);
  assert.equal(getEventListeners(signal, 'abort').length, 0);
});

test('gzip: all attempts send the same compressed body', async (t) => {
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
    const { receiver, send } = await startExporter(t, refused(status, headers));
    const { error } = await clock.during(send());
    assert.match(error?.message ?? '', new RegExp(`^HTTP ${status} `));
    assert.equal(receiver.arrivals.length, isRetried ? 6 : 1);
    assert.equal(receiver.openConnections, 1, 'the connection was not kept');
  });
}

test('a connection that is refused or reset is retried', async (t) => {
  const clock = stopClock(t);
  const { receiver, send } = await startExporter(t, ({ number }) => [RESET_EARLY, ACCEPT_THEN_RESET][number] ?? GOOD);
  assert.equal((await clock.during(send())).error, undefined);
  assert.equal(receiver.arrivals.length, 3);
  await receiver.down();
  const startMs = clock.elapsedMs;
  const { error } = await clock.during(send());
  assert.equal(error?.reason, 'unreachable');
  assert.ok(clock.elapsedMs - startMs > 8000, 'five waits');
});

test('retryAfterMs: from every status of 400 or above, at most five minutes', async (t) => {
  const clock = stopClock(t);
  const { receiver, send } = await startExporter(t, GOOD, NO_RETRY);
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

test('Retry-After: the exporter waits if the retry can begin in time; otherwise the export ends at once', async (t) => {
  const clock = stopClock(t);
  const wait = (seconds: number) => refused(503, { 'retry-after': String(seconds) });
  const answers = [wait(20), wait(30), wait(20)];
  const { receiver, send } = await startExporter(t, ({ number }) => answers[number] ?? GOOD);
  const { error, retryAfterMs } = await clock.during(send());
  assert.equal(error?.reason, 'server_error');
  assert.equal(retryAfterMs, 20_000);
  assert.equal(receiver.arrivals.length, 3);
  const [first = 0, second = 0, third = 0] = receiver.arrivals.map(({ time }) => time);
  assert.ok(second - first >= 20_000 && second - first < 21_000);
  assert.ok(third - second >= 30_000 && third - second < 31_000);
});

test('aborted during a wait: the error of the last attempt, and the rest of the wait', async (t) => {
  const clock = stopClock(t);
  const { receiver, send } = await startExporter(t, refused(429, { 'retry-after': '20' }));
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
  ['no answer', NO_RESPONSE, 'timeout'],
  ['a head that never ends', endless('HTTP/1.1 200 OK\r\nx-filler: '), 'timeout'],
  ['a body that never ends', endless('HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n'), 'timeout'],
  ['a refusal whose body never ends', endless('HTTP/1.1 503 No\r\ncontent-length: 999\r\n\r\n'), 'server_error'],
  ['a redirect whose body never ends', endless('HTTP/1.1 302 Found\r\ncontent-length: 999\r\n\r\n'), 'redirect'],
  ['informational responses', endless('', 'HTTP/1.1 102 Processing\r\n\r\n'), 'timeout'],
] as const) {
  test(`aborted, ${what}: ${reason}; the next export gets a new connection`, async (t) => {
    const { receiver, send } = await startExporter(t, answer);
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

test('aborted in a retry: the error of the previous attempt', async (t) => {
  const clock = stopClock(t);
  const { receiver, send } = await startExporter(t, ({ number }) => (number === 0 ? refused(503) : NO_RESPONSE));
  const controller = new AbortController();
  const sent = send(controller.signal);
  await clock.until('the retry', () => receiver.arrivals[1]);
  controller.abort(DEADLINE);
  assert.deepEqual((await sent).error?.reason, 'server_error');
  await closed(receiver);
});

test('aborted before it begins, or at once: no request arrives', async (t) => {
  const { receiver, send } = await startExporter(t, GOOD);
  const controller = new AbortController();
  const sent = send(controller.signal);
  controller.abort(DEADLINE);
  assert.equal((await sent).error?.message, DEADLINE.message);
  assert.equal((await send(controller.signal)).error?.message, DEADLINE.message);
  assert.equal((await send()).error, undefined);
  assert.equal(receiver.arrivals.length, 1);
});

test('an idle connection survives an abort', async (t) => {
  const { receiver, send } = await startExporter(t, GOOD);
  await send();
  const controller = new AbortController();
  assert.equal((await send(controller.signal)).error, undefined);
  controller.abort(DEADLINE);
  await send();
  assert.equal(receiver.openConnections, 1);
  assert.equal(receiver.arrivals.length, 3);
});

/** Starts a server that passes each socket to `answer` when data arrives. */
async function startSilentServer(t: TestContext, answer: (socket: Socket) => void = () => {}) {
  const open = new Set<Socket>();
  const received: string[] = [];
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => {}).on('close', () => open.delete(socket));
    socket.on('data', (chunk) => {
      received.push(chunk.toString('latin1'));
      answer(socket);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  return { port: Number(at(server.address(), 'port')), open, received };
}

for (const [what, scheme, isProxied, words] of [
  ['a TLS handshake without an answer', 'https', false, '\x16\x03'],
  ['a proxy without an answer', 'http', true, 'POST http:'],
  ['a proxy that opens no tunnel', 'https', true, 'CONNECT '],
  ['a TLS handshake without an answer in a tunnel', 'https', true, '\x16\x03'],
] as const) {
  test(`aborted, ${what}: the export ends, and the connection is closed`, async (t) => {
    const hasTunnel = what.endsWith('tunnel') && !what.startsWith('a proxy');
    const { port, open, received } = await startSilentServer(t, (socket) => {
      if (hasTunnel && received.length === 1) socket.write('HTTP/1.1 200 Connected\r\n\r\n');
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
    await until('the request', () => received.at(-1)?.startsWith(words) || undefined);
    controller.abort(DEADLINE);
    const { error } = await sent;
    const suffix = isProxied ? ' (through the proxy of HTTPS_PROXY or HTTP_PROXY)' : '';
    assert.equal(error?.message, `${DEADLINE.message}${suffix}`);
    await until('no connection', () => (open.size === 0 ? true : undefined));
  });
}

test('more than 100 informational responses end the exchange', async (t) => {
  const { receiver, send } = await startExporter(t, raw('HTTP/1.1 102 Processing\r\n\r\n'.repeat(101)));
  const { error } = await send();
  assert.match(error?.message ?? '', /too large/);
  await closed(receiver);
  receiver.answer = raw(
    `${'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(100)}HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n`,
  );
  assert.equal((await send()).error, undefined);
});

test('response bodies are limited to 64 KiB, also byte by byte', async (t) => {
  const { receiver, send } = await startExporter(t, GOOD);
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

test('the body of an error response is read up to the limit of the search', async (t) => {
  const { receiver, send } = await startExporter(
    t,
    raw('HTTP/1.1 400 Bad Request\r\n\r\nout of order sample'.padEnd(9000)),
  );
  const { error } = await send();
  assert.match(error?.message ?? '', /out_of_order_time_window/);
  await closed(receiver);
  const { send: sendLong } = await startExporter(t, refused(503, { 'retry-after': '9' }), NO_RETRY);
  assert.ok(!JSON.stringify(await sendLong()).includes(CANARY));
});

test('a connection lost during the body: the status decides', async (t) => {
  const half = (status: string): Answer => ({
    send: ({ socket }) => void socket?.end(`HTTP/1.1 ${status}\r\ncontent-length: 99\r\n\r\n{"partialSuccess":`),
  });
  const { receiver, send } = await startExporter(t, half('200 OK'), NO_RETRY);
  assert.deepEqual(await send(), { partial: undefined });
  receiver.answer = half('503 Service Unavailable');
  assert.match((await send()).error?.message ?? '', /^HTTP 503 Service Unavailable: /);
});

test('a malformed body after an error status: the status decides', async (t) => {
  const malformed = raw('HTTP/1.1 503 Service Unavailable\r\ntransfer-encoding: chunked\r\n\r\nnot a length\r\n');
  const { send } = await startExporter(t, malformed, NO_RETRY);
  assert.match((await send()).error?.message ?? '', /^HTTP 503 Service Unavailable: /);
});

test('an invalid header fails the export, and is not in the message', async (t) => {
  const { receiver, send } = await startExporter(t, GOOD, { headers: { 'x-key': 'c4n4ry\nvalue' } });
  const { error } = await send();
  assert.equal(error?.reason, 'other');
  assert.ok(!error?.message.includes('c4n4ry'), error?.message);
  assert.equal(receiver.arrivals.length, 0);
});

test('observable counters have the temporality that the SDK selects', async (t) => {
  for (const [temporality, select] of [
    ['cumulative', CumulativeTemporalitySelector],
    ['delta', DeltaTemporalitySelector],
    ['lowmemory', LowMemoryTemporalitySelector],
  ] as const) {
    const { exporter } = await startExporter(t, GOOD, { temporality });
    const isDelta = select(InstrumentType.OBSERVABLE_COUNTER) === AggregationTemporality.DELTA;
    assert.equal(exporter.temporality, isDelta ? 'delta' : 'cumulative', temporality);
  }
});

test('close closes all connections', async (t) => {
  const { receiver, exporter, send } = await startExporter(t, GOOD);
  await send();
  assert.equal(receiver.openConnections, 1);
  await exporter.close();
  await exporter.close();
  await closed(receiver);
});

test('aborted while the body of an error response is read: settles at once, with its Retry-After', async (t) => {
  // Time stands still, so a wait would never end.
  stopClock(t);
  const refusal = raw('HTTP/1.1 503 No\r\nretry-after: 8\r\ncontent-length: 999\r\n\r\n');
  const { send } = await startExporter(t, refusal);
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

test('the connection is closed if the receiver responds early and never reads the rest of the request', async (t) => {
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
