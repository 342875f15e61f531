/** Times, encoding and totals of OTLP exports. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testConfig } from '../helpers/config.ts';
import { startFaultEndpoint } from '../helpers/fault-endpoint.ts';
import { metricsOf, type OtlpExport, pointsOf } from '../helpers/otlp-export.ts';
import { startOtlpReceiver } from '../helpers/otlp-receiver.ts';
import { startPushingExporter } from '../helpers/pushing-exporter.ts';
import { startExporterOn } from '../helpers/running.ts';
import { scriptedTask } from '../helpers/scripted-task.ts';
import { stopClock } from '../helpers/test-clock.ts';

const OFTEN = { exportIntervalMs: 100, exportTimeoutMs: 100 };

const valueIn = (exported: OtlpExport, name: string, container?: string): number | undefined =>
  pointsOf(exported, name, container === undefined ? {} : { 'container.name': container })[0]?.value;

test('one export after the first sample, one after the last sample, none in between', async (t) => {
  const pushing = await startPushingExporter(t, { config: { exportIntervalMs: 60_000 } });
  const first = await pushing.receiver.received(0);
  assert.equal(pushing.clock.elapsedMs, 0);
  assert.equal(valueIn(first, 'aws.ecs.exporter.polls'), 1);
  assert.equal(valueIn(first, 'aws.ecs.container.cpu.time', 'web'), 60 * 0.25);

  pushing.task.advance(10);
  pushing.task.publish(pushing.endpoint);
  await pushing.clock.settled();
  pushing.clock.pass(59_000);
  await pushing.clock.settled();
  assert.equal(pushing.receiver.requests, 1);
  await pushing.clock.during(pushing.exporter.shutdown());
  const last = await pushing.receiver.received(1);
  assert.equal(valueIn(last, 'aws.ecs.exporter.polls'), 2);
  assert.equal(valueIn(last, 'aws.ecs.container.cpu.time', 'web'), 70 * 0.25);
  assert.equal(pushing.receiver.requests, 2);
  assert.deepEqual(
    pushing.lines().map(({ event }) => event),
    ['task_found'],
  );
});

test('an endpoint that starts late: the first successful sample is pushed at once, with the identity of the task', async (t) => {
  const clock = stopClock(t);
  const receiver = await startOtlpReceiver();
  const endpoint = await startFaultEndpoint();
  const task = scriptedTask('web');
  task.publish(endpoint);
  endpoint.fault = { status: 404 };
  const { otlp } = testConfig(endpoint.url);
  t.after(async () => {
    await receiver.close();
    await clock.during(running.exporter.shutdown());
    await endpoint.close();
  });
  const running = await startExporterOn(t, endpoint, task, {
    intervalMs: 15_000,
    exporters: ['otlp'],
    otlp: { ...otlp, url: new URL(receiver.url) },
  });
  const first = await receiver.received(0);
  assert.equal(valueIn(first, 'aws.ecs.exporter.status'), 0);
  assert.deepEqual(pointsOf(first, 'aws.ecs.container.cpu.time'), []);
  // Distinguishes the tasks of a fleet.
  assert.match(String(first.resource.get('service.instance.id')), /^[0-9a-f-]{36}$/);
  endpoint.fault = 'none';
  const second = await clock.until('another export', () => receiver.exports[1]);
  assert.ok(clock.elapsedMs < 15_000, `after ${clock.elapsedMs} ms`);
  assert.equal(valueIn(second, 'aws.ecs.exporter.status'), 1);
  assert.equal(valueIn(second, 'aws.ecs.container.cpu.time', 'web'), 60 * 0.25);
  assert.equal(second.resource.get('aws.ecs.task.family'), 'shop');
  assert.equal(await running.status('/metrics'), 404);
});

test('gzip: the same content, compressed', async (t) => {
  for (const protocol of ['http/json', 'http/protobuf'] as const) {
    const { receiver } = await startPushingExporter(t, { otlp: { protocol, compression: 'gzip' } });
    const first = await receiver.received(0);
    assert.equal(first.headers['content-encoding'], 'gzip');
    assert.equal(valueIn(first, 'aws.ecs.container.cpu.time', 'web'), 60 * 0.25);
  }
});

test('headers reach the receiver and are not logged', async (t) => {
  const headers = { authorization: 'Bearer c4n4ry-token', 'x-api-key': 'c4n4ry-key' };
  const pushing = await startPushingExporter(t, { otlp: { headers }, config: OFTEN });
  const first = await pushing.receiver.received(0);
  assert.equal(first.headers.authorization, headers.authorization);
  assert.equal(first.headers['x-api-key'], headers['x-api-key']);
  pushing.receiver.behaviour = 401;
  const requests = pushing.receiver.requests;
  await pushing.clock.until('three exports', () => pushing.receiver.requests >= requests + 3 || undefined);
  await pushing.clock.during(pushing.exporter.shutdown());
  const log = JSON.stringify(pushing.events());
  assert.ok(log.includes('otlp_export_failing') && !log.includes('c4n4ry'), log);
  assert.ok(!(await import('node:util')).inspect(pushing.events(), { depth: 12 }).includes('c4n4ry'));
});

test('series of a removed container are no longer pushed', async (t) => {
  const pushing = await startPushingExporter(t, { config: OFTEN });
  const first = await pushing.receiver.received(0);
  const names = (exported: OtlpExport): readonly unknown[] => [
    ...new Set(
      metricsOf(exported).flatMap(({ points }) => points.map(({ attributes }) => attributes.get('container.name'))),
    ),
  ];
  assert.deepEqual(names(first).toSorted(), ['web', 'worker', undefined]);
  pushing.task.containers.delete('worker');
  await pushing.poll();
  await pushing.clock.during(pushing.exporter.shutdown());
  const last = pushing.receiver.exports.at(-1) ?? assert.fail('nothing was pushed');
  assert.deepEqual(names(last).toSorted(), ['web', undefined]);
});

test('delta: exports add up to the growth since the start of the exporter, over a gap and a restart', async (t) => {
  const pushing = await startPushingExporter(t, { otlp: { temporality: 'delta' }, config: OFTEN });
  const { receiver, task, clock } = pushing;
  const web = task.containers.get('web') ?? assert.fail('no web');
  const steps = [
    () => {},
    () => {
      web.isRunning = false;
    },
    () => {
      web.isRunning = true;
    },
    () => task.restart('worker'),
    () => {},
  ];
  for (const step of steps) {
    // So that each sample has its own export.
    const next = receiver.exports.length + 1;
    await clock.until('two exports', () => receiver.exports[next]);
    task.advance(10);
    step();
    task.advance(5);
    await pushing.poll();
  }
  await pushing.clock.during(pushing.exporter.shutdown());
  const kinds = new Map(receiver.exports.flatMap(metricsOf).map(({ name, temporality }) => [name, temporality]));
  assert.equal(kinds.get('aws.ecs.container.cpu.time'), 'delta');
  assert.equal(kinds.get('container.memory.usage'), 'cumulative');
  const sum = (name: string, container: string): number =>
    receiver.exports.map((exported) => valueIn(exported, name, container) ?? 0).reduce((a, b) => a + b, 0);
  assert.equal(sum('aws.ecs.container.cpu.time', 'web'), 75 * 0.25);
  // The first run was sampled for 3 x 15 s, the second one at 5 s and 20 s.
  assert.equal(sum('aws.ecs.container.cpu.time', 'worker'), (45 + 20) * 0.5);
  const whole = receiver.exports.map((exported) => valueIn(exported, 'aws.ecs.task.cpu.time') ?? 0);
  assert.equal(
    whole.reduce((a, b) => a + b, 0),
    75 * 0.25 + 65 * 0.5,
  );
});
