/** The commands other than run, each as a process, with real endpoints and with each other. */
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

  test('once shows warnings on stderr, and only the result on stdout', async (t) => {
    const { endpoint } = await scriptedEndpoint(t);
    const env = { INCLUD: 'web', INCLUDE: 'none', INTERVAL: '0', LOG_FORMAT: 'json' };
    const program = startProgram(t, ['once', '--metadata-url', endpoint.url], env);
    assert.equal((await program.ended).code, 0);
    assert.deepEqual(program.events(), ['interval_raised', 'unknown_variable', 'nothing_selected']);
    assert.equal(status(parseExposition(program.stdout())), 1);
    const quiet = startProgram(t, ['once', '--metadata-url', endpoint.url, '--log-level', 'none'], env);
    assert.deepEqual([(await quiet.ended).code, quiet.stderr()], [0, '']);
  });

  test('once without stats: other metrics are printed, the failure is logged once', async (t) => {
    const { endpoint } = await scriptedEndpoint(t);
    endpoint.fault = { stats: { status: 404 } };
    const program = startProgram(t, ['once', '--metadata-url', endpoint.url], { LOG_FORMAT: 'json' });
    assert.equal((await program.ended).code, 1);
    assert.match(program.stderr(), /^error: client_error: [^\n]+returned 404[^\n]+\n$/);
    const printed = parseExposition(program.stdout());
    assert.equal(status(printed), 0);
    assert.equal(printed.value('ecs_task_cpu_limit', { container_name: '_task_' }), 1024);
  });

  test("the program's name before its options, as in task definitions for version 2", async (t) => {
    const { endpoint } = await scriptedEndpoint(t);
    for (const name of ['ecs-container-exporter', '/usr/local/bin/ecs-container-exporter']) {
      const program = startProgram(t, [name, 'once', '--metadata-url', endpoint.url]);
      assert.deepEqual([(await program.ended).code, program.stderr()], [0, '']);
    }
    const env = { ECS_CONTAINER_METADATA_URI_V4: endpoint.url, EXPORTER_PORT: '0' };
    const running = startProgram(t, ['ecs-container-exporter', '--use-statsd'], env);
    await running.origin();
    assert.match(running.stderr(), /"exporters":"statsd"/);
    assert.equal((await running.stop('SIGTERM')).code, 0);
  });

  test('run --print-config: the given values, the resulting configuration, and exit code 0', async (t) => {
    const env = { ECS_CONTAINER_METADATA_URI_V4: 'http://169.254.170.2/v4/x', INTERVAL: '30', LOGLEVEL: 'debug' };
    const program = startProgram(t, ['run', '--print-config', '--exporters', 'prometheus,otlp'], env);
    assert.equal((await program.ended).code, 0);
    assert.equal(program.stderr(), 'warning: unknown variable LOGLEVEL has no effect; did you mean LOG_LEVEL?\n');
    const printed: unknown = JSON.parse(program.stdout());
    assert.deepEqual(at(printed, 'given'), {
      ECS_CONTAINER_METADATA_URI_V4: 'http://169.254.170.2/v4/x',
      INTERVAL: '30',
      '--exporters': 'prometheus,otlp',
      '--print-config': 'true',
    });
    assert.equal(at(printed, 'effective', 'intervalMs'), 30_000);
    assert.equal(at(printed, 'effective', 'otlp', 'url'), 'http://localhost:4318/v1/metrics');
    const wrong = startProgram(t, ['run', '--print-config', '--interval', 'x'], env);
    assert.equal((await wrong.ended).code, 2);
    assert.equal(wrong.stdout(), '');
  });

  test('a port in use: an error that names the option, but only a warning if metrics are pushed', async (t) => {
    const { endpoint } = await scriptedEndpoint(t);
    const neighbour = startProgram(t, ['run', '--metadata-url', endpoint.url, '--exporter-port', '0']);
    const { port } = new URL(await neighbour.origin());
    const env = { ECS_CONTAINER_METADATA_URI_V4: endpoint.url, EXPORTER_PORT: port, LOG_FORMAT: 'json' };
    const pulled = startProgram(t, ['run', '--exporters', 'prometheus,console'], env);
    assert.equal((await pulled.ended).code, 1);
    assert.match(await pulled.message('start_failed'), /already in use.*--exporter-port \(EXPORTER_PORT\)$/);
    const pushing = startProgram(t, ['run', '--exporters', 'console'], { ...env, OTEL_METRIC_EXPORT_INTERVAL: '500' });
    assert.match(await pushing.message('http_server_missing'), /already in use.*--exporter-port \(EXPORTER_PORT\)$/);
    await pushing.message('pushing');
    await until('two exports', () =>
      pushing.stdout().split("name: 'aws.ecs.exporter.polls'").length > 2 ? true : undefined,
    );
    assert.equal((await pushing.stop('SIGTERM')).code, 0);
  });

  test('METRICS=-*: one warning that no metrics are selected, and none from the SDK', async (t) => {
    const { endpoint } = await scriptedEndpoint(t);
    const env = { METRICS: '-*', EXPORTER_PORT: '0', OTEL_METRIC_EXPORT_INTERVAL: '200', LOG_FORMAT: 'json' };
    const argv = ['run', '--metadata-url', endpoint.url, '--exporters', 'prometheus,console'];
    const program = startProgram(t, argv, env);
    const origin = await program.origin();
    await until('a good sample', async () => (await fetch(`${origin}/-/ready`)).status === 200 || undefined);
    assert.equal((await fetch(`${origin}/metrics`)).status, 200);
    assert.equal((await program.stop('SIGTERM')).code, 0);
    assert.deepEqual(program.events(), ['no_metrics', 'listening', 'task_found', 'stopping', 'stopped']);
  });

  test('once with an unreachable or invalid endpoint: exit code 1 and the reason', async (t) => {
    const { endpoint } = await scriptedEndpoint(t);
    endpoint.fault = { status: 404, body: CANARY };
    const wrong = startProgram(t, ['once', '--metadata-url', endpoint.url]);
    assert.equal((await wrong.ended).code, 1);
    assert.match(
      wrong.stderr(),
      /^error: client_error: http:\/\/127\.0\.0\.1:\d+\S+ \(--metadata-url\) returned 404: [^\n]+\n$/,
    );
    await endpoint.close();
    const gone = startProgram(t, ['once', '--format', 'json', '--metadata-url', endpoint.url]);
    assert.equal((await gone.ended).code, 1);
    assert.match(gone.stderr(), /^error: unreachable: [^\n]+ECONNREFUSED[^\n]+\n$/);
    assert.ok(!`${wrong.stderr()}${wrong.stdout()}`.includes(CANARY));
  });

  test('healthcheck: healthy even while the endpoint is down, unhealthy after the exit', async (t) => {
    const { endpoint } = await scriptedEndpoint(t);
    const program = startProgram(t, ['run', '--metadata-url', endpoint.url, '--exporter-port', '0']);
    const { port } = new URL(await program.origin());
    const check = () => startProgram(t, ['healthcheck'], { EXPORTER_PORT: port }).ended;
    endpoint.fault = 'reset';
    // Its own deadline may pass on a busy machine.
    await until('a healthy result', async () => ((await check()).code === 0 ? true : undefined));
    await program.stop('SIGTERM');
    assert.equal((await check()).code, 1);
  });

  test('demo: serves a complete page with changing values', async (t) => {
    const program = startProgram(t, ['demo', '--exporter-port', '0', '--interval', '1']);
    const origin = await until('its address', () => /Metrics +(\S+)\/metrics\n/.exec(program.stdout())?.[1]);
    const first = await until('a good scrape', async () => cpuSeconds(await page(origin)));
    await until('a later value', async () => ((cpuSeconds(await page(origin)) ?? 0) > first ? true : undefined));
    assert.ok(((await page(origin)).value('ecs_task_cpu_cores', { container_name: 'web' }) ?? 0) > 0);
    assert.equal((await program.stop('SIGINT')).code, 0);
  });

  test('demo --endpoint-only: run can read the endpoint, and values change', async (t) => {
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
