/** The status page in Chromium. */
import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import type { Browser, ContextOptions } from 'playwright-core';
import { startDemoEndpoint } from '../../src/demo/demo-endpoint.ts';
import { bytesText, coresText, percentText } from '../../src/status/format.ts';
import { startSimulator } from '../bench/simulator/server.ts';
import { scrape } from '../helpers/scrape.ts';
import { hashOf, webConfigOf } from '../helpers/web-config-file.ts';
import { type Exposition, parseExposition } from '../real/exposition.ts';
import { listAt } from '../real/json.ts';
import { until } from '../real/wait.ts';
import { accessibilityViolations, type Figure, type OpenPage, openPage, startChromium } from './browser.ts';
import { HOSTILE_NAMES, type Shown, showHostileTask, showTask } from './exporters.ts';

let browser: Browser;
before(async () => {
  browser = await startChromium();
});
after(() => browser.close());

async function open(t: TestContext, origin: string, options: ContextOptions = {}): Promise<OpenPage> {
  const page = await openPage(browser, origin, options);
  t.after(() => page.close());
  return page;
}

async function showDemo(t: TestContext): Promise<Shown> {
  const endpoint = await startDemoEndpoint(0);
  t.after(() => endpoint.close());
  return showTask(t, endpoint.url);
}

type Metric = readonly [position: number, name: string, format: (value: number | undefined) => string];

/** The numbers of each column that are also metrics; the others are rates. */
const METRICS: Readonly<Record<string, readonly Metric[]>> = {
  CPU: [
    [0, 'cpu_cores', coresText],
    [1, 'cpu_usage_ratio', percentText],
    [2, 'cpu_limit_cores', coresText],
  ],
  Memory: [
    [0, 'mem_working_set_bytes', bytesText],
    [1, 'mem_usage_ratio', percentText],
    [2, 'mem_effective_limit_bytes', bytesText],
  ],
  Network: [
    [1, 'network_rx_bytes_total', bytesText],
    [3, 'network_tx_bytes_total', bytesText],
  ],
  Disk: [
    [1, 'disk_read_bytes_total', bytesText],
    [3, 'disk_written_bytes_total', bytesText],
  ],
};

const NAMES = ['ecs-container-exporter', 'flaky', 'web', 'worker', '_task_'];

/** A container has a series for each interface. */
function sumOf(metrics: Exposition, name: string, container: string): number | undefined {
  const series = metrics.having({ container_name: container }).filter((one) => one.name === `ecs_task_${name}`);
  return series.length === 0 ? undefined : series.reduce((sum, { value }) => sum + value, 0);
}

/** Returns the number of compared values. */
function compareFigures(figures: ReadonlyMap<string, readonly Figure[]>, metrics: Exposition): number {
  let compared = 0;
  for (const container of NAMES) {
    for (const [column, expected] of Object.entries(METRICS)) {
      const shown = figures.get(`${container} ${column}`) ?? [];
      for (const [position, name, format] of expected) {
        const value = sumOf(metrics, name, container);
        if (value === undefined) continue;
        assert.deepEqual(shown[position], { value, text: format(value) }, `${container} ${name}`);
        compared += 1;
      }
    }
  }
  return compared;
}

test('the numbers of the demo are those of /metrics, at three samples', { timeout: 240_000 }, async (t) => {
  const { exporter, origin } = await showDemo(t);
  // The first rates need a second sample.
  const nextSample = async (previous: string): Promise<string> =>
    until('the next sample', async () => {
      await exporter.poll();
      const page = await scrape(exporter);
      const cpu = /^ecs_task_cpu_usage_seconds_total\{container_name="_task_"\} .*$/m.exec(page)?.[0];
      return cpu === undefined || previous.includes(cpu) ? undefined : page;
    });
  let metrics = await nextSample(await scrape(exporter));
  const opened = await open(t, origin);
  for (let sample = 0; sample < 3; sample += 1) {
    metrics = await nextSample(metrics);
    await opened.page.reload();
    assert.ok(compareFigures(await opened.figures(), parseExposition(metrics)) >= 45);
  }
  assert.deepEqual(opened.incidents, []);
});

const VIEWS: Readonly<Record<string, ContextOptions>> = {
  light: { viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
  dark: { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' },
  narrow: { viewport: { width: 360, height: 740 }, colorScheme: 'light' },
  'narrow-dark': { viewport: { width: 360, height: 740 }, colorScheme: 'dark' },
};

const TASKS = { demo: showDemo, hostile: showHostileTask };

for (const [task, show] of Object.entries(TASKS)) {
  describe(`the ${task} task`, () => {
    for (const [view, options] of Object.entries(VIEWS)) {
      test(`${view}: accessible, within the screen, and only requests to the exporter`, {
        timeout: 240_000,
      }, async (t) => {
        const { exporter, origin } = await show(t);
        await exporter.poll();
        const opened = await open(t, origin, options);
        await opened.page.click('#log summary');
        await opened.page.click('#configuration summary');
        await opened.screenshot(`${task}-${view}`);
        assert.deepEqual(await accessibilityViolations(opened), []);
        assert.equal(await opened.page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true);
        assert.deepEqual(opened.incidents, []);
        assert.deepEqual([...new Set(opened.requests.map((url) => new URL(url).origin))], [origin]);
      });
    }
  });
}

test('hostile names, images and labels run no script and are shown as text', async (t) => {
  const { origin } = await showHostileTask(t);
  const { page, incidents, requests } = await open(t, origin);
  assert.equal(await page.evaluate('globalThis.hacked'), undefined);
  assert.equal(await page.evaluate("document.querySelectorAll('.containers tbody tr').length"), HOSTILE_NAMES.length);
  const names = listAt(
    { names: await page.evaluate("[...document.querySelectorAll('.name')].map((name) => name.textContent)") },
    'names',
  );
  const shown = HOSTILE_NAMES.map((name) => name.replace('\u202e', '\\u{202e}'));
  assert.deepEqual(names.map(String).toSorted(), shown.toSorted());
  assert.equal(
    await page.evaluate("document.querySelectorAll('script, img, h1').length"),
    2,
    'the script and the title',
  );
  assert.deepEqual(incidents, []);
  assert.equal(requests.length, 3, 'the page, its style and its script');
});

test('without JavaScript the page is a table', async (t) => {
  const { origin } = await showDemo(t);
  const { page, requests } = await open(t, origin, { javaScriptEnabled: false });
  assert.equal(await page.evaluate("document.querySelectorAll('.containers tbody tr').length"), 5);
  assert.equal(await page.evaluate("getComputedStyle(document.querySelector('#pause')).display"), 'none');
  assert.deepEqual(
    requests.filter((url) => url.includes('.js')),
    [],
  );
});

test('the page updates itself, keeps what is open and reports an exporter that does not respond', {
  timeout: 240_000,
}, async (t) => {
  const endpoint = await startDemoEndpoint(0);
  t.after(() => endpoint.close());
  const { exporter, origin } = await showTask(t, endpoint.url, { intervalMs: 1000 });
  const { page } = await open(t, origin);
  await page.click('#log summary');
  await page.evaluate("document.querySelector('.containers').marked = true");
  const sample = () => page.evaluate("document.querySelector('.sample time').dateTime");
  const changed = (from: unknown) => until('an update', async () => ((await sample()) === from ? undefined : true));
  await changed(await sample());
  assert.equal(await page.evaluate("document.querySelector('#log').open"), true);
  assert.equal(await page.evaluate("document.querySelector('.containers').marked"), true, 'the same element');
  assert.equal(await page.evaluate('document.activeElement.parentElement.id'), 'log', 'the focus');

  await page.click('#pause');
  assert.equal(await page.evaluate("document.querySelector('#pause').getAttribute('aria-pressed')"), 'true');
  const paused = await sample();
  await page.click('#pause');
  await changed(paused);

  const notice = () => page.evaluate("document.querySelector('#connection').textContent");
  assert.equal(await notice(), '');
  await exporter.shutdown();
  await until('the notice', async () =>
    String(await notice()).startsWith('The exporter has not responded') ? true : undefined,
  );
});

test('a page whose address has the password updates itself', { timeout: 240_000 }, async (t) => {
  const endpoint = await startDemoEndpoint(0);
  t.after(() => endpoint.close());
  const webConfig = await webConfigOf(t, `basic_auth_users: {prometheus: ${hashOf('secret')}}\n`);
  const { origin } = await showTask(t, endpoint.url, { intervalMs: 1000 }, webConfig);
  const { page } = await open(t, origin.replace('http://', 'http://prometheus:secret@'));
  const sample = () => page.evaluate("document.querySelector('.sample time').dateTime");
  const first = await sample();
  await until('an update', async () => {
    assert.equal(await page.evaluate("document.querySelector('#connection').textContent"), '');
    return (await sample()) === first ? undefined : true;
  });
});

test('an update that the exporter rejects is shown with its status', { timeout: 240_000 }, async (t) => {
  const endpoint = await startDemoEndpoint(0);
  t.after(() => endpoint.close());
  const webConfig = await webConfigOf(t, 'rate_limit: {interval: 1h, burst: 3}\n');
  const { origin } = await showTask(t, endpoint.url, { intervalMs: 1000 }, webConfig);
  const { page } = await open(t, origin);
  const notice = async () => String(await page.evaluate("document.querySelector('#connection').textContent"));
  const text = await until('the notice', async () => (await notice()) || undefined);
  assert.match(text, /^The exporter has responded with status 429 since \d\d:\d\d:\d\d UTC\./);
});

test('1,000 containers', { timeout: 240_000 }, async (t) => {
  const endpoint = await startSimulator({ containers: 1000 });
  t.after(() => endpoint.close());
  const { exporter, origin } = await showTask(t, endpoint.url, { intervalMs: 2000 });
  const opened = await open(t, origin);
  const { page } = opened;
  assert.equal(await page.evaluate("document.querySelectorAll('.containers tbody tr').length"), 1000);
  const sample = await page.evaluate("document.querySelector('.sample time').dateTime");
  await until('an update', async () =>
    (await page.evaluate("document.querySelector('.sample time').dateTime")) === sample ? undefined : true,
  );
  assert.equal(await page.evaluate("document.querySelectorAll('.containers tbody tr').length"), 1000);
  assert.equal(
    await page.evaluate("document.querySelectorAll('.containers .line').length"),
    0,
    'no lines above 100 containers',
  );
  assert.deepEqual(opened.incidents, []);
  assert.ok(exporter.isReady());
});
