/** Compares OTLP exports, decoded independently of the program, with the page of the same sample. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metricSet } from '../../src/metrics/row-instruments.ts';
import { VERSION } from '../../src/version.ts';
import { asValues, pushedValues, sorted } from '../helpers/otlp-as-prometheus.ts';
import { metricsOf, type OtlpMetric, type OtlpPoint, pointsOf } from '../helpers/otlp-export.ts';
import { startPushingExporter } from '../helpers/pushing-exporter.ts';
import { TASK_ARN, TASK_ID } from '../helpers/scripted-task.ts';

const PROTOCOLS = [
  ['http/json', 'application/json'],
  ['http/protobuf', 'application/x-protobuf'],
] as const;

const KINDS = {
  counter: 'monotonic sum, cumulative',
  updowncounter: 'sum, cumulative',
  gauge: 'gauge',
} as const;

function kindOf({ kind, isMonotonic, temporality }: OtlpMetric): string {
  return kind === 'sum' ? `${isMonotonic ? 'monotonic ' : ''}sum, ${temporality}` : kind;
}

for (const [protocol, contentType] of PROTOCOLS) {
  test(`${protocol}: the series and values of the page`, async (t) => {
    const pushing = await startPushingExporter(t, { otlp: { protocol } });
    const first = await pushing.receiver.received(0);
    assert.equal(first.headers['content-type'], contentType);
    assert.equal(first.headers['content-encoding'], undefined);
    const served = (await pushing.metrics()).series.filter(({ name }) => name !== 'target_info');
    assert.ok(served.length > 60, `only ${served.length} series`);
    assert.deepEqual(sorted(pushedValues(metricsOf(first))), sorted(asValues(served)));
  });

  test(`${protocol}: scope, names, units, kinds`, async (t) => {
    const { receiver } = await startPushingExporter(t, { otlp: { protocol } });
    const first = await receiver.received(0);
    const scopes = first.scopes.map(({ name, version }) => [name, version]);
    assert.deepEqual(scopes, [['ecs-container-exporter/semconv', VERSION]]);
    const pushed = new Map(metricsOf(first).map((metric) => [metric.name, metric]));
    assert.equal(pushed.size, metricsOf(first).length, 'a metric is there twice');
    const defined = new Map(metricSet('semconv', VERSION).metrics.map((metric) => [metric.name, metric]));
    for (const metric of pushed.values()) {
      const { unit, description, kind = 'gauge', valueType } = defined.get(metric.name) ?? {};
      assert.deepEqual(
        [metric.name, metric.unit, metric.description, kindOf(metric)],
        [metric.name, unit, description, KINDS[kind]],
      );
      for (const { isInteger } of metric.points) assert.equal(isInteger, valueType === 'int', metric.name);
    }
    const about = [
      'aws.ecs.container.cpu.time',
      'container.memory.usage',
      'aws.ecs.container.memory.limit_utilization',
      'container.network.io',
    ];
    assert.deepEqual(
      about.map((name) => [pushed.get(name)?.unit, kindOf(pushed.get(name) ?? assert.fail(`no ${name}`))]),
      [
        ['s', KINDS.counter],
        ['By', KINDS.updowncounter],
        ['1', KINDS.gauge],
        ['By', KINDS.counter],
      ],
    );
  });

  test(`${protocol}: counters start at their container's start, and no point ends before it starts`, async (t) => {
    const pushing = await startPushingExporter(t, { otlp: { protocol } });
    pushing.task.advance(10);
    pushing.task.restart('worker');
    pushing.task.advance(5);
    await pushing.poll();
    const earliest = BigInt(Date.now() - 60_000) * 1_000_000n;
    await pushing.clock.during(pushing.exporter.shutdown());
    const last = pushing.receiver.exports.at(-1) ?? assert.fail('nothing was pushed');
    const startsOf = (name: string, container: string): readonly bigint[] => [
      ...new Set(pointsOf(last, name, { 'container.name': container }).map(({ startNs }) => startNs)),
    ];
    for (const name of ['aws.ecs.container.cpu.time', 'container.disk.io', 'container.network.io']) {
      for (const container of ['web', 'worker']) {
        assert.deepEqual(startsOf(name, container), [pushing.task.containers.get(container)?.startedNs], name);
      }
    }
    const taskStart = pushing.task.containers.get('web')?.startedNs;
    assert.deepEqual(
      pointsOf(last, 'aws.ecs.task.cpu.time').map(({ startNs }) => startNs),
      [taskStart],
    );
    const [polls] = pointsOf(last, 'aws.ecs.exporter.polls');
    assert.ok(polls !== undefined && polls.startNs > earliest && polls.startNs < polls.timeNs);
    const points: readonly OtlpPoint[] = metricsOf(last).flatMap((metric) => metric.points);
    for (const { startNs, timeNs } of points) assert.ok(timeNs >= startNs);
  });
}

test('the resource is the task, and OTEL_RESOURCE_ATTRIBUTES takes precedence', async (t) => {
  const resourceAttributes = { 'cloud.region': 'mars-1', 'deployment.environment.name': 'staging ü' };
  const { receiver } = await startPushingExporter(t, { config: { serviceName: 'shop-metrics', resourceAttributes } });
  const { resource } = await receiver.received(0);
  const telemetry = [...resource].filter(([name]) => name.startsWith('telemetry.sdk.'));
  assert.equal(telemetry.length, 3);
  assert.deepEqual(
    new Map([...resource].filter(([name]) => !name.startsWith('telemetry.sdk.'))),
    new Map(
      Object.entries({
        'service.name': 'shop-metrics',
        'service.version': VERSION,
        'service.instance.id': TASK_ID,
        'cloud.provider': 'aws',
        'cloud.platform': 'aws_ecs',
        'cloud.region': 'mars-1',
        'cloud.resource_id': TASK_ARN,
        'cloud.account.id': '111122223333',
        'cloud.availability_zone': 'eu-west-1b',
        'aws.ecs.cluster.arn': 'arn:aws:ecs:eu-west-1:111122223333:cluster/shop',
        'aws.ecs.task.arn': TASK_ARN,
        'aws.ecs.task.id': TASK_ID,
        'aws.ecs.task.family': 'shop',
        'aws.ecs.task.revision': '7',
        'aws.ecs.launchtype': 'ec2',
        'aws.ecs.service.name': 'shop-service',
        'deployment.environment.name': 'staging ü',
      }),
    ),
  );
});

test('without OTEL_SERVICE_NAME, the service name is that of OTEL_RESOURCE_ATTRIBUTES or the exporter', async (t) => {
  const { receiver } = await startPushingExporter(t);
  assert.equal((await receiver.received(0)).resource.get('service.name'), 'ecs-container-exporter');
  const named = await startPushingExporter(t, { config: { resourceAttributes: { 'service.name': 'mine' } } });
  assert.equal((await named.receiver.received(0)).resource.get('service.name'), 'mine');
});
