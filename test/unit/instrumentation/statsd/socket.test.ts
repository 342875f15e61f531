import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { test } from 'node:test';
import timers, { setTimeout as sleep } from 'node:timers/promises';
import { ExportError, type MetricExporter } from '../../../../instrumentation/metric-exporter.ts';
import { createStatsdExporter } from '../../../../instrumentation/statsd/statsd-exporter.ts';
import { eventually } from '../../../helpers/eventually.ts';
import {
  exportOf,
  manySeries,
  metricOf,
  readingProcess,
  socketPath,
  unixReceiver,
} from '../../../helpers/statsd-receiver.ts';
import { until } from '../../../real/wait.ts';

const one = [metricOf('m', [[1, { container_name: 'web' }]])];

function exporterOn(path: string, options: { readonly maxWaitMs?: number } = {}): Promise<MetricExporter> {
  return createStatsdExporter({
    host: 'unused.invalid',
    port: 8125,
    socketPath: path,
    ...options,
  });
}

/** More series than the queue of a socket holds, at about 90 lines per datagram. */
const TOO_MANY = (Number(readFileSync('/proc/sys/net/unix/max_dgram_qlen', 'utf8')) + 50) * 90;

function assertFailed(error: Error | undefined, reason: string, message: RegExp): void {
  assert.ok(error instanceof ExportError, String(error));
  assert.deepEqual([error.reason, message.exec(error.message)?.index], [reason, 0], error.message);
}

test('the sizes of the sent datagrams are reported, and none without an agent', async (t) => {
  const path = socketPath(t);
  const sent: number[] = [];
  const options = { host: 'unused.invalid', port: 8125, socketPath: path };
  const exporter = await createStatsdExporter(options, (bytes) => sent.push(bytes));
  assertFailed(await exportOf(exporter, one), 'unreachable', /cannot send to/);
  assert.deepEqual(sent, []);
  const receiver = unixReceiver(t, path);
  assert.equal(await exportOf(exporter, [manySeries(200)]), undefined);
  await receiver.lines(200);
  assert.deepEqual(
    sent,
    receiver.datagrams.map((datagram) => Buffer.byteLength(datagram)),
  );
  assert.ok(sent.length > 1);
});

test('1,000 series arrive completely and in order, in datagrams of the size that the agent reads', async (t) => {
  const path = socketPath(t);
  const receiver = unixReceiver(t, path);
  const exporter = await exporterOn(path);
  assert.equal(await exportOf(exporter, [manySeries(1000)]), undefined);
  const lines = await receiver.lines(1000);
  assert.deepEqual(
    lines,
    Array.from(
      { length: 1000 },
      (_, i) => `ecs_task.network_rx_bytes_total:${1_000_000_000 + i}|g|#container_name:container-${i},iface:eth0`,
    ),
  );
  const sizes = receiver.datagrams.map((datagram) => Buffer.byteLength(datagram));
  assert.ok(Math.max(...sizes) <= 8192, `${Math.max(...sizes)}`);
  for (const size of sizes.slice(0, -1)) assert.ok(size > 8000, `${size}`);
});

test('the agent starts, stops and restarts', async (t) => {
  const path = socketPath(t);
  const exporter = await exporterOn(path);
  const gone = /^cannot send to \S+dsd\.socket \(No such file or directory\): check that the agent is running/;
  assertFailed(await exportOf(exporter, [manySeries(1000)]), 'unreachable', gone);

  const first = unixReceiver(t, path);
  assert.equal(await exportOf(exporter, one), undefined);
  assert.deepEqual(await first.lines(1), ['m:1|g|#container_name:web']);
  await first.close();
  assertFailed(await exportOf(exporter, one), 'unreachable', gone);

  const killed = await readingProcess(t, path);
  assert.equal(await exportOf(exporter, one), undefined);
  killed.kill('SIGKILL');
  await once(killed, 'close');
  assertFailed(await exportOf(exporter, one), 'unreachable', /^cannot send to \S+ \(Connection refused\)/);
});

test('exports leave no file descriptor open', async (t) => {
  const path = socketPath(t);
  const receiver = unixReceiver(t, path);
  const exporter = await exporterOn(path);
  const descriptors = (): number => readdirSync('/proc/self/fd').length;
  assert.equal(await exportOf(exporter, one), undefined);
  await receiver.lines(1);
  const before = descriptors();
  for (let number = 0; number < 10; number += 1) assert.equal(await exportOf(exporter, one), undefined);
  await eventually(() => descriptors() <= before);
});

test('paths that are not sockets', async (t) => {
  const path = socketPath(t);
  writeFileSync(path, '');
  assertFailed(
    await exportOf(await exporterOn(path), one),
    'unreachable',
    /^cannot send to \S+ \(Connection refused\)/,
  );
  mkdirSync(`${path}.folder`);
  assertFailed(await exportOf(await exporterOn(`${path}.folder`), one), 'unreachable', /^cannot send to /);
  // Longer than a socket address.
  const long = `${path}${'x'.repeat(200)}`;
  assertFailed(
    await exportOf(await exporterOn(long), one),
    'unreachable',
    /^cannot send to \S+ \(path to bind is too long/,
  );
});

test('an agent that pauses receives everything', async (t) => {
  const path = socketPath(t);
  const agent = await readingProcess(t, path);
  const exporter = await exporterOn(path, { maxWaitMs: 60_000 });
  const waits = t.mock.method(timers, 'setTimeout');
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
  agent.kill('SIGSTOP');
  const exported = exportOf(exporter, [manySeries(TOO_MANY)]);
  await eventually(() => waits.mock.callCount() > 2);
  agent.kill('SIGCONT');
  assert.equal(await exported, undefined);
  const delays = waits.mock.calls.map((call) => call.arguments[0]);
  assert.deepEqual(delays.slice(0, 3), [5, 10, 20]);
});

test('an agent that does not read: the export fails, nothing is queued, and the event loop does not spin', async (t) => {
  const path = socketPath(t);
  const agent = await readingProcess(t, path);
  const exporter = await exporterOn(path);
  agent.kill('SIGSTOP');
  const error = await exportOf(exporter, [manySeries(TOO_MANY)]);
  assertFailed(error, 'throttled', /^the queue of the agent at \S+dsd\.socket is full/);
  await assertNothingSpins();

  agent.kill('SIGCONT');
  await until('the agent to read', async () => (await exportOf(exporter, one)) ?? true);
  await assertNothingSpins();
});

/** During 100 ms an idle event loop turns a few times, and a spinning one thousands of times. */
async function assertNothingSpins(): Promise<void> {
  const turns = (): number => performance.nodeTiming.uvMetricsInfo.loopCount;
  const before = turns();
  await sleep(100);
  assert.ok(turns() - before < 100, `${turns() - before} turns`);
}
