/** Failures and special cases of the ECS agent's own endpoint code, checked on the program's page and in its log. */
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { startProgram } from '../helpers/program.ts';
import { type ScriptedTask, scriptedTask } from '../helpers/scripted-task.ts';
import type { Exposition } from '../real/exposition.ts';
import { at, listAt } from '../real/json.ts';
import { type AgentAnswers, type AgentEndpoint, type AgentOptions, startAgentEndpoint } from './agent-endpoint.ts';
import { type ExporterOnAgent, failuresOf, isSuccessful, startExporterOn } from './exporter-on-agent.ts';

const WEB = { container_name: 'web' };

interface Fixture {
  readonly agent: AgentEndpoint;
  readonly task: ScriptedTask;
  readonly exporter: ExporterOnAgent;
}

const documentsOf = (task: ScriptedTask): AgentAnswers => ({ task: task.task(), stats: task.stats() });

async function agentOf(t: TestContext, task: ScriptedTask, limit?: AgentOptions['limit']): Promise<AgentEndpoint> {
  return startAgentEndpoint((end) => t.after(end), { answers: documentsOf(task), ...(limit && { limit }) });
}

/** An agent and an exporter that has taken its first sample. */
async function start(t: TestContext, limit?: AgentOptions['limit']): Promise<Fixture> {
  const task = scriptedTask('web', 'worker');
  const agent = await agentOf(t, task, limit);
  const exporter = await startExporterOn(t, agent.env());
  await exporter.pageWith('the first sample', isSuccessful);
  return { agent, task, exporter };
}

/** Lets the agent have the sample of one second later. */
function advance({ agent, task }: Pick<Fixture, 'agent' | 'task'>): void {
  task.advance(1);
  agent.publish(documentsOf(task));
}

const cpuSeconds = (page: Exposition): number | undefined => page.value('ecs_task_cpu_usage_seconds_total', WEB);
const memory = (page: Exposition): number | undefined => page.value('ecs_task_mem_usage', WEB);

describe('on the agent’s own endpoint', { concurrency: 4 }, () => {
  for (const version of ['v3', 'v4'] as const) {
    test(`${version}: the values match the documents`, async (t) => {
      const task = scriptedTask('web', 'worker');
      const agent = await agentOf(t, task);
      const exporter = await startExporterOn(t, agent.env(version));
      await exporter.pageWith('the first sample', isSuccessful);
      advance({ agent, task });
      const page = await exporter.pageWith('the second sample', (one) => cpuSeconds(one) === 61 * 0.25);
      const shown = (name: string, labels: Readonly<Record<string, string>> = WEB) =>
        page.value(`ecs_task_${name}`, labels);
      assert.equal(shown('cpu_cores'), 0.25);
      assert.equal(shown('cpu_cores', { container_name: '_task_' }), 0.75);
      assert.equal(memory(page), 64 * 2 ** 20);
      assert.equal(shown('mem_usage', { container_name: '_task_' }), 192 * 2 ** 20);
      assert.equal(shown('mem_limit'), 256);
      assert.equal(shown('network_rx_bytes_total', { ...WEB, iface: 'eth0' }), 61 * 1000);
      assert.equal(shown('disk_written_bytes_total'), 61 * 4096);
      assert.equal(shown('container_running'), 1);
      const identity = page.series.find(({ name }) => name === 'target_info')?.labels;
      assert.equal(identity?.get('aws_ecs_task_family'), 'shop');
      // Version 3 has no launch type.
      assert.equal(identity?.get('aws_ecs_launchtype'), version === 'v4' ? 'ec2' : undefined);
    });

    test(`${version}: an unknown endpoint ID: the message contains the agent's reason and the variable to check`, async (t) => {
      const agent = await agentOf(t, scriptedTask('web'));
      const env = agent.env(version, 'of-an-earlier-container');
      const once = startProgram(t, ['once'], env);
      const exporter = await startExporterOn(t, env);
      const failing = await exporter.message('poll_failing');
      assert.notEqual((await once.ended).code, 0);
      for (const text of [failing, once.stderr()]) {
        assert.match(text, /unable to get task/);
        assert.match(text, version === 'v4' ? /ECS_CONTAINER_METADATA_URI_V4/ : /ECS_CONTAINER_METADATA_URI\b/);
      }
      assert.equal(await exporter.status('/-/ready'), 503);
    });
  }

  test('throttled because of another reader of the same path: counted, values stay, few retries, then recovery', async (t) => {
    const startedMs = performance.now();
    const { agent, task, exporter } = await start(t, { rate: 1, burst: 1 });
    let refusal = '';
    const throttled = await exporter.pageWith('two throttled polls', async (page) => {
      const response = await fetch(`${agent.url()}/task/stats`);
      const body = await response.text();
      if (response.status === 429) refusal = body;
      return failuresOf(page, 'throttled') >= 2;
    });
    assert.equal(refusal, 'You have reached maximum request limit.');
    assert.equal(memory(throttled), 64 * 2 ** 20);
    assert.equal(await exporter.status('/-/ready'), 200);
    assert.match(await exporter.message('poll_failing'), /429/);

    advance({ agent, task });
    const recovered = await exporter.pageWith(
      'the next sample',
      (page) => isSuccessful(page) && cpuSeconds(page) === 15.25,
    );
    await exporter.message('poll_recovered');
    const seconds = (performance.now() - startedMs) / 1000;
    const polls = recovered.value('ecs_task_exporter_polls_total') ?? Number.NaN;
    assert.ok(polls <= seconds + 1, `${polls} polls in ${seconds} s, with an interval of 1 s`);
    // At most one retry per poll. The other reader sends its name.
    const refused = agent.log().match(/refused 429 \S+\/stats ""/g) ?? [];
    assert.ok(refused.length <= 2 * polls, `${refused.length} refused requests in ${polls} polls`);
    assert.ok(refused.length >= 2);
  });

  test('an agent is down for longer than samples stay current: values end, and return with it', async (t) => {
    const { agent, task, exporter } = await start(t);
    await agent.stop();
    const away = await exporter.pageWith('the values to go', (page) => memory(page) === undefined);
    assert.equal(away.value('ecs_task_exporter_status'), 0);
    assert.ok(failuresOf(away, 'unreachable') >= 1);
    assert.equal(await exporter.status('/-/ready'), 503);
    assert.equal(await exporter.status('/-/healthy'), 200);

    // An agent that has just started has no samples yet.
    agent.publish({ stats: Object.fromEntries([...task.containers.values()].map(({ id }) => [id, null])) });
    await agent.start();
    const empty = await exporter.pageWith('a poll without samples', isSuccessful);
    assert.equal(memory(empty), undefined);
    advance({ agent, task });
    await exporter.pageWith('the values again', (page) => cpuSeconds(page) === 15.25);
    advance({ agent, task });
    const page = await exporter.pageWith('the sample after', (one) => cpuSeconds(one) === 15.5);
    assert.equal(page.value('ecs_task_cpu_cores', WEB), 0.25);
    assert.equal(page.value('ecs_task_exporter_container_restarts_total'), 0);
  });

  test('an agent whose handler panics closes the connection: counted as reset, recovered with the next sample', async (t) => {
    const { agent, task, exporter } = await start(t);
    agent.publish({ statsFault: 'panic' });
    const failing = await exporter.pageWith('a reset', (page) => failuresOf(page, 'reset') >= 1);
    assert.equal(memory(failing), 64 * 2 ** 20);
    assert.match(agent.log(), /panic serving/);
    task.add('late');
    agent.publish({ statsFault: undefined });
    advance({ agent, task });
    const page = await exporter.pageWith('the container that joined', (one) =>
      [...one.series].some(({ labels }) => labels.get('container_name') === 'late'),
    );
    assert.ok(isSuccessful(page));
    await exporter.pageWith('the next sample', (one) => cpuSeconds(one) === 15.25);
  });

  test('/task/stats fails while /task answers: values from /task stay, usage ends', async (t) => {
    const { agent, exporter } = await start(t);
    agent.publish({ statsFault: 'error' });
    const page = await exporter.pageWith('the usage to go', (one) => memory(one) === undefined);
    assert.ok(failuresOf(page, 'server_error') >= 1);
    assert.match(await exporter.message('poll_failing'), /failed to get stats/);
    for (const container_name of ['web', 'worker']) {
      assert.equal(page.value('ecs_task_container_info', { container_name }), 1);
      assert.equal(page.value('ecs_task_container_running', { container_name }), 1);
      assert.equal(page.value('ecs_task_mem_limit', { container_name }), 256);
    }
    assert.equal(page.value('ecs_task_cpu_limit', { container_name: '_task_' }), 1024);
    assert.equal(page.value('ecs_task_cpu_usage_seconds_total', { container_name: '_task_' }), undefined);
    agent.publish({ statsFault: undefined });
    await exporter.pageWith('the usage again', (one) => memory(one) === 64 * 2 ** 20);
  });

  test('an error in place of the tags: counted, logged once, and no other value is missing', async (t) => {
    const task = scriptedTask('web');
    const agent = await agentOf(t, task);
    const ErrorCode = 'AccessDeniedException';
    agent.publish({
      taskWithTags: Object.assign({}, task.task(), {
        Errors: [{ ErrorField: 'TaskTags', ErrorCode, ErrorMessage: 'not authorized', StatusCode: 400 }],
      }),
    });
    const exporter = await startExporterOn(t, agent.env(), ['--task-tags', '*']);
    const page = await exporter.pageWith(
      'the refusal',
      (one) => one.value('ecs_task_exporter_task_tags_failures_total', { reason: 'refused' }) === 1,
    );
    assert.match(await exporter.message('task_tags_failing'), new RegExp(ErrorCode));
    assert.ok(isSuccessful(page));
    assert.equal(memory(page), 64 * 2 ** 20);
  });

  test('a slow ECS API for tags does not delay the first sample', async (t) => {
    const task = scriptedTask('web');
    const agent = await agentOf(t, task);
    agent.publish({ taskWithTags: Object.assign({}, task.task(), { TaskTags: { team: 'core' } }), holdsTags: true });
    const exporter = await startExporterOn(t, agent.env(), ['--task-tags', 'team']);
    const failures = (page: Exposition): number =>
      page.value('ecs_task_exporter_task_tags_failures_total', { reason: 'timeout' }) ?? 0;
    const first = await exporter.pageWith('the first sample', (page) => memory(page) !== undefined);
    assert.equal(failures(first), 0, 'the first sample came after the deadline for tags');
    const later = await exporter.pageWith('the deadline for tags', (page) => failures(page) === 1);
    assert.ok(isSuccessful(later));
  });

  test('a restart by ECS: StartedAt and counters stay; FinishedAt and RestartCount show it', async (t) => {
    const task = scriptedTask('web');
    const withRestarts = (RestartCount: number, FinishedAt?: string): unknown => {
      const document = task.task();
      const Containers = listAt(document, 'Containers').map((one) => ({ ...Object(one), RestartCount, FinishedAt }));
      return { ...Object(document), Containers };
    };
    const agent = await agentOf(t, task);
    agent.publish({ task: withRestarts(0) });
    const exporter = await startExporterOn(t, agent.env(), ['--metrics', 'all']);
    const before = await exporter.pageWith('the first sample', isSuccessful);
    assert.equal(before.value('ecs_task_container_restarts_total', WEB), 0);
    assert.equal(before.value('ecs_task_container_uptime_seconds', WEB), 60);

    // The next sample is 10 s later, and 4 s after the exit.
    const startedAt = String(at(listAt(task.task(), 'Containers')[0], 'StartedAt'));
    const finishedAt = new Date(Date.parse(startedAt) + 66_000).toISOString();
    task.advance(10);
    agent.publish({ task: withRestarts(1, finishedAt), stats: task.stats() });
    const page = await exporter.pageWith('the restart', (one) => cpuSeconds(one) === 70 * 0.25);
    assert.equal(page.value('ecs_task_container_restarts_total', WEB), 1);
    assert.equal(page.value('ecs_task_exporter_container_restarts_total'), 1);
    assert.match(await exporter.message('containers_restarted'), /web/);
    assert.equal(page.value('ecs_task_container_running', WEB), 1);
    // Milliseconds of the exit, nanoseconds of the sample.
    const uptime = page.value('ecs_task_container_uptime_seconds', WEB) ?? Number.NaN;
    assert.ok(Math.abs(uptime - 4) < 0.01, `up for ${uptime} s`);
  });
});
