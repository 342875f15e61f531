/**
 * Replays recorded exports at any rate, to measure the capacity of a gateway: that many exporters would need more machines.
 * Prints a table without a verdict. Linux only; --vcpu needs root and cgroup v1.
 *
 *     node test/fleet/replay.ts --rate 400 [--seconds 20]        400 exports a second, evenly
 *     node test/fleet/replay.ts --burst 200 [--seconds 20]       200 at the same moment, every ten seconds
 *     ... [--vcpu 0.25]                                          CPU limit of the Collector, in cores
 *     ... [--gomemlimit 320MiB]                                  a soft limit for its garbage collector
 *     ... [--no-backend]                                         the backend is down: the Collector queues its data
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { percentile, short } from '../bench/statistics.ts';
import { limitCpu } from './cpu-limit.ts';
import { gatewayCounts, startGateway } from './gateway.ts';
import { BACKEND, nextMessage, startChild } from './messages.ts';
import { recordExports } from './record-exports.ts';
import { createSender, type Sent } from './sender.ts';
import { aligned } from './table.ts';
import { peakRssMb, usageOf, usedBetween } from './usage.ts';

const { values } = parseArgs({
  options: {
    rate: { type: 'string' },
    burst: { type: 'string' },
    seconds: { type: 'string', default: '20' },
    vcpu: { type: 'string' },
    gomemlimit: { type: 'string' },
    'no-backend': { type: 'boolean', default: false },
  },
});
const BURST_EVERY_MS = 10_000;
const TICK_MS = 10;
const TASKS = 40;

const seconds = Number(values.seconds);
const backend = startChild('backend-process.ts');
const { url } = await nextMessage(backend, BACKEND);
const gateway = await startGateway(url, { goMemLimit: values.gomemlimit });
const cpu = values.vcpu === undefined ? undefined : limitCpu(gateway.pid, Number(values.vcpu));
try {
  const exports = await recordExports(TASKS, new URL(gateway.otlpUrl).origin);
  if (values['no-backend']) backend.kill();
  const sender = createSender(gateway.otlpUrl, exports);
  const before = await gatewayCounts(gateway);
  const from = usageOf([gateway.pid]);
  const outcomes: Promise<Sent>[] = [];
  const startedMs = performance.now();
  const passedMs = (): number => performance.now() - startedMs;
  while (passedMs() < seconds * 1000) {
    if (values.burst === undefined) {
      while (outcomes.length < (passedMs() / 1000) * Number(values.rate ?? 100)) outcomes.push(sender.send());
      await sleep(TICK_MS);
    } else {
      for (let count = Number(values.burst); count > 0; count -= 1) outcomes.push(sender.send());
      await sleep(BURST_EVERY_MS);
    }
  }
  const sent = await Promise.all(outcomes);
  const used = usedBetween(from, usageOf([gateway.pid]));
  const after = await gatewayCounts(gateway);
  sender.close();

  const points = after.accepted - before.accepted;
  const taken = sent.filter(({ status }) => status === 200);
  const statuses = Map.groupBy(sent, ({ status }) => status);
  const ms = taken.map(({ durationMs }) => durationMs);
  const rows = [
    ['exports', `${sent.length} in ${short(used.seconds)} s`],
    ['answers by status (0: none)', [...statuses].map(([status, of]) => `${status}: ${of.length}`).join(', ')],
    ['points a second, accepted', short(points / used.seconds)],
    ['points not sent on', String(after.notSent - before.notSent)],
    ['an export took, p50 / p99 / most, ms', [0.5, 0.99, 1].map((part) => short(percentile(ms, part))).join(' / ')],
    ['Collector CPU, % of a core', short(used.cores * 100)],
    ['- for an export, ms', short((used.cpuSeconds / taken.length) * 1000)],
    ['- for a million points, s', short((used.cpuSeconds / points) * 1e6)],
    ['- of the periods, throttled, %', cpu === undefined ? '-' : short(cpu.throttledShare() * 100)],
    ['Collector RSS, end / peak, MB', `${short(usageOf([gateway.pid]).rssMb)} / ${short(peakRssMb(gateway.pid))}`],
  ];
  process.stdout.write(`${aligned([['', process.argv.slice(2).join(' ')], ...rows])}\n`);
} finally {
  await gateway.kill();
  // Its folder goes with that.
  await gateway.stop();
  cpu?.remove();
  backend.kill();
}
