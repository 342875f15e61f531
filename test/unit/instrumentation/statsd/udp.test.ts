import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import type { LookupAddress } from 'node:dns';
import dns from 'node:dns/promises';
import { syncBuiltinESMExports } from 'node:module';
import { networkInterfaces } from 'node:os';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
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

test('1,000 series come whole and in order, in datagrams of less than an Ethernet frame', async (t) => {
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
  // Each but the last is so full that the next line would not have fitted.
  const [first = ''] = lines;
  for (const size of sizes.slice(0, -1)) assert.ok(size > 1432 - first.length - 10, `${size}`);
});

test('a line that is longer than a datagram should be goes alone', async (t) => {
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
  test(`the port is closed: an export of ${name} fails, and the next one reaches the agent`, async (t) => {
    const port = await lastingPort();
    const exporter = await createStatsdExporter({ host: '127.0.0.1', port });
    for (let i = 0; i < 3; i += 1) {
      const error = await exportOf(exporter, metrics);
      assert.equal(reasonOf(error), 'unreachable');
      assert.match(
        error?.message ?? '',
        /^cannot send to port \d+ of 127\.0\.0\.1 \(ECONNREFUSED\): does the agent run/,
      );
    }
    const receiver = await udpReceiver(t, { port });
    assert.equal(await exportOf(exporter, metrics), undefined);
    await receiver.lines(metrics === one ? 1 : 1000);
    await receiver.close();
    assert.equal(reasonOf(await exportOf(exporter, metrics)), 'unreachable');
  });
}

test('a host that has no address', async () => {
  // No name server is needed to know: a part of a name has 63 characters at most.
  const host = `${'x'.repeat(64)}.invalid`;
  const exporter = await createStatsdExporter({ host, port: 8125 });
  for (let i = 0; i < 2; i += 1) {
    const error = await exportOf(exporter, one);
    assert.equal(reasonOf(error), 'unreachable');
    assert.match(error?.message ?? '', /^the host x{64}\.invalid cannot be looked up \(E\w+\): check STATSD_HOST/);
  }
});

test('a name server that never answers: the export ends when it is cut off', async (t) => {
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

test('IPv6: an address, and a name', { skip }, async (t) => {
  const receiver = await udpReceiver(t, { host: '::1' });
  const exporter = await createStatsdExporter({ host: '::1', port: receiver.port });
  assert.equal(await exportOf(exporter, one), undefined);
  assert.deepEqual(await receiver.lines(1), ['m:1|g']);

  const target = udpTarget('agent.test', receiver.port, async () => [{ address: '::1', family: 6 }]);
  await target.send(['by name'], new AbortController().signal);
  assert.deepEqual((await receiver.lines(2)).slice(1), ['by name']);
});

test('localhost is 127.0.0.1, as agents listen there', async (t) => {
  const receiver = await udpReceiver(t);
  const exporter = await createStatsdExporter({ host: 'localhost', port: receiver.port });
  assert.equal(await exportOf(exporter, one), undefined);
  assert.deepEqual(await receiver.lines(1), ['m:1|g']);
});

test('of several addresses, the first that this machine has a way to', async (t) => {
  const receiver = await udpReceiver(t);
  const addresses: readonly LookupAddress[] = [
    // A socket for sending to oneself cannot be connected to a broadcast address (EACCES).
    { address: '255.255.255.255', family: 4 },
    { address: '127.0.0.1', family: 4 },
  ];
  const target = udpTarget('agent.test', receiver.port, async () => addresses);
  await target.send(['there'], new AbortController().signal);
  assert.deepEqual(await receiver.lines(1), ['there']);
});

test('no way to any address fails the export', async () => {
  const target = udpTarget('agent.test', 8125, async () => [{ address: '255.255.255.255', family: 4 }]);
  await assert.rejects(target.send(['lost'], new AbortController().signal), (error) => {
    assert.ok(error instanceof Error);
    assert.match(target.explain(error).message, /^cannot send to port 8125 of agent\.test \(E\w+\)/);
    return true;
  });
});

/** Exports while every file descriptor is taken, and again when they are free; prints how it ended. */
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

test('as long as the process has no file descriptor left, exports fail', async (t) => {
  const receiver = await udpReceiver(t);
  const node = [process.execPath, '--input-type=module', '-e', OUT_OF_DESCRIPTORS, `${receiver.port}`];
  const { stdout } = await promisify(execFile)('sh', ['-c', 'ulimit -n 100 && exec "$0" "$@"', ...node]);
  const [first = '', second] = v.parse(v.array(v.string()), JSON.parse(stdout));
  assert.match(first, /^cannot send to port \d+ of 127\.0\.0\.1 \(EMFILE\)/);
  assert.equal(second, 'sent');
  assert.deepEqual(await receiver.lines(1), ['m:2|g']);
});

test('what is under way can be cut off, and the next export is a new one', async (t) => {
  const receiver = await udpReceiver(t);
  const exporter = await createStatsdExporter({ host: '127.0.0.1', port: receiver.port });
  const abortion = new AbortController();
  const cut = exportOf(exporter, [manySeries(1000)], undefined, abortion.signal);
  abortion.abort(new ExportError('timeout', 'timed out'));
  assert.equal(reasonOf(await cut), 'timeout');
  assert.equal(await exportOf(exporter, one), undefined);
  assert.equal(linesOf(await receiver.lines(1)).at(-1), 'm:1|g');
});

test('between two exports nothing is open, and no timer runs', async (t) => {
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
