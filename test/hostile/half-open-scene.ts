/**
 * Runs in its own network namespace: an endpoint whose packets are dropped after three polls, as if the peer had vanished.
 * Writes the times as JSON.
 */
import { spawnSync } from 'node:child_process';
import { startEndpoint } from '../bench/endpoint/endpoint.ts';
import { startExporterProcess } from '../real/exporter-process.ts';
import { until } from '../real/wait.ts';

const INTERVAL_SECONDS = 1;

export interface HalfOpenTimes {
  /** Until the status shows that the endpoint does not respond. */
  readonly detectedMs: number;
  /** Polls that ended meanwhile, including the one that failed. */
  readonly polls: number;
  /** Polls that failed after the network had recovered. */
  readonly failuresAfterwards: number;
}

function iptables(...args: readonly string[]): void {
  const { status, stderr } = spawnSync('iptables', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`iptables ${args.join(' ')}: ${stderr}`);
}

const endpoint = await startEndpoint(2);
const { port } = new URL(endpoint.url);
const exporter = await startExporterProcess('run', [
  '--metadata-url',
  endpoint.url,
  '--interval',
  `${INTERVAL_SECONDS}`,
]);

async function status(value: number): Promise<void> {
  await until(`status ${value}`, async () =>
    (await exporter.metrics()).value('ecs_task_exporter_status') === value ? true : undefined,
  );
}

async function failures(): Promise<number> {
  const { series } = await exporter.metrics();
  const all = series.filter(({ name }) => name === 'ecs_task_exporter_poll_failures_total');
  return all.reduce((sum, { value }) => sum + value, 0);
}

await until('three polls', () => (endpoint.samples() >= 3 ? true : undefined));
await status(1);
async function polls(): Promise<number> {
  return (await exporter.metrics()).value('ecs_task_exporter_polls_total') ?? 0;
}

const pollsBefore = await polls();
const drop = ['INPUT', '-p', 'tcp', '--dport', port, '-j', 'DROP'];
iptables('-A', ...drop);
const droppedMs = performance.now();
await status(0);
const detectedMs = performance.now() - droppedMs;
const pollsMeanwhile = (await polls()) - pollsBefore;
iptables('-D', ...drop);
// Includes a poll that had begun earlier.
const before = await failures();
await status(1);
const times: HalfOpenTimes = { detectedMs, polls: pollsMeanwhile, failuresAfterwards: (await failures()) - before };
process.stdout.write(JSON.stringify(times));
await exporter.stop();
await endpoint.stop();
