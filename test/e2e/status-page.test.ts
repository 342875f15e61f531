import assert from 'node:assert/strict';
import { request } from 'node:http';
import { networkInterfaces } from 'node:os';
import { type TestContext, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { Config } from '../../src/config/config.ts';
import { startExporter } from '../../src/exporter.ts';
import { globsOf, testConfig } from '../helpers/config.ts';
import { startFaultEndpoint } from '../helpers/fault-endpoint.ts';
import { startPushingExporter } from '../helpers/pushing-exporter.ts';
import { recordingLogger } from '../helpers/recording-logger.ts';
import { type Running, startRunningExporter } from '../helpers/running.ts';
import { originOf } from '../helpers/scrape.ts';
import { scriptedTask, TASK_ARN } from '../helpers/scripted-task.ts';
import { stopClock } from '../helpers/test-clock.ts';
import { at, listAt } from '../real/json.ts';
import { until } from '../real/wait.ts';

interface Reply {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: Buffer;
}

function get(
  origin: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    request(`${origin}${path}`, { agent: false, headers, method }, async (response) => {
      const chunks: Buffer[] = await response.toArray();
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
    })
      .on('error', reject)
      .end();
  });
}

async function statusOf(
  running: Pick<Running, 'origin'>,
  headers: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const { body } = await get(running.origin, '/api/status', headers);
  return JSON.parse(body.toString());
}

async function htmlOf(running: Pick<Running, 'origin'>): Promise<string> {
  return (await get(running.origin, '/')).body.toString();
}

/** Values of the document, and the series that must have the same. */
const SAME_VALUES: readonly (readonly [path: readonly string[], metric: string])[] = [
  [['cpu', 'cores'], 'cpu_cores'],
  [['cpu', 'limitCores'], 'cpu_limit_cores'],
  [['cpu', 'utilization'], 'cpu_usage_ratio'],
  [['memory', 'workingSetBytes'], 'mem_working_set_bytes'],
  [['memory', 'limitBytes'], 'mem_effective_limit_bytes'],
  [['memory', 'utilization'], 'mem_usage_ratio'],
  [['network', 'receivedBytes'], 'network_rx_bytes_total'],
  [['network', 'transmittedBytes'], 'network_tx_bytes_total'],
  [['disk', 'readBytes'], 'disk_read_bytes_total'],
  [['disk', 'writtenBytes'], 'disk_written_bytes_total'],
];

async function assertSameValues(running: Running): Promise<number> {
  const status = await statusOf(running);
  const metrics = await running.metrics();
  const subjects = [
    ['_task_', ['tasks', 0]],
    ['web', ['tasks', 0, 'containers', 0]],
    ['worker', ['tasks', 0, 'containers', 1]],
  ] as const;
  let compared = 0;
  for (const [name, subject] of subjects) {
    for (const [path, metric] of SAME_VALUES) {
      const value = metrics.value(`ecs_task_${metric}`, { container_name: name });
      assert.equal(at(status, ...subject, ...path), value, `${name} ${metric}`);
      if (value !== undefined) compared += 1;
    }
  }
  return compared;
}

test('the values are those of /metrics, at each sample', async (t) => {
  const running = await startRunningExporter(t);
  assert.ok((await assertSameValues(running)) >= 12, 'before the second sample, CPU usage is missing');
  for (let sample = 0; sample < 3; sample += 1) {
    running.task.advance(15);
    stopClock(t).block(15_000);
    await running.poll();
    assert.ok((await assertSameValues(running)) >= 20);
  }
});

test('rates are those of the counters', async (t) => {
  const running = await startRunningExporter(t);
  assert.equal(
    at(await statusOf(running), 'tasks', 0, 'containers', 0, 'network', 'receivedBytesPerSecond'),
    undefined,
  );
  running.task.advance(15);
  stopClock(t).block(15_000);
  await running.poll();
  const status = await statusOf(running);
  assert.equal(at(status, 'tasks', 0, 'containers', 0, 'network', 'receivedBytesPerSecond'), 1000);
  assert.equal(at(status, 'tasks', 0, 'network', 'receivedBytesPerSecond'), 2000);
  assert.equal(at(status, 'tasks', 0, 'containers', 1, 'disk', 'writtenBytesPerSecond'), 4096);
});

test('the values do not depend on the exported metrics', async (t) => {
  const running = await startRunningExporter(t, { exporters: ['console'] });
  assert.equal(at(await statusOf(running), 'tasks', 0, 'containers', 0, 'memory', 'workingSetBytes'), 64 * 1024 ** 2);
});

test('only selected containers and exported resource attributes are shown', async (t) => {
  const changes = { include: globsOf('web'), resourceAttributesInclude: globsOf('aws.ecs.task.family') };
  const running = await startRunningExporter(t, changes);
  const status = await statusOf(running);
  assert.equal(at(status, 'tasks', 0, 'containers', 0, 'name'), 'web');
  assert.equal(at(status, 'tasks', 0, 'containers', 1), undefined);
  assert.deepEqual(at(status, 'tasks', 0, 'resource'), { 'aws.ecs.task.family': 'shop' });
  assert.ok(!(await htmlOf(running)).includes(TASK_ARN));
});

test('values expire like those of /metrics while the endpoint fails', async (t) => {
  const running = await startRunningExporter(t, { intervalMs: 15_000 });
  running.endpoint.fault = { status: 500 };
  stopClock(t).block(15_000);
  await running.exporter.poll();
  assert.equal(at(await statusOf(running), 'tasks', 0, 'containers', 0, 'name'), 'web');
  assert.equal(at(await statusOf(running), 'polls', 'isLastSuccessful'), false);
  stopClock(t).block(60_000);
  const status = await statusOf(running);
  assert.deepEqual(at(status, 'tasks', 0, 'containers'), []);
  assert.ok((at(status, 'polls', 'failures', 'server_error') ?? 0) !== 0);
  assert.equal(running.endpoint.fault !== undefined && (await running.status('/')), 200);
});

test('before the first sample there is a page', async (t) => {
  const endpoint = await startFaultEndpoint();
  t.after(() => endpoint.close());
  endpoint.fault = { status: 404 };
  const exporter = await startExporter(testConfig(endpoint.url), recordingLogger());
  t.after(() => exporter.shutdown());
  const html = await htmlOf({ origin: originOf(exporter) });
  assert.match(html, /ECS task/);
  assert.doesNotMatch(html, /NaN|undefined|Infinity/);
});

test('the history has the values of the last samples', async (t) => {
  const running = await startRunningExporter(t, { intervalMs: 15_000 });
  for (let sample = 0; sample < 2; sample += 1) {
    running.task.advance(15);
    stopClock(t).block(15_000);
    await running.poll();
  }
  const status = await statusOf(running);
  assert.deepEqual(at(status, 'historySecondsAgo'), [30, 15, 0]);
  assert.deepEqual(at(status, 'tasks', 0, 'containers', 0, 'history', 'cpuCores'), [null, 0.25, 0.25]);
  assert.deepEqual(at(status, 'tasks', 0, 'history', 'networkBytesPerSecond'), [null, 3000, 3000]);
  assert.match(await htmlOf(running), /<svg class="line"/);
});

test('without a history there are no lines', async (t) => {
  const running = await startRunningExporter(t, { statusPage: { isServed: true, hasHistory: false } });
  const status = await statusOf(running);
  assert.equal(at(status, 'historySecondsAgo'), undefined);
  assert.equal(at(status, 'tasks', 0, 'history'), undefined);
  assert.doesNotMatch(await htmlOf(running), /class="line"/);
});

test('above 100 containers there is no history, and rates begin with the requests', async (t) => {
  const names = Array.from({ length: 101 }, (_, place) => `c${place}`);
  const running = await startRunningExporter(t, {}, scriptedTask(...names));
  const status = await statusOf(running);
  assert.equal(at(status, 'tasks', 0, 'history'), undefined);
  assert.equal(at(status, 'tasks', 0, 'containers', 0, 'history'), undefined);
  assert.equal((await htmlOf(running)).match(/<tr><th scope="row">/g)?.length, 102);
  running.task.advance(15);
  const clock = stopClock(t);
  clock.block(15_000);
  await running.poll();
  const next = await statusOf(running);
  assert.equal(at(next, 'tasks', 0, 'containers', 100, 'network', 'receivedBytesPerSecond'), 1000);
  assert.equal(at(next, 'tasks', 0, 'containers', 0, 'cpu', 'cores'), 0.25);

  for (let hours = 0; hours < 4; hours += 1) {
    running.task.advance(3_600);
    clock.block(3_600_000);
    await running.poll();
  }
  const later = await statusOf(running);
  assert.equal(at(later, 'tasks', 0, 'containers', 100, 'network', 'receivedBytesPerSecond'), undefined);
});

test('without the page, / is a 404 that lists the other paths', async (t) => {
  const running = await startRunningExporter(t, { statusPage: { isServed: false, hasHistory: true } });
  for (const path of ['/', '/api/status', '/status.css', '/status.js']) {
    const { status, body } = await get(running.origin, path);
    assert.equal(status, 404);
    assert.equal(body.toString(), 'not found; available paths: /metrics, /-/healthy, /-/ready\n');
  }
  assert.equal(await running.status('/metrics'), 200);
});

for (const path of ['/', '/api/status', '/status.css', '/status.js']) {
  test(`${path} is for this origin only`, async (t) => {
    const running = await startRunningExporter(t);
    const { status, headers, body } = await get(running.origin, path, { origin: 'http://evil.example' });
    assert.equal(status, 200);
    assert.equal(
      headers['content-security-policy'],
      "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['access-control-allow-origin'], undefined);
    assert.equal((await get(running.origin, path, {}, 'POST')).status, 405);
    const head = await get(running.origin, path, {}, 'HEAD');
    assert.equal(head.headers['content-length'], String(body.length));
    const unzipped = await get(running.origin, path, { 'accept-encoding': 'gzip' });
    const isZipped = unzipped.headers['content-encoding'] === 'gzip';
    assert.equal(isZipped, !path.includes('.'));
    assert.deepEqual(isZipped ? gunzipSync(unzipped.body) : unzipped.body, body);
  });
}

/** An exporter on all addresses with one log event. */
async function startOnAllAddresses(t: TestContext, changes: Partial<Config> = {}): Promise<{ readonly port: number }> {
  const endpoint = await startFaultEndpoint();
  t.after(() => endpoint.close());
  scriptedTask('web').publish(endpoint);
  const config = testConfig(endpoint.url, { http: { host: '0.0.0.0', port: 0 }, ...changes });
  const events = [{ level: 'warn', event: 'remote_endpoint', message: 'an <event>' }];
  const exporter = await startExporter(config, recordingLogger(), { recentEvents: { list: () => events } });
  t.after(() => exporter.shutdown());
  await exporter.poll();
  return { port: exporter.address?.port ?? 0 };
}

test('local clients also get the log and the configuration', async (t) => {
  const { port } = await startOnAllAddresses(t);
  const local = { origin: `http://127.0.0.1:${port}` };
  const status = await statusOf(local);
  assert.deepEqual(at(status, 'log', 0, 'event'), 'remote_endpoint');
  assert.equal(at(status, 'config', 'http', 'host'), '0.0.0.0');
  const html = await htmlOf(local);
  assert.match(html, /an &lt;event&gt;/);
  assert.match(html, /Effective configuration/);
});

const UNTRUSTED = {
  'by another name': { host: 'evil.example' },
  'through a proxy': { 'x-forwarded-for': '203.0.113.7' },
};

for (const [name, headers] of Object.entries(UNTRUSTED)) {
  test(`a local client ${name} gets neither log nor configuration`, async (t) => {
    const { port } = await startOnAllAddresses(t);
    const origin = `http://127.0.0.1:${port}`;
    // Both kinds of client in turn, since responses are kept.
    await assertDetails(origin, {}, true);
    await assertDetails(origin, headers, false);
    await assertDetails(origin, {}, true);
  });
}

test('other clients get neither log nor configuration', async (t) => {
  const address = Object.values(networkInterfaces())
    .flat()
    .find((one) => one?.family === 'IPv4' && !one.internal)?.address;
  assert.ok(address !== undefined, 'this test needs a network interface besides loopback');
  const { port } = await startOnAllAddresses(t);
  await assertDetails(`http://${address}:${port}`, {}, false);
});

async function assertDetails(
  origin: string,
  headers: Readonly<Record<string, string>>,
  areShown: boolean,
): Promise<void> {
  const status = await statusOf({ origin }, headers);
  assert.equal(at(status, 'log') !== undefined, areShown);
  assert.equal(at(status, 'config') !== undefined, areShown);
  const html = (await get(origin, '/', headers)).body.toString();
  for (const detail of ['id="log"', 'remote_endpoint', 'id="configuration"', 'metadataUrl']) {
    assert.equal(html.includes(detail), areShown, detail);
  }
}

test('the exporters are shown with their last success and bytes', async (t) => {
  const pushing = await startPushingExporter(t, {});
  const { headers } = await pushing.receiver.received(0);
  // The export is counted after the response.
  const status = await until('the count of the export', async () => {
    await pushing.poll();
    const latest = await statusOf(pushing);
    return exporterOf(latest, 'otlp', 'exports') === 1 ? latest : undefined;
  });
  assert.equal(exporterOf(status, 'otlp', 'bytes'), Number(headers['content-length']));
  assert.equal(typeof exporterOf(status, 'otlp', 'lastSuccess'), 'string');
  assert.deepEqual(exporterOf(status, 'otlp', 'failures'), {});
  assert.match(await htmlOf(pushing), /<th scope="row">otlp<\/th>/);
});

test('scrapes are shown as exports of prometheus', async (t) => {
  const running = await startRunningExporter(t);
  await running.metrics();
  await running.poll();
  const status = await statusOf(running);
  assert.equal(exporterOf(status, 'prometheus', 'exports'), 1);
  assert.equal(typeof exporterOf(status, 'prometheus', 'lastSuccess'), 'string');
});

function exporterOf(status: unknown, name: string, member: string): unknown {
  const found = listAt(status, 'exporters').find((exporter) => at(exporter, 'name') === name);
  return at(found, member);
}

test('hostile names, images and labels are text', async (t) => {
  const evil = `"'><script>globalThis.hacked = 1</script><img src=x onerror=hacked>`;
  const task = scriptedTask(evil, '\u202egnp.exe', '&lt;b&gt;');
  const running = await startRunningExporter(t, {}, task);
  const html = await htmlOf(running);
  assert.doesNotMatch(html.replace(/<script src="status\.js\?[^"]*" defer><\/script>/, ''), /<script|<img/);
  assert.ok(html.includes('\\u{202e}gnp.exe'));
  assert.ok(html.includes('&amp;lt;b&amp;gt;'));
});
