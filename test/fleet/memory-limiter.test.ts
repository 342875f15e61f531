/** A gateway with too little memory rejects exports; they recover when it has more. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testConfig } from '../helpers/config.ts';
import { startFaultEndpoint } from '../helpers/fault-endpoint.ts';
import { startExporterOn } from '../helpers/running.ts';
import { scriptedTask, TASK_ID } from '../helpers/scripted-task.ts';
import { lastingPort } from '../real/lasting-port.ts';
import { until } from '../real/wait.ts';
import { startBackend } from './backend.ts';
import { totalPoints } from './compare-points.ts';
import { gatewayCounts, startGateway } from './gateway.ts';
import { assertSameTotals } from './totals.ts';

/** Long enough for one retry within each export. */
const INTERVAL_MS = 2000;
const WAIT = { timeoutMs: 20_000 };

test('memory_limiter rejects with 503 without Retry-After; the first accepted export contains the missing growth', async (t) => {
  const backend = await startBackend();
  t.after(() => backend.close());
  const port = await lastingPort();
  const small = await startGateway(backend.url, { port, limitMib: 2, spikeMib: 1 });
  t.after(() => small.stop());
  const url = `http://127.0.0.1:${port}/v1/metrics`;
  await until('the first look at the memory', () => (/Refusing data/.test(small.log()) ? 'looked' : undefined));

  const endpoint = await startFaultEndpoint();
  t.after(() => endpoint.close());
  const task = scriptedTask('web', 'worker');
  task.publish(endpoint);
  const running = await startExporterOn(t, endpoint, task, {
    exporters: ['prometheus', 'otlp'],
    vocabularies: { prometheus: ['semconv'], otlp: ['semconv'], console: [], statsd: [] },
    exportIntervalMs: INTERVAL_MS,
    exportTimeoutMs: INTERVAL_MS,
    otlp: { ...testConfig(endpoint.url).otlp, url: new URL(url), timeoutMs: INTERVAL_MS, compression: 'gzip' },
  });
  const logged = (event: string) => running.lines().find((line) => line.event === event);
  const failing = await until('the failing export', () => logged('otlp_export_failing'), WAIT);
  assert.equal(failing.fields['reason'], 'server_error');
  assert.match(failing.message, /^otlp export failed: HTTP 503 Service Unavailable: .*check its log/);
  const headers = { 'content-type': 'application/json' };
  const refusal = await fetch(url, { method: 'POST', headers, body: GAUGE });
  assert.equal(refusal.status, 503);
  assert.equal(refusal.headers.get('retry-after'), null);
  assert.match(await refusal.text(), /data refused due to high memory usage/);

  await running.poll();
  const metrics = await running.metrics();
  const failures = (reason: string) =>
    metrics.value('aws_ecs_exporter_export_failures_total', { otel_component_name: 'otlp', error_type: reason });
  assert.ok(Number(failures('server_error')) >= 1);
  assert.equal(failures('throttled'), 0);
  const refused = await gatewayCounts(small);
  assert.equal(refused.accepted, 0);
  // Counts each attempt, so this is more than the number of lost points.
  assert.ok(refused.refused > 100, `${refused.refused}`);
  assert.equal(backend.requests, 0);
  await small.stop();

  const large = await startGateway(backend.url, { port });
  t.after(() => large.stop());
  task.advance(10);
  await running.poll();
  const page = await running.page();
  await until('the export that works again', () => logged('otlp_export_recovered'), WAIT);
  await running.exporter.shutdown();
  await until('its points at the backend', async () => {
    const { accepted } = await gatewayCounts(large);
    return accepted > 0 && totalPoints(backend.points()) === accepted ? 'there' : undefined;
  });
  assertSameTotals(backend.exportsOf(TASK_ID).at(-1), page);
  const { accepted, ...rest } = await gatewayCounts(large);
  assert.deepEqual(rest, { refused: 0, failed: 0, sent: accepted, notSent: 0 });
});

const GAUGE = JSON.stringify({
  resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'a', gauge: { dataPoints: [{ asInt: '1' }] } }] }] }],
});
