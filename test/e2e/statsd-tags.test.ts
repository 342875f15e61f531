/** Tags and the agent's address, from configuration to datagrams. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startProgram } from '../helpers/program.ts';
import { scriptedEndpoint } from '../helpers/running.ts';
import { TASK_ARN } from '../helpers/scripted-task.ts';
import { linesOf, udpReceiver } from '../helpers/statsd-receiver.ts';
import { until } from '../real/wait.ts';

test('tags of every line: of the metric, of STATSD_TAGS, of the task, of Datadog’s variables', async (t) => {
  const { endpoint } = await scriptedEndpoint(t);
  const receiver = await udpReceiver(t);
  const program = startProgram(t, ['--exporter-port', '0', '--interval', '1'], {
    ECS_CONTAINER_METADATA_URI_V4: endpoint.url,
    USE_STATSD: 'true',
    STATSD_TAGS: 'team:core|x',
    STATSD_TASK_TAGS: 'task_family,task_id,service',
    DATADOG_TAGS: 'a:1,,b c\nforged:1|g',
    DD_ENTITY_ID: 'abc',
    DD_ENV: 'prod',
    DD_SERVICE: 'checkout',
    DD_VERSION: '1.2',
    DD_AGENT_HOST: '127.0.0.1',
    DD_DOGSTATSD_PORT: `${receiver.port}`,
  });
  const tagsOf = (start: string): Promise<readonly string[]> =>
    until(start, () => {
      const line = linesOf(receiver.datagrams).find((one) => one.startsWith(`${start}|g|#`));
      return line?.slice(start.length + '|g|#'.length).split(',');
    });
  const constant = [
    'team:core_x',
    'service:shop-service',
    'task_family:shop',
    `task_id:${TASK_ARN.split('/').at(-1)}`,
    'a:1',
    'b_c_forged:1_g',
    'dd.internal.entity_id:abc',
    'env:prod',
    'service:checkout',
    'version:1.2',
  ];
  assert.deepEqual(await tagsOf('ecs_task.cpu_limit:1024'), ['container_name:_task_', ...constant]);
  assert.deepEqual(await tagsOf('ecs_task.exporter_status:1'), constant);
  assert.equal((await program.stop('SIGTERM')).code, 0);
});

test('DD_DOGSTATSD_DISABLE: nothing is pushed, one warning has the reason, the page is served', async (t) => {
  const { endpoint } = await scriptedEndpoint(t);
  const receiver = await udpReceiver(t);
  const program = startProgram(t, ['--exporter-port', '0', '--exporters', 'prometheus,statsd'], {
    ECS_CONTAINER_METADATA_URI_V4: endpoint.url,
    DD_DOGSTATSD_DISABLE: 'true',
    DD_AGENT_HOST: '127.0.0.1',
    DD_DOGSTATSD_PORT: `${receiver.port}`,
  });
  const page = `${await program.origin()}/metrics`;
  await until('a sample', async () => (await (await fetch(page)).text()).includes('ecs_task_mem_usage{') || undefined);
  assert.match(await program.message('statsd_disabled'), /DD_DOGSTATSD_DISABLE/);
  assert.equal((await program.stop('SIGTERM')).code, 0);
  assert.equal(program.events().filter((event) => event === 'statsd_disabled').length, 1);
  assert.ok(!program.events().includes('nothing_exported'));
  assert.deepEqual(receiver.datagrams, []);
});
