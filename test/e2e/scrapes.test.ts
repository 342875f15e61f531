/** Scrapes never wait for the metadata endpoint, ask it for nothing, and are good from the start. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startTelemetry } from '../../instrumentation/telemetry.ts';
import { startDemoEndpoint } from '../../src/demo/server.ts';
import { startExporter } from '../../src/exporter.ts';
import { testConfig } from '../helpers/config.ts';
import { recordingLogger } from '../helpers/recording-logger.ts';
import { runningExporter } from '../helpers/running.ts';
import { scrape } from '../helpers/scrape.ts';
import { parseExposition } from '../real/exposition.ts';
import { until } from '../real/wait.ts';

/** Longer than any scrape takes on a busy machine, and shorter than the 2 s for which a poll waits. */
const NOT_WAITING_MS = 1000;

async function timed<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly ms: number }> {
  const start = performance.now();
  const result = await work();
  return { result, ms: performance.now() - start };
}

describe('scrapes', { concurrency: 4 }, () => {
  test('scrapes during a poll that hangs do not wait, and ask the endpoint for nothing', async (t) => {
    const running = await runningExporter(t);
    running.endpoint.fault = 'hang';
    const before = running.endpoint.requests.length;
    const poll = running.exporter.poll();
    await until('the poll', () => (running.endpoint.requests.length > before ? true : undefined));
    const times: number[] = [];
    for (let scrapes = 0; scrapes < 20; scrapes += 1) {
      const { result, ms } = await timed(() => running.page());
      assert.match(result, /^ecs_task_mem_usage\{container_name="web"\} \d+$/m);
      times.push(ms);
    }
    await poll;
    assert.equal(running.endpoint.requests.length, before + 1);
    const [fastest, slowest] = [Math.min(...times), Math.max(...times)];
    t.diagnostic(`${times.length} scrapes in ${fastest.toFixed(1)} to ${slowest.toFixed(1)} ms`);
    // The slowest one tells about the machine as well.
    assert.ok(fastest < 100, `the fastest scrape took ${fastest} ms`);
    assert.ok(slowest < NOT_WAITING_MS, `a scrape took ${slowest} ms`);
  });

  test('200 scrapes at once of one sample: one page, no request', async (t) => {
    const running = await runningExporter(t);
    const before = running.endpoint.requests.length;
    const pages = new Set(await Promise.all(Array.from({ length: 200 }, () => running.page())));
    assert.equal(pages.size, 1);
    assert.match([...pages].join(), /^ecs_task_mem_usage\{/m);
    assert.equal(running.endpoint.requests.length, before);
  });
});

test('the first good scrape comes with the start, not after an interval', async (t) => {
  const endpoint = await startDemoEndpoint();
  t.after(() => endpoint.close());
  const start = performance.now();
  const exporter = await startExporter(testConfig(endpoint.url), recordingLogger());
  t.after(() => exporter.shutdown());
  // With a value that needs two readings: the first sample brings the earlier one with it.
  await until(
    'a good scrape',
    async () => parseExposition(await scrape(exporter)).value('ecs_task_cpu_usage_ratio', { container_name: 'web' }),
    { everyMs: 10 },
  );
  const ms = performance.now() - start;
  t.diagnostic(`first good scrape ${Math.round(ms)} ms after the start`);
  assert.ok(ms < 2000, `took ${ms} ms`);
});

test('a sample is rendered once, for all who ask at once and later, and the next sample anew', async () => {
  const metric = { name: 'level', kind: 'gauge', unit: '', description: 'A level.' } as const;
  const attributes = {};
  const sample = (value: number) => ({ byScope: new Map([['test', [{ metric, attributes, value }]]]) });
  let readings = sample(1);
  const telemetry = await startTelemetry({
    source: { current: () => readings, resource: () => attributes },
    service: { serviceName: 'test', isServiceNameGiven: true, serviceVersion: '1', resourceAttributes: {} },
    prometheus: { sets: [{ scope: 'test', version: '1', metrics: [metric] }] },
    exportIntervalMs: 60_000,
    exportTimeoutMs: 1000,
    userAgent: 'test/1',
    watchedFromNs: 0n,
    onExport: () => {},
    onAccepted: () => {},
  });
  const ask = () => telemetry.page?.() ?? assert.fail('there is no page');
  const pages = new Set(await Promise.all(Array.from({ length: 200 }, ask)));
  const [page] = pages.add(await ask());
  assert.equal(pages.size, 1);
  assert.equal(await page?.gzip(), await page?.gzip());
  readings = sample(2);
  const next = await ask();
  assert.notEqual(next, page);
  assert.match(next.body.toString(), /^level 2$/m);
  await telemetry.shutdown(0);
});
