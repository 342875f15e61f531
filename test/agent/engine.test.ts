/** Compares stats of a real Docker engine, encoded by the ECS agent's code, with the kernel's values. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertTrue, compare } from '../engine/comparison.ts';
import { engineCpuSeconds, pageOfSample } from '../engine/page-of-sample.ts';
import { startDockerEngine } from '../real/docker-engine.ts';
import { serveEngine } from '../real/engine-endpoint.ts';
import { startExporterProcess } from '../real/exporter-process.ts';
import { startAgentEndpoint } from './agent-endpoint.ts';

const CPU_DIFFS = ['ecs_task_cpu_cores', 'ecs_task_cpu_kernelmode', 'ecs_task_cpu_usermode'];

test('values lie between the kernel’s readings before and after each sample; a stopped container has none', async (t) => {
  const engine = await startDockerEngine();
  t.after(() => engine.stop());
  await engine.run('busy', { script: 'while :; do :; done', host: { NanoCpus: 0.3e9, CpuShares: 256 } });
  await engine.run('holder', {
    script: 'dd if=/dev/zero of=/dev/shm/held bs=1M count=10; exec sleep 100000',
    host: { Memory: 64 * 2 ** 20 },
  });
  await engine.run('leaver', { script: 'exec sleep 100000' });
  const documents = await serveEngine(engine.api, { CPU: 1, Memory: 1024 });
  t.after(() => documents.close());
  const textOf = async (path: string): Promise<string> => (await fetch(documents.url + path)).text();
  const publish = async () => agent.publish({ task: await textOf('/task'), stats: await textOf('/task/stats') });

  let sample = await documents.sample();
  const agent = await startAgentEndpoint((end) => t.after(end), { answers: { task: {}, stats: {} } });
  await publish();
  const exporter = await startExporterProcess('run', ['--metadata-url', agent.url(), '--interval', '1']);
  t.after(() => exporter.stop());
  assertTrue(compare(await pageOfSample(exporter, sample, 'busy'), sample));

  const first = sample;
  // Many throttling periods of the busy container.
  await sleep(2000);
  sample = await documents.sample();
  await publish();
  const page = await pageOfSample(exporter, sample, 'busy');
  const rows = compare(page, sample);
  assertTrue(rows);
  t.diagnostic(`engine ${engine.version}: ${rows.length} values`);
  assert.ok(engineCpuSeconds(sample, 'busy') > engineCpuSeconds(first, 'busy'));
  for (const container_name of ['busy', 'holder', 'leaver']) {
    for (const name of CPU_DIFFS) assert.notEqual(page.value(name, { container_name }), undefined, name);
  }
  assert.equal(page.value('ecs_task_cpu_limit', { container_name: 'busy' }), 256);
  assert.equal(page.value('ecs_task_mem_limit', { container_name: 'holder' }), 64);

  await engine.api.call('POST', '/containers/leaver/stop?t=0');
  sample = await documents.sample();
  await publish();
  const left = await pageOfSample(exporter, sample, 'busy');
  assertTrue(compare(left, sample));
  const leaver = { container_name: 'leaver' };
  assert.equal(left.value('ecs_task_container_running', leaver), 0);
  assert.equal(left.value('ecs_task_container_exit_code', leaver), 137);
  assert.equal(left.value('ecs_task_mem_usage', leaver), undefined);
  assert.equal(left.value('ecs_task_exporter_status'), 1);
});
