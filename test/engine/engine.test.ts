/**
 * The program as a process, compared with a real Docker engine and the kernel's files. The test takes the samples; the
 * exporter polls every second.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DockerEngine, startDockerEngine } from '../real/docker-engine.ts';
import { type EngineEndpoint, type Sample, serveEngine } from '../real/engine-endpoint.ts';
import { type ExporterProcess, startExporterProcess } from '../real/exporter-process.ts';
import type { Exposition } from '../real/exposition.ts';
import { numberAt, textAt } from '../real/json.ts';
import { attachLoopDevice, type LoopDevice } from '../real/loop-device.ts';
import { until } from '../real/wait.ts';
import { ROUNDING } from './compared-values.ts';
import { assertTrue, compare, table } from './comparison.ts';
import { QUOTA_CORES, startContainers } from './containers.ts';
import { type KernelTrack, trackCpu } from './kernel-track.ts';
import { engineCpuSeconds, pageOfSample } from './page-of-sample.ts';

const TASK_CORES = 1;
/** Time between two samples: many throttling periods of 100 ms, so that a difference of one period is small. */
const PAUSE_MS = 3000;

/** Values that need two samples of the same run of a container. */
const DIFFS = ['ecs_task_cpu_cores', 'ecs_task_cpu_usage_ratio', 'ecs_task_cpu_kernelmode', 'ecs_task_cpu_usermode'];
const RESETS = 'ecs_task_exporter_container_restarts_total';

let disk: LoopDevice;
let engine: DockerEngine;
let endpoint: EngineEndpoint;
let exporter: ExporterProcess;
let busyTrack: KernelTrack;
/** The newest and the previous sample. */
let sample: Sample;
let previous: Sample;

before(async () => {
  disk = attachLoopDevice(64 * 2 ** 20);
  engine = await startDockerEngine();
  await startContainers(engine, disk);
  const busy = await engine.api.call('GET', '/containers/busy/json');
  busyTrack = trackCpu(numberAt(busy, 'State', 'Pid'));
  endpoint = await serveEngine(engine.api, { CPU: TASK_CORES, Memory: 1024 });
  // By then, the first run of `restarted` has used a second of CPU time.
  await sleep(PAUSE_MS);
  sample = await endpoint.sample();
  exporter = await startExporterProcess('run', ['--metadata-url', endpoint.url, '--interval', '1']);
});

after(async () => {
  busyTrack?.stop();
  await exporter?.stop();
  await endpoint?.close();
  await engine?.stop();
  disk?.detach();
});

async function takeSample(): Promise<Exposition> {
  previous = sample;
  sample = await endpoint.sample();
  return pageOfSample(exporter, sample, 'busy');
}

function diffsOf(page: Exposition, container: string): readonly string[] {
  return DIFFS.filter((metric) => page.value(metric, { container_name: container }) !== undefined);
}

const readMs = (of: Sample, container: string): number =>
  Date.parse(textAt(of.get(container)?.document, 'read').replace(/(\.\d{3})\d*/, '$1'));

test('the first sample: counters and gauges match the kernel, and values that need two samples are absent', async (t) => {
  const page = await pageOfSample(exporter, sample, 'busy');
  const rows = compare(page, sample);
  t.diagnostic(`engine ${engine.version}: ${rows.length} values of ${sample.size} containers`);
  assertTrue(rows);
  for (const container of sample.keys()) assert.deepEqual(diffsOf(page, container), [], container);
});

test('changing values are between the kernel readings before and after each sample', async (t) => {
  for (const round of [1, 2]) {
    await sleep(PAUSE_MS);
    const page = await takeSample();
    const rows = compare(page, sample);
    if (round === 2) t.diagnostic(`\n${table(rows)}`);
    assertTrue(rows);
    for (const container of sample.keys()) assert.deepEqual(diffsOf(page, container), DIFFS, container);
    assert.equal(page.value('ecs_task_exporter_status'), 1);
  }
  const moved = ['busy', 'writer', 'client'].map((container) => [
    container,
    engineCpuSeconds(sample, container) > engineCpuSeconds(previous, container),
  ]);
  assert.deepEqual(Object.fromEntries(moved), { busy: true, writer: true, client: true }, 'the containers did nothing');
});

test('the usage of a container that uses its whole quota matches the kernel', async (t) => {
  const page = await exporter.metrics();
  const [from, to] = [readMs(previous, 'busy'), readMs(sample, 'busy')];
  const kernelCores = (busyTrack.cpuNsAt(to) - busyTrack.cpuNsAt(from)) / ((to - from) * 1e6);
  const cores = page.value('ecs_task_cpu_cores', { container_name: 'busy' }) ?? Number.NaN;
  const ratio = page.value('ecs_task_cpu_usage_ratio', { container_name: 'busy' }) ?? Number.NaN;
  t.diagnostic(`cores: kernel ${kernelCores}, exported ${cores}; ratio ${ratio}`);

  // The engine's timestamp is a few milliseconds newer than the counter. Each end of the interval can therefore be on the
  // other side of a burst, and the container uses its whole quota of a throttling period (100 ms) in one burst.
  const oneBurst = (QUOTA_CORES * 100) / (to - from);
  assert.ok(Math.abs(cores - kernelCores) <= 2 * oneBurst, `${cores} cores, but ${kernelCores} by the kernel`);
  assert.ok(cores <= QUOTA_CORES + oneBurst, `${cores} cores are more than the quota`);

  const documents = [previous, sample].map((one) => one.get('busy')?.document);
  const [first, second] = documents.map((document) => ({
    totalNs: numberAt(document, 'cpu_stats', 'cpu_usage', 'total_usage'),
    readNs: nanoseconds(textAt(document, 'read')),
  }));
  if (first === undefined || second === undefined) throw new Error('two samples are needed');
  const exact = (second.totalNs - first.totalNs) / Number(second.readNs - first.readNs);
  assert.ok(Math.abs(cores - exact) <= ROUNDING, `${cores} cores, but ${exact} by the engine's own stamps`);
  // The other formula divides by the host's CPU time, which the kernel counts in steps of 10 ms.
  assert.ok(
    Math.abs(ratio - exact / TASK_CORES) <= 0.05 * exact,
    `ratio ${ratio}, but ${exact} cores of ${TASK_CORES}`,
  );
});

test('task totals are sums over the containers of the same sample', async () => {
  const page = await exporter.metrics();
  for (const metric of ['ecs_task_mem_usage', 'ecs_task_mem_cache', 'ecs_task_disk_written_bytes_total']) {
    const ofMetric = page.series.filter((series) => series.name === metric);
    const total = ofMetric.find((series) => series.labels.get('container_name') === '_task_')?.value;
    const containers = ofMetric.filter((series) => series.labels.get('container_name') !== '_task_');
    assert.ok(containers.length >= 1, metric);
    assert.equal(
      total,
      containers.reduce((sum, series) => sum + series.value, 0),
      metric,
    );
  }
});

test('a restarted container has no rates for one interval; other containers are not affected', async (t) => {
  await sleep(PAUSE_MS);
  const resetsBefore = (await exporter.metrics()).value(RESETS) ?? 0;
  await engine.api.call('POST', '/containers/restarted/restart?t=0');
  const page = await takeSample();
  const [oldTotal, newTotal] = [engineCpuSeconds(previous, 'restarted'), engineCpuSeconds(sample, 'restarted')];
  t.diagnostic(`CPU seconds of restarted: ${oldTotal}, then ${newTotal}`);
  assert.ok(newTotal < oldTotal, 'the restart did not set the counters back');
  assertTrue(compare(page, sample));
  for (const container of sample.keys()) {
    assert.deepEqual(diffsOf(page, container), container === 'restarted' ? [] : DIFFS, container);
  }
  assert.equal(page.value(RESETS), resetsBefore + 1);

  // Polling the same sample again counts neither a sample nor a restart.
  const polls = page.value('ecs_task_exporter_polls_total') ?? Number.NaN;
  const later = await until('two more polls', async () => {
    const now = await exporter.metrics();
    return (now.value('ecs_task_exporter_polls_total') ?? 0) >= polls + 2 ? now : undefined;
  });
  assert.equal(later.value(RESETS), resetsBefore + 1);
  assert.deepEqual(diffsOf(later, 'restarted'), []);
  assert.deepEqual(diffsOf(later, 'busy'), DIFFS);
});

test('a new container appears at the next poll, and a restart that is reported late is not counted twice', async () => {
  const resetsBefore = (await exporter.metrics()).value(RESETS);
  await engine.run('late', { script: 'exec sleep 100000' });
  await sleep(PAUSE_MS);
  const page = await takeSample();
  assert.ok(sample.get('late') !== undefined, 'the engine does not know the new container');
  assertTrue(compare(page, sample));
  assert.deepEqual(diffsOf(page, 'late'), []);
  assert.deepEqual(diffsOf(page, 'restarted'), DIFFS);
  // The metadata now has the new StartedAt.
  assert.equal(page.value(RESETS), resetsBefore);
});

test('the usage series of a stopped container disappear at the next poll', async () => {
  const measured = /^ecs_task_(cpu|percpu|mem|disk|network|pids)_?/;
  const measuredOf = (page: Exposition, container: string): readonly string[] =>
    page
      .having({ container_name: container })
      .map((series) => series.name)
      .filter((name) => measured.test(name) && !/_limit(_|$)/.test(name));
  assert.ok(measuredOf(await exporter.metrics(), 'leaver').length > 10);
  await engine.api.call('POST', '/containers/leaver/kill');
  await engine.api.call('POST', '/containers/leaver/wait');
  await sleep(PAUSE_MS);
  const page = await takeSample();
  assert.equal(sample.get('leaver'), undefined, 'the engine still has numbers for it');
  assert.deepEqual(measuredOf(page, 'leaver'), []);
  assertTrue(compare(page, sample));
  assert.deepEqual(diffsOf(page, 'busy'), DIFFS);
});

test('the program stops at once, without errors', async () => {
  const ending = await exporter.stop();
  assert.equal(ending.code, 0, exporter.log());
  assert.ok(ending.afterMs < 12_000, `${ending.afterMs} ms`);
});

/** RFC 3339 with up to nine digits, in UTC as the engine writes it, to nanoseconds since the Unix epoch. */
function nanoseconds(stamp: string): bigint {
  const [, seconds = '', fraction = ''] = /^([^.]+)(?:\.(\d+))?Z$/.exec(stamp) ?? [];
  return BigInt(Date.parse(`${seconds}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}
