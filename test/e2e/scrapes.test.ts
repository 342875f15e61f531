/** Scrapes never wait for the metadata endpoint or send requests to it, and succeed from the start. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ResourceReadings } from '../../instrumentation/metric-definition.ts';
import { startTelemetry } from '../../instrumentation/telemetry.ts';
import { startExporter } from '../../src/exporter.ts';
import { startSimulator } from '../bench/simulator/server.ts';
import { testConfig } from '../helpers/config.ts';
import { recordingLogger } from '../helpers/recording-logger.ts';
import { startRunningExporter } from '../helpers/running.ts';
import { scrape } from '../helpers/scrape.ts';
import { stopClock } from '../helpers/test-clock.ts';
import { parseExposition } from '../real/exposition.ts';
import { until } from '../real/wait.ts';

describe('scrapes', () => {
  test('scrapes during a poll that hangs do not wait, and send no requests', async (t) => {
    const clock = stopClock(t);
    const running = await startRunningExporter(t);
    running.endpoint.fault = 'hang';
    const before = running.endpoint.requests.length;
    let hasEnded = false;
    const poll = running.exporter.poll().then(() => {
      hasEnded = true;
    });
    await until('the poll', () => (running.endpoint.requests.length > before ? true : undefined));
    for (let scrapes = 0; scrapes < 20; scrapes += 1) {
      assert.match(await running.page(), /^ecs_task_mem_usage\{container_name="web"\} \d+$/m);
    }
    assert.equal(hasEnded, false);
    assert.equal(running.endpoint.requests.length, before + 1);
    await clock.during(poll, () => true);
  });

  test('200 concurrent scrapes of one sample: one page, no requests', async (t) => {
    const running = await startRunningExporter(t);
    const before = running.endpoint.requests.length;
    const pages = new Set(await Promise.all(Array.from({ length: 200 }, () => running.page())));
    assert.equal(pages.size, 1);
    assert.match([...pages].join(), /^ecs_task_mem_usage\{/m);
    assert.equal(running.endpoint.requests.length, before);
  });
});

test('the first complete scrape is available at the start, not after an interval', async (t) => {
  const clock = stopClock(t);
  const endpoint = await startSimulator();
  t.after(() => endpoint.close());
  const exporter = await startExporter(testConfig(endpoint.url), recordingLogger());
  t.after(() => exporter.shutdown());
  // Rates need two readings; the first sample contains the earlier one.
  await until('a good scrape', async () =>
    parseExposition(await scrape(exporter)).value('ecs_task_cpu_usage_ratio', { container_name: 'web' }),
  );
  assert.equal(clock.elapsedMs, 0);
});

test('a sample is rendered once for all concurrent and later scrapes, and the next sample again', async () => {
  const metric = { name: 'level', kind: 'gauge', unit: '', description: 'A level.' } as const;
  const attributes = {};
  const sample = (value: number): readonly ResourceReadings[] => {
    const readings = { byScope: new Map([['test', [{ metric, attributes, value }]]]) };
    return [{ key: 'test', resource: attributes, readings }];
  };
  let current = sample(1);
  const telemetry = await startTelemetry({
    source: { current: () => current },
    service: { serviceName: 'test', isServiceNameGiven: true, serviceVersion: '1', resourceAttributes: {} },
    prometheus: { sets: [{ scope: 'test', version: '1', metrics: [metric] }] },
    exportIntervalMs: 60_000,
    exportTimeoutMs: 1000,
    userAgent: 'test/1',
    programStartNs: 0n,
    onOutcome: () => {},
  });
  const ask = () => telemetry.page?.() ?? assert.fail('there is no page');
  const pages = new Set(await Promise.all(Array.from({ length: 200 }, ask)));
  const [page] = pages.add(await ask());
  assert.equal(pages.size, 1);
  assert.equal(await page?.gzip(), await page?.gzip());
  current = sample(2);
  const next = await ask();
  assert.notEqual(next, page);
  assert.match(next.body.toString(), /^level 2$/m);
  await telemetry.shutdown(0);
});
