/**
 * Containers as in a task on an EC2 instance: below one cgroup with the task's limits, some in one network namespace.
 * Compares task values with the kernel's files.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { addressOf, type DockerEngine, startDockerEngine } from '../real/docker-engine.ts';
import { type EngineEndpoint, type Sample, serveEngine, TASK_ID } from '../real/engine-endpoint.ts';
import { type ExporterProcess, startExporterProcess } from '../real/exporter-process.ts';
import type { Exposition } from '../real/exposition.ts';
import { numberAt } from '../real/json.ts';
import type { InterfaceCounters } from '../real/kernel-reading.ts';
import { until } from '../real/wait.ts';
import { pageOfSample } from './page-of-sample.ts';
import { makeTaskCgroup, type TaskCgroup } from './task-cgroup.ts';

const CORES = 0.5;
const MEMORY_BYTES = 64 * 2 ** 20;
/** Doubles a string until it runs out of memory. */
const EAT = `awk 'BEGIN { s = "x"; while (1) s = s s }'`;

const skip = existsSync('/sys/fs/cgroup/cgroup.controllers') && 'the cgroup of a task is made for cgroup v1 only';

let cgroup: TaskCgroup;
let engine: DockerEngine;
let endpoint: EngineEndpoint;
let exporter: ExporterProcess;
let sample: Sample;

function runInTask(name: string, script: string, host: Readonly<Record<string, unknown>> = {}): Promise<string> {
  return engine.run(name, { script, host: { CgroupParent: cgroup.path, ...host } });
}

before(async () => {
  if (skip !== false) return;
  cgroup = makeTaskCgroup(TASK_ID, { cores: CORES, memoryBytes: MEMORY_BYTES });
  engine = await startDockerEngine();
  const web = await runInTask(
    'web',
    'mkdir /www; dd if=/dev/zero of=/www/file bs=64k count=4; exec httpd -f -p 80 -h /www',
  );
  const fetchFile = `wget -q -O /dev/null http://${await addressOf(engine, web)}/file`;
  await runInTask('client', `while :; do ${fetchFile}; sleep 0.2; done 2>/dev/null`);
  await runInTask('sidecar', 'exec sleep 100000', { NetworkMode: `container:${web}` });
  // Uses both CPUs, with low priority.
  await runInTask('worker', '(while :; do :; done) & while :; do :; done', { CpuShares: 16 });
  endpoint = await serveEngine(engine.api, { CPU: CORES, Memory: MEMORY_BYTES / 2 ** 20 });
  sample = await endpoint.sample();
  const args = ['--metadata-url', endpoint.url, '--interval', '1', '--cgroup-root', '/sys/fs/cgroup'];
  exporter = await startExporterProcess('run', args);
});

after(async () => {
  await exporter?.stop();
  await endpoint?.close();
  await engine?.stop();
  cgroup?.remove();
});

const ofTask = (page: Exposition, metric: string): number | undefined =>
  page.value(`ecs_task_${metric}`, { container_name: '_task_' });

/** Waits for a page whose poll starts after this call: a running poll may have read the files already. */
async function pageOfLaterPoll(): Promise<Exposition> {
  const polls = (page: Exposition): number => page.value('ecs_task_exporter_polls_total') ?? Number.NaN;
  const now = polls(await exporter.metrics());
  return until('two more polls', async () => {
    const page = await exporter.metrics();
    return polls(page) >= now + 2 ? page : undefined;
  });
}

async function takeSample(): Promise<Exposition> {
  sample = await endpoint.sample();
  return pageOfSample(exporter, sample, 'worker');
}

test('throttling of the task is between two kernel readings; Docker reports 0', { skip }, async (t) => {
  const earlier = cgroup.read();
  // On a busy machine, the task reaches its quota less often.
  await until('throttling', () => {
    const now = cgroup.read();
    const isThrottled =
      now.cpu_throttled_periods_total > earlier.cpu_throttled_periods_total &&
      now.cpu_throttled_seconds_total > earlier.cpu_throttled_seconds_total;
    return isThrottled ? true : undefined;
  });
  const page = await pageOfLaterPoll();
  const later = cgroup.read();
  const rows = Object.entries(earlier).map(([name, before]) => {
    const after = Object.entries(later).find(([other]) => other === name)?.[1] ?? Number.NaN;
    return { name, before, exported: ofTask(page, `cgroup_${name}`) ?? Number.NaN, after };
  });
  t.diagnostic(
    rows.map(({ name, before, exported, after }) => `\n${name}: ${before} <= ${exported} <= ${after}`).join(''),
  );
  for (const { name, before, exported, after } of rows) {
    // Memory of processes that start and exit meanwhile.
    const slack = name === 'mem_usage_bytes' ? 4 * 2 ** 20 : 0;
    assert.ok(exported >= before - slack && exported <= after + slack, `${name}: ${before}, ${exported}, ${after}`);
  }
  assert.equal(ofTask(page, 'cgroup_cpu_quota_cores'), CORES);
  assert.equal(ofTask(page, 'cgroup_mem_limit_bytes'), MEMORY_BYTES);

  for (const [name, taken] of sample) {
    assert.equal(numberAt(taken?.document, 'cpu_stats', 'throttling_data', 'periods'), 0, name);
    assert.equal(page.value('ecs_task_cpu_throttle_periods', { container_name: name }), 0, name);
  }
});

test('the CPU time of the cgroup is that of its containers', { skip }, async (t) => {
  const page = await takeSample();
  const containers = ofTask(page, 'cpu_usage_seconds_total') ?? Number.NaN;
  const kernel = ofTask(page, 'cgroup_cpu_usage_seconds_total') ?? Number.NaN;
  t.diagnostic(`containers ${containers} s, cgroup ${kernel} s`);
  // The value of the containers is that of the sample, which can be a few polls older.
  assert.ok(kernel >= containers, `${kernel} s, but the containers had ${containers} s`);
  assert.ok(kernel - containers <= CORES * 10, `${kernel} s, but the containers had ${containers} s`);
});

test('a network namespace that two containers share counts once in the task', { skip }, async (t) => {
  const page = await takeSample();
  const [web, sidecar, client, worker] = ['web', 'sidecar', 'client', 'worker'].map((name) => sample.get(name));
  for (const counter of [
    'rxBytes',
    'txBytes',
    'rxPackets',
    'txPackets',
  ] as const satisfies (keyof InterfaceCounters)[]) {
    const at = (when: 'before' | 'after') => (one: typeof web) =>
      one?.[when].network.get('eth0')?.[counter] ?? Number.NaN;
    const from = Math.min(at('before')(web), at('before')(sidecar)) + at('before')(client) + at('before')(worker);
    const to = Math.max(at('after')(web), at('after')(sidecar)) + at('after')(client) + at('after')(worker);
    const metric = `network_${counter.replace(/[A-Z]/, (letter) => `_${letter.toLowerCase()}`)}_total`;
    const exported = ofTask(page, metric) ?? Number.NaN;
    t.diagnostic(`${metric}: ${from} <= ${exported} <= ${to}`);
    assert.ok(exported >= from && exported <= to, `${metric}: ${from}, ${exported}, ${to}`);
    assert.ok(exported + at('before')(sidecar) > to, 'counting it twice would show');
    const shown = page.value(`ecs_task_${metric}`, { container_name: 'sidecar', iface: 'eth0' }) ?? Number.NaN;
    assert.ok(shown >= at('before')(sidecar) && shown <= at('after')(sidecar), 'it shows on both containers');
  }
});

test('an OOM kill is counted once, and stays counted', { skip }, async (t) => {
  assert.equal(ofTask(await exporter.metrics(), 'cgroup_oom_kills_total'), 0);
  const id = await runInTask('eater', `${EAT}; exec sleep 100000`);
  await until('a kill', () => (cgroup.oomKillsOf(id) > 0 ? true : undefined), { timeoutMs: 30_000 });
  await takeSample();
  const page = await pageOfLaterPoll();
  t.diagnostic(`kernel ${cgroup.oomKillsOf(id)}, exported ${ofTask(page, 'cgroup_oom_kills_total')}`);
  assert.equal(cgroup.oomKillsOf(id), 1);
  assert.equal(ofTask(page, 'cgroup_oom_kills_total'), 1);
  assert.ok((ofTask(page, 'cgroup_mem_limit_hits_total') ?? 0) > 0, 'it ran into the limit of the task');
  assert.equal(ofTask(page, 'cgroup_mem_peak_bytes'), MEMORY_BYTES);

  await engine.api.call('POST', '/containers/eater/kill');
  await engine.api.call('POST', '/containers/eater/wait');
  // The main process is killed. On v1, its count is removed with the cgroup before it can be read.
  await runInTask('doomed', `exec ${EAT}`);
  await engine.api.call('POST', '/containers/doomed/wait');
  assert.equal(numberAt(await engine.api.call('GET', '/containers/doomed/json'), 'State', 'ExitCode'), 137);
  await takeSample();
  assert.equal(ofTask(await pageOfLaterPoll(), 'cgroup_oom_kills_total'), 1);
  assert.equal((await exporter.metrics()).value('ecs_task_exporter_cgroup_failures_total', { reason: 'not_found' }), 0);
});

test('a container reads the same values from the mounted file system of the host', { skip }, async () => {
  const host = { Binds: ['/sys/fs/cgroup:/host/cgroup:ro'] };
  await runInTask('reader', `exec grep -q '^nr_throttled [1-9]' /host/cgroup/cpu${cgroup.path}/cpu.stat`, host);
  const ending = await engine.api.call('POST', '/containers/reader/wait');
  assert.equal(numberAt(ending, 'StatusCode'), 0);
});

test('the program stops at once, without errors', { skip }, async () => {
  const ending = await exporter.stop();
  assert.equal(ending.code, 0, exporter.log());
  assert.ok(ending.afterMs < 12_000, `${ending.afterMs} ms`);
});
