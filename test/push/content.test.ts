/** Compares the exports to a Collector with the page of the same sample. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VOCABULARIES } from '../../src/metrics/vocabulary.ts';
import { VERSION } from '../../src/version.ts';
import { metricsOf } from '../helpers/otlp-export.ts';
import { startProgram } from '../helpers/program.ts';
import { aMinuteAgoNs } from '../helpers/scripted-documents.ts';
import { TASK_ARN, TASK_ID } from '../helpers/scripted-task.ts';
import { parseExposition } from '../real/exposition.ts';
import { listAt, textAt } from '../real/json.ts';
import { until } from '../real/wait.ts';
import { contentOfExport, contentOfPage } from './content-as-page.ts';
import { assertDefinitions, assertStartTimes } from './content-checks.ts';
import { startFileCollector } from './file-collector.ts';
import { startPushExporter } from './push-exporter.ts';

const WAYS = [
  ['http/protobuf', 'none'],
  ['http/protobuf', 'gzip'],
  ['http/json', 'none'],
  ['http/json', 'gzip'],
] as const;

for (const [protocol, compression] of WAYS) {
  test(`${protocol}, ${compression}: the Collector receives the content of the page, sample by sample`, async (t) => {
    const files = await startFileCollector(t);
    const earliestNs = BigInt(Date.now()) * 1_000_000n;
    const options = {
      otlp: { protocol, compression },
      resourceAttributes: { 'deployment.environment.name': 'staging ü' },
    };
    const sampledAfterNs = aMinuteAgoNs();
    const running = await startPushExporter(t, files.collector.otlpUrl, VOCABULARIES, options);
    const { task } = running;

    for (const [poll, step] of [
      [1, () => {}],
      [2, () => task.advance(10)],
      [
        3,
        () => {
          task.advance(10);
          task.restart('worker');
          task.advance(5);
        },
      ],
    ] as const) {
      step();
      if (poll > 1) await running.poll();
      const exported = await files.exportOfPoll(poll);
      const page = await running.page();
      assert.equal(parseExposition(page).value('aws_ecs_exporter_polls_total'), poll);
      const content = contentOfExport(exported);
      assert.ok(content.values.length > 120, `only ${content.values.length} series`);
      assert.deepEqual(content, contentOfPage(page));
      assertDefinitions(exported);
      const containers = new Map([...task.containers.values()].map(({ name, startedNs }) => [name, startedNs]));
      assertStartTimes(exported, {
        containers,
        isNetworkShared: false,
        earliestNs,
        sampledAfterNs,
        newestSampleNs: task.nowNs(),
      });
    }
    const last = files.written().at(-1) ?? assert.fail('nothing was written');
    assert.deepEqual(new Map([...last.resource].filter(([name]) => !name.startsWith('telemetry.sdk.'))), RESOURCE);

    await running.exporter.shutdown();
    const own = await files.collector.ownMetrics();
    const accepted = own.value('otelcol_receiver_accepted_metric_points', { receiver: 'otlp' });
    await until('every accepted point to be written', () => {
      const points = files
        .written()
        .flatMap(metricsOf)
        .flatMap((metric) => metric.points);
      return points.length === accepted ? 'written' : undefined;
    });
    assert.equal(own.value('otelcol_receiver_refused_metric_points', { receiver: 'otlp' }), 0);
    assert.doesNotMatch(files.collector.log(), /\t(warn|error)\t/);
  });
}

const RESOURCE = new Map(
  Object.entries({
    'service.name': 'ecs-container-exporter',
    'service.version': VERSION,
    'service.instance.id': TASK_ID,
    'cloud.provider': 'aws',
    'cloud.platform': 'aws_ecs',
    'cloud.region': 'eu-west-1',
    'cloud.account.id': '111122223333',
    'cloud.availability_zone': 'eu-west-1b',
    'aws.ecs.cluster.arn': 'arn:aws:ecs:eu-west-1:111122223333:cluster/shop',
    'aws.ecs.task.arn': TASK_ARN,
    'cloud.resource_id': TASK_ARN,
    'aws.ecs.task.id': TASK_ID,
    'aws.ecs.task.family': 'shop',
    'aws.ecs.task.revision': '7',
    'aws.ecs.launchtype': 'ec2',
    'aws.ecs.service.name': 'shop-service',
    'deployment.environment.name': 'staging ü',
  }),
);

test('demo as a process: the Collector receives the content of the page', async (t) => {
  const files = await startFileCollector(t);
  const earliestNs = BigInt(Date.now()) * 1_000_000n;
  const program = startProgram(t, ['demo', '--exporter-port', '0', '--interval', '2'], {
    EXPORTERS: 'prometheus,otlp',
    METRIC_NAMES: 'ecs,semconv',
    OTEL_METRIC_EXPORT_INTERVAL: '200',
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: files.collector.otlpUrl,
  });
  const printed = (pattern: RegExp): Promise<string> =>
    until(`${pattern} in what it prints`, () => pattern.exec(program.stdout())?.[0], { timeoutMs: 20_000 });
  const pageUrl = await printed(/http:\S+\/metrics$/m);
  const taskUrl = await printed(/http:\S+\/task$/m);
  for (const poll of [2, 3]) {
    const exported = await files.exportOfPoll(poll);
    const page = await (await fetch(pageUrl)).text();
    assert.equal(parseExposition(page).value('aws_ecs_exporter_polls_total'), poll, 'the page was too late');
    const content = contentOfExport(exported);
    assert.ok(content.values.length > 200, `only ${content.values.length} series`);
    assert.deepEqual(content, contentOfPage(page));
    assertDefinitions(exported);

    const task: unknown = await (await fetch(taskUrl)).json();
    const starts = listAt(task, 'Containers').map((one) => [textAt(one, 'Name'), textAt(one, 'StartedAt')] as const);
    const containers = new Map(starts.map(([name, instant]) => [name, nanosecondsOf(instant)]));
    assertStartTimes(exported, { containers, isNetworkShared: true, earliestNs, sampledAfterNs: earliestNs });
  }
});

/** RFC 3339 with up to nine digits. */
function nanosecondsOf(instant: string): bigint {
  const [, seconds = '', fraction = ''] = /^(.*?)(?:\.(\d+))?Z$/.exec(instant) ?? [];
  return BigInt(Date.parse(`${seconds}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}
