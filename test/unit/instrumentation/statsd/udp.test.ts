import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import type { LookupAddress } from 'node:dns';
import dns from 'node:dns/promises';
import { syncBuiltinESMExports } from 'node:module';
import { networkInterfaces } from 'node:os';
import { test } from 'node:test';
import timers, { setImmediate as turn } from 'node:timers/promises';
import { promisify } from 'node:util';
import * as v from 'valibot';
import { ExportError } from '../../../../instrumentation/metric-exporter.ts';
import { udpTarget } from '../../../../instrumentation/statsd/datagram-targets.ts';
import { createStatsdExporter } from '../../../../instrumentation/statsd/statsd-exporter.ts';
import { exportOf, linesOf, manySeries, metricOf, udpReceiver } from '../../../helpers/statsd-receiver.ts';
import { lastingPort } from '../../../real/lasting-port.ts';
import { until } from '../../../real/wait.ts';

const one = [metricOf('m', [[1]])];
const hasIpv6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'));
const skip = hasIpv6 ? false : 'no IPv6 on this machine';

function reasonOf(error: Error | undefined): string | undefined {
  assert.ok(error === undefined || error instanceof ExportError, String(error));
  return error?.reason;
}

test('1,000 series arrive completely and in order, in datagrams that fit an Ethernet frame', async (t) => {
  const receiver = await udpReceiver(t);
  const exporter = await createStatsdExporter({ host: '127.0.0.1', port: receiver.port });
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
  assert.ok(Math.max(...sizes) <= 1432, `${Math.max(...sizes)}`);
  // Each datagram but the last is full.
  const [first = ''] = lines;
  for (const size of sizes.slice(0, -1)) assert.ok(size > 1432 - first.length - 10, `${size}`);
});

test('a line above the maximum size gets a separate datagram', async (t) => {
  const receiver = await udpReceiver(t);
  const exporter = await createStatsdExporter({ host: '127.0.0.1', port: receiver.port });
  const long = { a: 'x'.repeat(900), b: 'y'.repeat(900) };
  assert.equal(await exportOf(exporter, [metricOf('m', [[1], [2, long], [3]])]), undefined);
  await receiver.lines(3);
  assert.deepEqual(receiver.datagrams, ['m:1|g', `m:2|g|#a:${long.a},b:${long.b}`, 'm:3|g']);
});

for (const [name, metrics] of [
  ['one datagram', one],
  ['many datagrams', [manySeries(1000)]],
] as const) {
  test(`closed port: an export of ${name} fails; after the agent starts, the next one succeeds`, async (t) => {
    const port = await lastingPort();
    const exporter = await createStatsdExporter({ host: '127.0.0.1', port });
    for (let i = 0; i < 3; i += 1) {
      const error = await exportOf(exporter, metrics);
      assert.equal(reasonOf(error), 'unreachable');
      assert.match(
        error?.message ?? '',
        /^cannot send to port \d+ of 127\.0\.0\.1 \(ECONNREFUSED\): check that the agent is running/,
      );
    }
    const receiver = await udpReceiver(t, { port });
    assert.equal(await exportOf(exporter, metrics), undefined);
    await receiver.lines(metrics === one ? 1 : 1000);
    await receiver.close();
    assert.equal(reasonOf(await exportOf(exporter, metrics)), 'unreachable');
  });
}

test('a host without an address', async () => {
  // Fails without a DNS query: a label has at most 63 characters.
  const host = `${'x'.repeat(64)}.invalid`;
  const exporter = await createStatsdExporter({ host, port: 8125 });
  for (let i = 0; i < 2; i += 1) {
    const error = await exportOf(exporter, one);
    assert.equal(reasonOf(error), 'unreachable');
    assert.match(error?.message ?? '', /^cannot resolve the host x{64}\.invalid \(E\w+\): check STATSD_HOST/);
  }
});

test('a DNS server that never responds: the export ends on abort', async (t) => {
  t.mock.method(dns, 'lookup', () => new Promise(() => {}));
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.reset();
    syncBuiltinESMExports();
  });
  const exporter = await createStatsdExporter({ host: 'agent.test', port: 8125 });
  let hasEnded = false;
  const abortion = new AbortController();
  const ended = exportOf(exporter, one, undefined, abortion.signal).finally(() => {
    hasEnded = true;
  });
  await turn();
  assert.equal(hasEnded, false);
  abortion.abort(new ExportError('timeout', 'timed out'));
  const error = await ended;
  assert.equal(reasonOf(error), 'timeout');
  assert.match(error?.message ?? '', /DNS/);
});

test('IPv6: an address and a name', { skip }, async (t) => {
  const receiver = await udpReceiver(t, { host: '::1' });
  const exporter = await createStatsdExporter({ host: '::1', port: receiver.port });
  assert.equal(await exportOf(exporter, one), undefined);
  assert.deepEqual(await receiver.lines(1), ['m:1|g']);

  const target = udpTarget('agent.test', receiver.port, async () => [{ address: '::1', family: 6 }]);
  await target.send(['by name'], new AbortController().signal);
  assert.deepEqual((await receiver.lines(2)).slice(1), ['by name']);
});

test('localhost is 127.0.0.1, where agents listen', async (t) => {
  const receiver = await udpReceiver(t);
  const exporter = await createStatsdExporter({ host: 'localhost', port: receiver.port });
  assert.equal(await exportOf(exporter, one), undefined);
  assert.deepEqual(await receiver.lines(1), ['m:1|g']);
});

test('the first address with a route is used', async (t) => {
  const receiver = await udpReceiver(t);
  const addresses: readonly LookupAddress[] = [
    // Connecting to a broadcast address fails (EACCES).
    { address: '255.255.255.255', family: 4 },
    { address: '127.0.0.1', family: 4 },
  ];
  const target = udpTarget('agent.test', receiver.port, async () => addresses);
  await target.send(['there'], new AbortController().signal);
  assert.deepEqual(await receiver.lines(1), ['there']);
});

test('without a route to any address the export fails', async () => {
  const target = udpTarget('agent.test', 8125, async () => [{ address: '255.255.255.255', family: 4 }]);
  await assert.rejects(target.send(['lost'], new AbortController().signal), (error) => {
    assert.ok(error instanceof Error);
    assert.match(target.toExportError(error).message, /^cannot send to port 8125 of agent\.test \(E\w+\)/);
    return true;
  });
});

/** Exports without free file descriptors, and again with free ones; prints the results. */
const OUT_OF_DESCRIPTORS = `
  import { closeSync, openSync } from 'node:fs';
  import { createStatsdExporter } from '${import.meta.resolve('../../../../instrumentation/statsd/statsd-exporter.ts')}';
  import { exportOf, metricOf } from '${import.meta.resolve('../../../helpers/statsd-receiver.ts')}';
  const exporter = await createStatsdExporter({ host: '127.0.0.1', port: Number(process.argv[1]) });
  const taken = [];
  try {
    for (;;) taken.push(openSync('/dev/null'));
  } catch {}
  const errors = [await exportOf(exporter, [metricOf('m', [[1]])])];
  for (const descriptor of taken) closeSync(descriptor);
  errors.push(await exportOf(exporter, [metricOf('m', [[2]])]));
  console.log(JSON.stringify(errors.map((error) => error?.message ?? 'sent')));`;

test('exports fail while the process has no free file descriptor', async (t) => {
  const receiver = await udpReceiver(t);
  const node = [process.execPath, '--input-type=module', '-e', OUT_OF_DESCRIPTORS, `${receiver.port}`];
  const { stdout } = await promisify(execFile)('sh', ['-c', 'ulimit -n 100 && exec "$0" "$@"', ...node]);
  const [first = '', second] = v.parse(v.array(v.string()), JSON.parse(stdout));
  assert.match(first, /^cannot send to port \d+ of 127\.0\.0\.1 \(EMFILE\)/);
  assert.equal(second, 'sent');
  assert.deepEqual(await receiver.lines(1), ['m:2|g']);
});

test('an export can be aborted, and the next one succeeds', async (t) => {
  const receiver = await udpReceiver(t);
  const exporter = await createStatsdExporter({ host: '127.0.0.1', port: receiver.port });
  const abortion = new AbortController();
  const cut = exportOf(exporter, [manySeries(1000)], undefined, abortion.signal);
  abortion.abort(new ExportError('timeout', 'timed out'));
  assert.equal(reasonOf(await cut), 'timeout');
  assert.equal(await exportOf(exporter, one), undefined);
  assert.equal(linesOf(await receiver.lines(1)).at(-1), 'm:1|g');
});

test('pauses after every 32 datagrams, and waits for an error after the last one', async (t) => {
  const receiver = await udpReceiver(t);
  const waits = t.mock.method(timers, 'setTimeout');
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
  const target = udpTarget('127.0.0.1', receiver.port);
  const datagrams = Array.from({ length: 65 }, (_, index) => `m:${index}|g`);
  await target.send(datagrams, new AbortController().signal);
  assert.deepEqual(
    waits.mock.calls.map((call) => call.arguments[0]),
    [10, 10, 20],
  );
});

test('after an abort no datagram is sent', async (t) => {
  const receiver = await udpReceiver(t);
  const target = udpTarget('127.0.0.1', receiver.port, async () => [{ address: '127.0.0.1', family: 4 }]);
  await assert.rejects(target.send(['m:1|g'], AbortSignal.abort(new Error('aborted'))), /aborted/);
  await target.send(['m:2|g'], new AbortController().signal);
  assert.deepEqual(await receiver.lines(1), ['m:2|g']);
});

test('no socket or timer is left between exports', async (t) => {
  const receiver = await udpReceiver(t);
  const exporter = await createStatsdExporter({ host: '127.0.0.1', port: receiver.port });
  for (let i = 0; i < 5; i += 1) assert.equal(await exportOf(exporter, one), undefined);
  await receiver.close();
  assert.equal(reasonOf(await exportOf(exporter, one)), 'unreachable');
  await until('all to be closed', () => {
    const open = process.getActiveResourcesInfo().filter((kind) => ['UDPWrap', 'Immediate', 'Timeout'].includes(kind));
    return open.length === 0 ? true : undefined;
  });
});
