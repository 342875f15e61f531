/** The commands beside run, each as a process of its own, against real endpoints and against each other. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startProgram } from '../helpers/program.ts';
import { scriptedEndpoint } from '../helpers/running.ts';
import { CANARY } from '../helpers/scripted-documents.ts';
import { type Exposition, parseExposition } from '../real/exposition.ts';
import { at, listAt } from '../real/json.ts';
import { until } from '../real/wait.ts';

async function page(origin: string): Promise<Exposition> {
  return parseExposition(await (await fetch(`${origin}/metrics`)).text());
}

const cpuSeconds = (metrics: Exposition): number | undefined =>
  metrics.value('ecs_task_cpu_usage_seconds_total', { container_name: 'web' });

const status = (metrics: Exposition): number | undefined => metrics.value('ecs_task_exporter_status');

describe('commands', { concurrency: 4 }, () => {
  test('once, in both formats', async (t) => {
    const { endpoint, task } = await scriptedEndpoint(t);
    const printed = startProgram(t, ['once', '--metadata-url', endpoint.url]);
    const json = startProgram(t, ['once', '--format', 'json', '--metadata-url', endpoint.url]);
    assert.deepEqual([await printed.ended, printed.stderr()], [{ code: 0, signal: null }, '']);
    assert.equal(cpuSeconds(parseExposition(printed.stdout())), 60 * 0.25);
    assert.equal(status(parseExposition(printed.stdout())), 1);
    assert.ok(printed.stdout().endsWith('\n') && !printed.stdout().endsWith('\n\n'));

    assert.deepEqual([await json.ended, json.stderr()], [{ code: 0, signal: null }, '']);
    const document: unknown = JSON.parse(json.stdout());
    assert.equal(at(document, 'resource', 'service.name'), 'ecs-container-exporter');
    assert.equal(at(document, 'resource', 'aws.ecs.task.id'), at(document, 'resource', 'service.instance.id'));
    const cpu = listAt(document, 'metrics').find((metric) => at(metric, 'name') === 'ecs_task.cpu_usage_seconds');
    assert.deepEqual(
      listAt(cpu, 'points').map((point) => [at(point, 'attributes', 'container_name'), at(point, 'value')]),
      [...task.containers.values()]
        .map(({ name, cores }): [string, number] => [name, 60 * cores])
        .concat([['_task_', 45]]),
    );
  });

  test('once against an endpoint that is gone or wrong: exit code 1, and why', async (t) => {
    const { endpoint } = await scriptedEndpoint(t);
    endpoint.fault = { status: 404, body: CANARY };
    const wrong = startProgram(t, ['once', '--metadata-url', endpoint.url]);
    assert.equal((await wrong.ended).code, 1);
    assert.match(
      wrong.stderr(),
      /^error: client_error: http:\/\/127\.0\.0\.1:\d+\S+ \(--metadata-url\) answered 404: [^\n]+\n$/,
    );
    await endpoint.close();
    const gone = startProgram(t, ['once', '--format', 'json', '--metadata-url', endpoint.url]);
    assert.equal((await gone.ended).code, 1);
    assert.match(gone.stderr(), /^error: unreachable: [^\n]+ECONNREFUSED[^\n]+\n$/);
    assert.ok(!`${wrong.stderr()}${wrong.stdout()}`.includes(CANARY));
  });

  test('healthcheck: healthy while the endpoint is away as well, not healthy after the end', async (t) => {
    const { endpoint } = await scriptedEndpoint(t);
    const program = startProgram(t, ['run', '--metadata-url', endpoint.url, '--exporter-port', '0']);
    const { port } = new URL(await program.origin());
    const check = () => startProgram(t, ['healthcheck'], { EXPORTER_PORT: port }).ended;
    endpoint.fault = 'reset';
    assert.equal((await check()).code, 0);
    await program.stop('SIGTERM');
    assert.equal((await check()).code, 1);
  });

  test('demo: from nothing to a good page, and values that move', async (t) => {
    const program = startProgram(t, ['demo', '--exporter-port', '0', '--interval', '1']);
    const origin = await until('its address', () => /Metrics +(\S+)\/metrics\n/.exec(program.stdout())?.[1]);
    const first = await until('a good scrape', async () => cpuSeconds(await page(origin)));
    await until('a later value', async () => ((cpuSeconds(await page(origin)) ?? 0) > first ? true : undefined));
    assert.ok(((await page(origin)).value('ecs_task_cpu_cores', { container_name: 'web' }) ?? 0) > 0);
    assert.equal((await program.stop('SIGINT')).code, 0);
  });

  test('demo --endpoint-only: run reads it, and its values move', async (t) => {
    const endpoint = startProgram(t, ['demo', '--endpoint-only']);
    const url = await until('its address', () => /METADATA_URI_V4=(\S+)\n/.exec(endpoint.stdout())?.[1]);
    const env = { ECS_CONTAINER_METADATA_URI_V4: url, EXPORTER_PORT: '0', INTERVAL: '1' };
    const program = startProgram(t, [], env);
    const origin = await program.origin();
    const first = await until('a good scrape', async () => cpuSeconds(await page(origin)));
    await until('a later value', async () => ((cpuSeconds(await page(origin)) ?? 0) > first ? true : undefined));
    assert.equal((await program.stop('SIGTERM')).code, 0);
    assert.equal((await endpoint.stop('SIGTERM')).code, 0);
  });
});
