/** The unchanged gateway example: real exporters push to a real Collector and a real Prometheus. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseExposition } from '../real/exposition.ts';
import { until } from '../real/wait.ts';
import { choose } from './choices.ts';
import { cleanUpAfter } from './clean-up.ts';
import { examplesEndingWith, pathOf, textOf } from './example-files.ts';
import { replaced, seesBoth, startGateway, startPrometheus, startTasks, TASK_METRIC, WAIT } from './gateway-parts.ts';
import { promtoolFindings } from './prometheus-3.ts';

const GATEWAY = 'examples/gateway/gateway.yaml';
const SCRAPED = 'examples/gateway/prometheus.yml';
const PUSHED = 'examples/gateway/prometheus-otlp.yml';
/** Warnings and errors in the log, including deprecations. */
const COMPLAINTS = /^.*\t(warn|error)\t.*$/gm;

test('promtool accepts both Prometheus configurations, and rejects a misspelt one', (t) => {
  const cleanUp = cleanUpAfter(t);
  // Alert rules are in test/prometheus.
  const configurations = examplesEndingWith('.yml').filter((path) => !path.startsWith('examples/prometheus/'));
  assert.deepEqual(configurations, [PUSHED, SCRAPED]);
  for (const file of [SCRAPED, PUSHED]) {
    assert.equal(promtoolFindings(pathOf(file)), '');
    const misspelt = cleanUp.file(textOf(file).replace(/honor_labels|promote_resource/, 'x_$&'));
    assert.match(promtoolFindings(misspelt), /field x_\w+ not found/);
  }
});

test('Prometheus scrapes the gateway: each task has its own series, which expire after the task has stopped', async (t) => {
  const cleanUp = cleanUpAfter(t);
  const gateway = await startGateway(cleanUp, pathOf(GATEWAY), ({ prometheusPort, sparePort }) => ({
    exporters: {
      prometheus: { endpoint: `127.0.0.1:${prometheusPort}`, metric_expiration: '4s' },
      'prometheus/nameless': { endpoint: `127.0.0.1:${sparePort}` },
    },
    // Series without the task's id, for comparison.
    processors: { 'resource/nameless': { attributes: [{ key: 'service.instance.id', action: 'delete' }] } },
    service: {
      pipelines: {
        'metrics/nameless': {
          receivers: ['otlp'],
          processors: ['resource/nameless'],
          exporters: ['prometheus/nameless'],
        },
      },
    },
  }));
  const { prometheusPort, sparePort } = gateway.places;
  const targets = { 'otel-gateway.shop.internal:8889': `127.0.0.1:${prometheusPort}` };
  const prometheus = await startPrometheus(cleanUp, replaced(textOf(SCRAPED), { ...targets, ' 30s': ' 1s' }));
  const tasks = await startTasks(cleanUp, `http://127.0.0.1:${gateway.places.otlpPort}`);
  await seesBoth(prometheus, tasks);

  // Names and labels are those of the exporter's page: the instance is the task's id, the job is the exporter.
  const [web] = await prometheus.query(
    `aws_ecs_container_cpu_time_seconds_total{container_name="web",instance="${tasks[0].taskId}"}`,
  );
  assert.equal(web?.['job'], 'ecs-container-exporter');
  assert.equal(web?.['otel_scope_name'], undefined);
  assert.equal(web?.['exported_job'], undefined);

  const queries = [...textOf('examples/gateway/README.md').matchAll(/```promql\n(.+?)```/gs)];
  assert.equal(queries.length, 2);
  for (const [, query = ''] of queries) {
    await until(
      `an answer to ${query}`,
      async () => ((await prometheus.query(query)).length > 0 ? 'some' : undefined),
      WAIT,
    );
  }

  const nameless = parseExposition(await (await fetch(`http://127.0.0.1:${sparePort}/metrics`)).text());
  assert.equal(nameless.series.filter(({ name }) => name === TASK_METRIC).length, 1);

  const [gone, stays] = tasks;
  await gone.exporter.stop();
  await until(
    'the end of its series',
    async () => {
      const left = await prometheus.query(`{instance="${gone.taskId}"}`);
      return left.length === 0 ? 'ended' : undefined;
    },
    WAIT,
  );
  assert.equal((await prometheus.query(`${TASK_METRIC}{instance="${stays.taskId}"}`)).length, 1);
  assert.deepEqual(gateway.log().match(COMPLAINTS), null);
});

test('with remote-write enabled, the gateway writes the same series to Prometheus', async (t) => {
  const cleanUp = cleanUpAfter(t);
  const prometheus = await startPrometheus(cleanUp, '{}', '--web.enable-remote-write-receiver');
  const file = cleanUp.file(choose(textOf(GATEWAY), 'remote-write'));
  const env = { PROMETHEUS_REMOTE_WRITE_URL: `${prometheus.origin}/api/v1/write` };
  const gateway = await startGateway(
    cleanUp,
    file,
    ({ prometheusPort }) => ({
      exporters: { prometheus: { endpoint: `127.0.0.1:${prometheusPort}` } },
    }),
    env,
  );
  const tasks = await startTasks(cleanUp, `http://127.0.0.1:${gateway.places.otlpPort}`);
  await seesBoth(prometheus, tasks);
  assert.deepEqual(gateway.log().match(COMPLAINTS), null);
});

test('Prometheus receives pushes directly, with the same labels', async (t) => {
  const cleanUp = cleanUpAfter(t);
  const prometheus = await startPrometheus(cleanUp, textOf(PUSHED), '--web.enable-otlp-receiver');
  const tasks = await startTasks(cleanUp, `${prometheus.origin}/api/v1/otlp`);
  await seesBoth(prometheus, tasks);
});
