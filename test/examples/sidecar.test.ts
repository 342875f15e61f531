/** The unchanged otel-collector.yaml in a real Collector, with a real exporter. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../real/wait.ts';
import { choicesOf, choose } from './choices.ts';
import { cleanUpAfter } from './clean-up.ts';
import { pathOf, textOf } from './example-files.ts';
import { startExporterTask, startPushingTask } from './exporter-tasks.ts';
import { startBackend, startSidecar, WAIT } from './sidecar-parts.ts';

const SIDECAR = 'otel-collector.yaml';
/** Warnings and errors in the log, including deprecations. */
const COMPLAINTS = /^.*\t(warn|error)\t.*$/gm;

test('unchanged, it receives pushes without credentials and logs their number', async (t) => {
  const cleanUp = cleanUpAfter(t);
  const none = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_REGION: '' };
  const collector = await startSidecar(cleanUp, pathOf(SIDECAR), none);
  const health = await fetch(`http://127.0.0.1:${collector.places.sparePort}/`);
  assert.equal(health.status, 200);

  await startPushingTask(cleanUp, 1, `http://localhost:${collector.places.otlpPort}`);
  const line = await until(
    'a line about what came',
    () => /"resource metrics": 1, "metrics": (\d+), "data points": (\d+)/.exec(collector.log()) ?? undefined,
    WAIT,
  );
  assert.ok(Number(line[1]) > 30 && Number(line[2]) > 100, line[0]);
  const own = await collector.ownMetrics();
  const points = (name: string): number => own.value(name) ?? 0;
  assert.ok(points('otelcol_exporter_sent_metric_points') >= Number(line[2]));
  assert.equal(points('otelcol_receiver_refused_metric_points'), 0);
  assert.deepEqual(collector.log().match(COMPLAINTS), null);
});

test('if it is stopped after the exporter, as by ECS, it forwards everything that it received', async (t) => {
  const cleanUp = cleanUpAfter(t);
  const backend = await startBackend(cleanUp);
  const file = cleanUp.file(choose(textOf(SIDECAR), 'gateway'));
  // Longer than the test, so that data stays in the batch.
  const collector = await startSidecar(cleanUp, file, { OTLP_URL: backend.url }, { batchTimeout: '600s' });
  const accepted = async (): Promise<number> =>
    (await collector.ownMetrics()).value('otelcol_receiver_accepted_metric_points') ?? 0;

  const otlp = ['--exporters', 'otlp', '--otlp-endpoint', `http://localhost:${collector.places.otlpPort}`];
  const { exporter } = await startExporterTask(cleanUp, 1, ...otlp, '--export-interval', '60');
  const first = await until('the first export', async () => (await accepted()) || undefined, WAIT);
  await exporter.stop();
  const all = await accepted();
  assert.ok(all > first, 'no last export');
  assert.equal(backend.requests(), 0);

  await collector.stop();
  assert.equal(backend.requests(), 1);
  const passedOn = [...collector.log().matchAll(/"data points": (\d+)/g)].map(([, points]) => Number(points));
  assert.equal(
    passedOn.reduce((sum, points) => sum + points, 0),
    all,
  );
});

test('with all choices, it signs requests to both AWS services, sends the key and identifies the task', async (t) => {
  const cleanUp = cleanUpAfter(t);
  const backends = {
    gateway: await startBackend(cleanUp),
    amp: await startBackend(cleanUp),
    cloudwatch: await startBackend(cleanUp),
  };
  const pageTask = await startExporterTask(cleanUp, 2);

  const text = textOf(SIDECAR);
  // Without awsemf, which this Collector does not contain.
  const choices = [...choicesOf(text)].filter((choice) => choice !== 'emf');
  const chosen = choose(text, ...choices);
  assert.match(chosen, /localhost:9545/);
  const file = cleanUp.file(
    chosen.replace('localhost:9545', `localhost:${pageTask.exporter.port}`).replace('interval: 15s', 'interval: 1s'),
  );
  const env = {
    OTLP_URL: backends.gateway.url,
    OTLP_AUTHORIZATION: 'Bearer made-up',
    PROMETHEUS_REMOTE_WRITE_URL: `${backends.amp.url}/api/v1/remote_write`,
  };
  const exporters = {
    debug: { verbosity: 'detailed' },
    // The only address that is not a variable.
    'otlp_http/cloudwatch': { metrics_endpoint: `${backends.cloudwatch.url}/v1/metrics` },
  };
  const collector = await startSidecar(cleanUp, file, env, { exporters });
  const pushTask = await startPushingTask(cleanUp, 1, `http://localhost:${collector.places.otlpPort}`);

  const gateway = await backends.gateway.received();
  assert.equal(gateway.path, '/v1/metrics');
  assert.equal(gateway.headers.authorization, 'Bearer made-up');
  const amp = await backends.amp.received();
  assert.equal(amp.path, '/api/v1/remote_write');
  assert.equal(amp.headers['content-encoding'], 'snappy');
  assert.match(
    amp.headers.authorization ?? '',
    /^AWS4-HMAC-SHA256 Credential=dummy\/\d+\/eu-west-1\/aps\/aws4_request,/,
  );
  const cloudwatch = await backends.cloudwatch.received();
  assert.equal(cloudwatch.path, '/v1/metrics');
  assert.match(
    cloudwatch.headers.authorization ?? '',
    /^AWS4-HMAC-SHA256 Credential=dummy\/.*\/monitoring\/aws4_request,/,
  );

  // Both the scraped and the pushing exporter are identified by their task.
  await until(
    'a metric of the page',
    () => (collector.log().includes('-> Name: ecs_task_cpu_usage_ratio') ? 'there' : undefined),
    WAIT,
  );
  const instances = collector.log().matchAll(/-> service\.instance\.id: Str\((.+)\)/g);
  assert.deepEqual(new Set(instances.map(([, id]) => id)), new Set([pushTask.taskId, pageTask.taskId]));
  assert.deepEqual(collector.log().match(COMPLAINTS), null);
});
