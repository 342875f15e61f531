/** Points of one export differ in age. Tests Prometheus with and without the recommended out-of-order window. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import type { Running } from '../helpers/running.ts';
import { type Prometheus3, startPrometheus3 } from '../real/prometheus-3.ts';
import { until } from '../real/wait.ts';
import { startPushExporter } from './push-exporter.ts';

const ADVISED = readFileSync(new URL('../../examples/gateway/prometheus-otlp.yml', import.meta.url), 'utf8');

async function pushingTo(t: TestContext, configuration?: string): Promise<Running & { prometheus: Prometheus3 }> {
  const prometheus = await startPrometheus3(configuration);
  t.after(() => prometheus.stop());
  const running = await startPushExporter(t, prometheus.otlpUrl, ['semconv']);
  return { ...running, prometheus };
}

const polls = async (prometheus: Prometheus3): Promise<number | undefined> =>
  (await prometheus.query('aws_ecs_exporter_polls_total'))[0]?.value;

test('without the window: an export with an older point fails, and the message names the setting', async (t) => {
  const { prometheus, poll, lines } = await pushingTo(t);
  await until('the first export', async () => ((await polls(prometheus)) === 1 ? true : undefined));
  // The samples are not renewed, so their points are older than those with the time of the poll.
  await poll();
  const failing = await until('the failed export', () => lines().find(({ event }) => event === 'otlp_export_failing'));
  assert.match(failing.message, /HTTP 400 Bad Request: .*storage\.tsdb\.out_of_order_time_window/);
  assert.equal(await polls(prometheus), 1);
});

test('with the window: no export fails, and new points arrive', async (t) => {
  const { prometheus, poll, lines } = await pushingTo(t, ADVISED);
  for (const expected of [1, 2, 3]) {
    if (expected > 1) await poll();
    await until(`poll ${expected}`, async () => ((await polls(prometheus)) === expected ? true : undefined));
  }
  assert.deepEqual(
    lines().filter(({ event }) => event.startsWith('otlp')),
    [],
  );
});
