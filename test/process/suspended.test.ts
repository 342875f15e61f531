/** The program is stopped for many intervals and continued, as in a frozen cgroup or on a suspended instance. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startProgram } from '../helpers/program.ts';
import { scriptedEndpoint } from '../helpers/running.ts';
import { parseExposition } from '../real/exposition.ts';
import { until } from '../real/wait.ts';

const SUSPENDED_MS = 12_000;

test('SIGSTOP for 12 intervals and SIGCONT: one poll at once, then one for each interval', async (t) => {
  const { endpoint, task } = await scriptedEndpoint(t);
  const program = startProgram(t, ['run', '--metadata-url', endpoint.url, '--exporter-port', '0', '--interval', '1']);
  const origin = await program.origin();
  const polls = () => endpoint.requests.filter(({ path }) => path.endsWith('/task/stats')).map(({ time }) => time);
  await until('two polls', () => polls().length >= 2 || undefined);

  program.child.kill('SIGSTOP');
  const stoppedMs = performance.now();
  // A request that was sent before the signal can still arrive.
  await until('a moment', () => performance.now() - stoppedMs > 500 || undefined);
  const before = polls().length;
  await until('the end of the pause', () => performance.now() - stoppedMs > SUSPENDED_MS || undefined);
  assert.equal(polls().length, before, 'polls while suspended');
  task.advance(12);
  task.publish(endpoint);
  const resumedMs = performance.now();
  program.child.kill('SIGCONT');

  await until('three polls', () => polls().length >= before + 3 || undefined);
  const count = polls().length - before;
  const seconds = (performance.now() - resumedMs) / 1000;
  t.diagnostic(`${count} polls in ${seconds.toFixed(1)} s after SIGCONT`);
  // A burst would catch up on twelve polls.
  assert.ok(count <= seconds + 2, `${count} polls in ${seconds} s`);
  const page = parseExposition(await (await fetch(`${origin}/metrics`)).text());
  // The rate over the pause, by the times of the samples: web uses a quarter of a core.
  assert.equal(page.value('ecs_task_cpu_cores', { container_name: 'web' }), 0.25);
  assert.equal((await program.stop('SIGTERM')).code, 0);
});
