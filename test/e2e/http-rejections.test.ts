import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRunningExporter } from '../helpers/running.ts';
import { until } from '../real/wait.ts';
import { exchange } from '../unit/instrumentation/http/raw-client.ts';

test('rejected clients are counted by reason, and each outbreak is logged once', async (t) => {
  const { exporter, metrics, poll, lines } = await startRunningExporter(t);
  const rejected = async (reason: string) =>
    (await metrics()).value('ecs_task_exporter_http_rejected_total', { reason });
  const events = () => lines().flatMap(({ event }) => (event.startsWith('http_clients') ? [event] : []));
  for (const reason of ['connections', 'pipelined', 'slow_reader']) assert.equal(await rejected(reason), 0);

  const request = 'GET /-/healthy HTTP/1.1\r\nHost: a\r\n\r\n';
  for (let client = 0; client < 2; client += 1) await exchange(exporter.address?.port ?? 0, request.repeat(2_000));
  await until('the log', () => (events().length > 0 ? true : undefined));
  await poll();
  assert.equal(await rejected('pipelined'), 2);
  assert.equal(await rejected('connections'), 0);
  assert.deepEqual(events(), ['http_clients_failing']);
  await poll();
  assert.deepEqual(events(), ['http_clients_failing', 'http_clients_recovered']);
});
