/** The exporter is killed and restarted while a real Prometheus scrapes it: rates show neither a spike nor a negative value. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { BIN, watchProgram } from '../helpers/program.ts';
import { lastingPort } from '../real/lasting-port.ts';
import { startPrometheus } from '../real/prometheus-server.ts';
import { until } from '../real/wait.ts';
import { serveFakeTask } from './fake-task.ts';

test('SIGKILL and a restart: rate() across the restart is the constant load', async (t) => {
  const task = await serveFakeTask(['web']);
  t.after(() => task.close());
  const port = await lastingPort();
  const start = () => {
    const argv = [BIN, 'run', '--metadata-url', task.url, '--exporter-port', `${port}`, '--interval', '1'];
    const metrics = ['--metric-names', 'ecs,semconv'];
    const child = spawn(process.execPath, [...argv, ...metrics], { env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
    return watchProgram(t, child);
  };
  const first = start();
  await first.origin();
  const prometheus = await startPrometheus(new Map([['exporter', port]]));
  t.after(() => prometheus.stop());
  const scrapes = async (): Promise<number> => (await prometheus.query('sum_over_time(up[2m])'))[0]?.value ?? 0;
  await until('five scrapes', async () => ((await scrapes()) >= 5 ? true : undefined));

  assert.deepEqual(await first.stop('SIGKILL'), { code: null, signal: 'SIGKILL' });
  const second = start();
  await second.origin();
  const before = await scrapes();
  await until('five more scrapes', async () => ((await scrapes()) >= before + 5 ? true : undefined));

  // A tenth of a CPU, and 1,000 bytes a second, in every window that includes the restart.
  for (const [metric, expected] of [
    ['ecs_task_cpu_usage_seconds_total{container_name="web"}', 0.1],
    ['ecs_task_cpu_usage_seconds_total{container_name="_task_"}', 0.1],
    ['ecs_task_network_rx_bytes_total{container_name="web"}', 1000],
    ['container_cpu_time_seconds_total', 0.1],
  ] as const) {
    const windows = `rate(${metric}[10s])[30s:1s]`;
    const [most] = await prometheus.query(`max(max_over_time(${windows}))`);
    const [least] = await prometheus.query(`min(min_over_time(${windows}))`);
    t.diagnostic(`${metric}: rates from ${least?.value} to ${most?.value}`);
    assert.ok(least !== undefined && least.value >= 0, `${metric}: ${least?.value}`);
    assert.ok(most !== undefined && most.value < 2 * expected, `${metric}: ${most?.value}`);
  }
  // The exporter's own counters restart at zero: a reset, which rate() does not count as growth.
  const [resets] = await prometheus.query('resets(ecs_task_exporter_polls_total[1m])');
  assert.equal(resets?.value, 1);
  assert.equal((await second.stop('SIGTERM')).code, 0);
});
