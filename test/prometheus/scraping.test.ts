/** A real Prometheus scrapes the real program every second. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ExporterProcess, startExporterProcess } from '../real/exporter-process.ts';
import { at, listAt, textAt } from '../real/json.ts';
import { type PrometheusServer, type Sampled, startPrometheus } from '../real/prometheus-server.ts';
import { until } from '../real/wait.ts';
import { type FakeTask, serveFakeTask } from './fake-task.ts';

const MINUTE_MS = 60_000;

/** Unusual container names. */
const HOSTILE = [
  'quote " and backslash \\',
  'ends in a backslash\\',
  'line\nbreak',
  'not a break: \\n',
  'label="injected",x{y} 1',
  'Überwachung 監視 👩‍🚀',
  'مراقبة',
  '__proto__',
  ' spaces\taround ',
  '{{ $labels.job }}',
];
const HOSTILE_INTERFACE = 'eth"0\\\n';

const TYPES: Readonly<Record<string, string>> = {
  ecs_task_cpu_usage_seconds_total: 'counter',
  ecs_task_cpu_usage_ratio: 'gauge',
  ecs_task_cpu_cores: 'gauge',
  ecs_task_mem_usage: 'gauge',
  ecs_task_mem_working_set_bytes: 'gauge',
  ecs_task_disk_written_bytes_total: 'counter',
  ecs_task_network_rx_bytes_total: 'counter',
  ecs_task_exporter_status: 'gauge',
  ecs_task_exporter_polls_total: 'counter',
  container_cpu_time_seconds_total: 'counter',
  container_memory_usage_bytes: 'gauge',
  container_disk_io_bytes_total: 'counter',
  // The demo's task has one network namespace for all of its containers.
  aws_ecs_task_network_io_bytes_total: 'counter',
};

let hostileTask: FakeTask;
let leavingTask: FakeTask;
const exporters = new Map<string, ExporterProcess>();
let prometheus: PrometheusServer;
let startedAt: number;

before(async () => {
  hostileTask = await serveFakeTask(HOSTILE, HOSTILE_INTERFACE);
  leavingTask = await serveFakeTask(['stays', 'leaves']);
  const everySecond = ['--interval', '1', '--metadata-url'];
  exporters.set('demo', await startExporterProcess('demo', ['--metric-names', 'ecs,semconv']));
  exporters.set('hostile', await startExporterProcess('run', [...everySecond, hostileTask.url]));
  exporters.set('leaving', await startExporterProcess('run', [...everySecond, leavingTask.url]));
  prometheus = await startPrometheus(new Map([...exporters].map(([job, { port }]) => [job, port])));
  // Prometheus first reads its list of targets after five seconds.
  await until('the first scrapes', async () => ((await prometheus.query('up == 1')).length === 3 ? 'up' : undefined), {
    timeoutMs: 30_000,
  });
  startedAt = performance.now();
});

after(async () => {
  await prometheus?.stop();
  await Promise.all([...exporters.values()].map((exporter) => exporter.stop()));
  await Promise.all([hostileTask?.close(), leavingTask?.close()]);
});

test('unusual names are scraped unchanged', async () => {
  const series = await prometheus.query('ecs_task_mem_usage{job="hostile",container_name!="_task_"}');
  assert.deepEqual(series.map(({ labels }) => labels.get('container_name')).sort(), [...HOSTILE].sort());
  const interfaces = await prometheus.query('ecs_task_network_rx_bytes_total{job="hostile",container_name!="_task_"}');
  assert.equal(interfaces.length, HOSTILE.length);
  for (const { labels } of interfaces) assert.equal(labels.get('iface'), HOSTILE_INTERFACE);
});

test('the series of a stopped container are stale within one scrape', async () => {
  // Limits come from the metadata, which also lists stopped containers.
  const names = '__name__=~"ecs_task_(cpu|mem|network)_.*",__name__!~".*_limit(_.*)?"';
  const measuredOf = (container: string) => prometheus.query(`{job="leaving",container_name="${container}",${names}}`);
  const [stays, leaves] = await until('values that need two samples', async () => {
    const both = await Promise.all([measuredOf('stays'), measuredOf('leaves')]);
    return both.every((series) => series.some(hasName('ecs_task_cpu_usage_ratio'))) ? both : undefined;
  });
  assert.equal(leaves.length, stays.length);

  leavingTask.end('leaves');
  await until('the page without the container', async () => {
    const page = await exporters.get('leaving')?.metrics();
    return page?.value('ecs_task_mem_usage', { container_name: 'leaves' }) === undefined ? 'gone' : undefined;
  });
  const goneAt = Date.now();
  await until('the next scrape', async () => {
    const targets = listAt(await prometheus.api('targets'), 'activeTargets');
    const target = targets.find((one) => at(one, 'labels', 'job') === 'leaving');
    // The time of the start of the scrape.
    return Date.parse(textAt(target, 'lastScrape')) > goneAt ? 'scraped' : undefined;
  });
  assert.deepEqual(await measuredOf('leaves'), []);
  assert.equal((await measuredOf('stays')).length, stays.length);
});

test('a minute of scrapes: always up, every family has its type, and no sample is rejected', async (t) => {
  await sleep(Math.max(0, startedAt + MINUTE_MS - performance.now()));

  for (const job of exporters.keys()) {
    const [least] = await prometheus.query(`min_over_time(up{job="${job}"}[1m])`);
    const [count] = await prometheus.query(`count_over_time(up{job="${job}"}[1m])`);
    assert.equal(least?.value, 1, `${job} was down`);
    assert.ok((count?.value ?? 0) >= 55, `${job} was scraped ${count?.value} times`);
  }
  const [slowest] = await prometheus.query('max(max_over_time(scrape_duration_seconds[1m]))');
  const [samples] = await prometheus.query('scrape_samples_scraped{job="demo"}');
  t.diagnostic(`Prometheus ${prometheus.version}; slowest scrape ${slowest?.value} s; demo: ${samples?.value} samples`);

  const metadata = await prometheus.api('metadata');
  const types = Object.keys(TYPES).map((metric) => [metric, at(metadata, metric, 0, 'type')]);
  assert.deepEqual(Object.fromEntries(types), TYPES);
  for (const metric of Object.keys(TYPES)) {
    assert.ok((await prometheus.query(`${metric}{job="demo"}`)).length > 0, `the demo has no ${metric}`);
  }
  assert.deepEqual(await conflictingFamilies(metadata), []);

  // Prometheus logs a summary whenever it drops samples of a scrape.
  assert.doesNotMatch(prometheus.log(), /duplicate|out.of.order|out.of.bounds|level=(warn|error)/i);
  assert.deepEqual(await refusals(), { duplicate_timestamp: 0, out_of_order: 0, out_of_bounds: 0 });
});

const hasName = (name: string) => (series: Sampled) => series.labels.get('__name__') === name;

/** Families that were announced with more than one type, unit or help. */
async function conflictingFamilies(metadata: unknown): Promise<readonly string[]> {
  const families = Object.keys(Object(metadata)).filter((family) => /^(ecs_task|container|aws_ecs)_/.test(family));
  assert.ok(families.length >= Object.keys(TYPES).length);
  return families.filter((family) => listAt(metadata, family).length !== 1);
}

/** Prometheus' counters of rejected samples. */
async function refusals(): Promise<Readonly<Record<string, number | undefined>>> {
  const page = await prometheus.ownMetrics();
  const value = (reason: string) => page.value(`prometheus_target_scrapes_sample_${reason}_total`);
  const reasons = ['duplicate_timestamp', 'out_of_order', 'out_of_bounds'];
  return Object.fromEntries(reasons.map((reason) => [reason, value(reason)]));
}
