/** Bytes and points of the push exporters, as counted by the exporter and the receiver, and the exported resource. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { globsOf, testConfig } from '../helpers/config.ts';
import { metricsOf } from '../helpers/otlp-export.ts';
import { startPushingExporter } from '../helpers/pushing-exporter.ts';
import { startRunningExporter } from '../helpers/running.ts';
import { udpReceiver } from '../helpers/statsd-receiver.ts';
import { until } from '../real/wait.ts';

for (const compression of ['gzip', 'none'] as const) {
  test(`otlp, compression ${compression}: the bytes and points that the receiver counts`, async (t) => {
    const pushing = await startPushingExporter(t, { otlp: { compression } });
    const { headers, ...first } = await pushing.receiver.received(0);
    const points = metricsOf(first).reduce((sum, metric) => sum + metric.points.length, 0);
    // The export is counted after the response.
    const page = await until('the count of the export', async () => {
      await pushing.poll();
      const now = await pushing.metrics();
      return now.value('aws_ecs_exporter_exports_total', { otel_component_name: 'otlp' }) === 1 ? now : undefined;
    });
    const labels = { otel_component_name: 'otlp' };
    assert.equal(page.value('aws_ecs_exporter_export_io_bytes_total', labels), Number(headers['content-length']));
    const accepted = page
      .having(labels)
      .filter((series) => series.name.startsWith('otel_sdk_exporter_metric') && !series.labels.has('error_type'));
    assert.deepEqual(
      accepted.map(({ value }) => value),
      [points],
    );
  });
}

test('statsd: the bytes of the datagrams; only accepted points are counted in ecs', async (t) => {
  const receiver = await udpReceiver(t);
  const { statsd } = testConfig('http://127.0.0.1/');
  const running = await startRunningExporter(t, {
    exporters: ['prometheus', 'statsd', 'console'],
    vocabularies: { prometheus: ['ecs'], statsd: ['ecs'], otlp: [], console: [] },
    statsd: { ...statsd, port: receiver.port },
  });
  const labels = { exporter: 'statsd' };
  const page = await until('the count of the export', async () => {
    const sent = Buffer.byteLength(receiver.datagrams.join(''));
    await running.poll();
    const now = await running.metrics();
    return sent > 0 && now.value('ecs_task_exporter_export_bytes_total', labels) === sent ? now : undefined;
  });
  const names = page.having(labels).map(({ name }) => name);
  assert.equal(names.filter((name) => name === 'ecs_task_exporter_exported_points_total').length, 1);
  assert.equal(page.value('ecs_task_exporter_export_bytes_total', { exporter: 'console' }), undefined);
});

test('the exported resource attributes, in an export and in target_info', async (t) => {
  const resourceAttributesInclude = globsOf('aws.ecs.task.f*', 'cloud.region', 'no.such.attribute');
  const { receiver, ...pushing } = await startPushingExporter(t, { config: { resourceAttributesInclude } });
  const { resource } = await receiver.received(0);
  const names = ['aws.ecs.task.family', 'cloud.region', 'service.instance.id', 'service.name'];
  assert.deepEqual([...resource.keys()].sort(), names);
  const target = (await pushing.metrics()).series.find(({ name }) => name === 'target_info');
  assert.deepEqual(
    [...(target?.labels.keys() ?? [])].sort(),
    names.map((name) => name.replaceAll('.', '_')),
  );
});

test('tags of DogStatsD do not depend on the exported resource attributes', async (t) => {
  const receiver = await udpReceiver(t);
  const { statsd } = testConfig('http://127.0.0.1/');
  await startRunningExporter(t, {
    exporters: ['statsd'],
    resourceAttributesInclude: globsOf('cloud.region'),
    statsd: { ...statsd, port: receiver.port, taskTags: ['task_family'] },
  });
  const [line = ''] = await receiver.lines(1);
  assert.match(line, /task_family:shop/);
});
