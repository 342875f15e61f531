import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Attributes } from '@opentelemetry/api';
import { emptyResource, resourceFromAttributes } from '@opentelemetry/resources';
import type { MetricData } from '@opentelemetry/sdk-metrics';
import { constantTag, joinLines } from '../../../../instrumentation/statsd/dogstatsd-lines.ts';
import { createStatsdExporter, type StatsdOptions } from '../../../../instrumentation/statsd/statsd-exporter.ts';
import { exportOf, metricOf, type StatsdReceiver, udpReceiver } from '../../../helpers/statsd-receiver.ts';

/** Returns the datagrams of one export. */
async function datagramsOf(
  t: TestContext,
  metrics: readonly MetricData[],
  options: Pick<StatsdOptions, 'constantTags'> = {},
  resource = emptyResource(),
): Promise<readonly string[]> {
  const receiver = await udpReceiver(t);
  const exporter = await createStatsdExporter({ host: '127.0.0.1', port: receiver.port, ...options });
  assert.equal(await exportOf(exporter, metrics, resource), undefined);
  // The loopback preserves the order: all datagrams of the export precede this one.
  await exportOf(exporter, [metricOf('end', [[1]])]);
  await endOf(receiver);
  return receiver.datagrams.slice(0, -1);
}

const endOf = async (receiver: StatsdReceiver): Promise<void> => {
  for (let count = 1; receiver.datagrams.at(-1)?.startsWith('end:1|g') !== true; count += 1)
    await receiver.lines(count);
};

test('all metrics are sent as gauges, in one datagram', async (t) => {
  const task = { container_name: '_task_' };
  const web = { container_name: 'web' };
  const datagrams = await datagramsOf(t, [
    metricOf('ecs_task.cpu_usage_ratio', [
      [0.9904, web],
      [1.5, task],
    ]),
    metricOf('ecs_task.network_rx_bytes', [[123, { container_name: 'web', iface: 'eth0' }]], 'counter'),
    metricOf('container.memory.usage', [[4096, web]], 'updowncounter'),
    metricOf('ecs_task.exporter_status', [[1]]),
  ]);
  assert.deepEqual(datagrams, [
    [
      'ecs_task.cpu_usage_ratio:0.9904|g|#container_name:web',
      'ecs_task.cpu_usage_ratio:1.5|g|#container_name:_task_',
      'ecs_task.network_rx_bytes_total:123|g|#container_name:web,iface:eth0',
      'container.memory.usage:4096|g|#container_name:web',
      'ecs_task.exporter_status:1|g',
    ].join('\n'),
  ]);
});

const VALUES: readonly (readonly [value: number, lines: readonly string[]])[] = [
  [0, ['m:0|g']],
  [-0, ['m:0|g']],
  [1e-7, ['m:1e-7|g']],
  [1.2e21, ['m:1.2e+21|g']],
  [486_810_745_495, ['m:486810745495|g']],
  [2 ** 53 + 2, ['m:9007199254740994|g']],
  [18_446_744_073_709_552_000, ['m:18446744073709552000|g']],
  // Without the 0, the receiver would subtract.
  [-5, ['m:0|g', 'm:-5|g']],
  [Number.NaN, []],
  [Number.POSITIVE_INFINITY, []],
];

test('values: unchanged; negative values after a zero; NaN and infinities omitted', async (t) => {
  const lines = VALUES.flatMap(([, expected]) => expected);
  const metrics = VALUES.map(([value]) => metricOf('m', [[value]]));
  assert.deepEqual(await datagramsOf(t, metrics), [lines.join('\n')]);
});

const TAGS: readonly (readonly [attributes: Attributes, tags: string])[] = [
  [{ image: 'docker.io/library/nginx:1.27' }, '|#image:docker.io/library/nginx:1.27'],
  [{ image: 'nginx@sha256:abc' }, '|#image:nginx_sha256:abc'],
  [{ iface: 'a|c|#x:y,z' }, '|#iface:a_c__x:y_z'],
  [{ iface: 'eth0\nforged:1|g' }, '|#iface:eth0_forged:1_g'],
  [{ iface: 'a\rb\u0000c\u0085d\u2028e\u2029f\vg' }, '|#iface:a_b_c_d_e_f_g'],
  [{ 'a:b|c,d\ne': 'x' }, '|#a_b_c_d_e:x'],
  [{ device: 'über/😀 1' }, '|#device:über/😀 1'],
  [{ device: '\ud800' }, '|#device:\ufffd'],
  [{ empty: '', none: undefined }, ''],
  [{ cpu: 0, isOn: false }, '|#cpu:0,isOn:false'],
  [{ list: ['a', 'b'] }, '|#list:a_b'],
  [JSON.parse('{"__proto__":"web"}'), '|#__proto__:web'],
  [{ long: 'x'.repeat(5000) }, `|#long:${'x'.repeat(1000)}`],
];

test('attributes cannot break a line', async (t) => {
  const datagrams = await datagramsOf(t, [
    metricOf(
      'm',
      TAGS.map(([attributes]) => [1, attributes] as const),
    ),
  ]);
  assert.deepEqual(
    datagrams.flatMap((datagram) => datagram.split('\n')),
    TAGS.map(([, tags]) => `m:1|g${tags}`),
  );
});

test('nothing is sent without points', async (t) => {
  assert.deepEqual(await datagramsOf(t, []), []);
  assert.deepEqual(await datagramsOf(t, [metricOf('m', [])]), []);
});

test('constant tags come after the metric’s own, and can depend on the resource', async (t) => {
  const resource = resourceFromAttributes({ 'aws.ecs.task.id': 'abc' });
  const constantTags = (attributes: Attributes) => ['team:core', `task_id:${attributes['aws.ecs.task.id']}`, 'bare'];
  const metrics = [metricOf('m', [[-1, { a: 'own' }], [2]])];
  assert.deepEqual(await datagramsOf(t, metrics, { constantTags }, resource), [
    [
      'm:0|g|#a:own,team:core,task_id:abc,bare',
      'm:-1|g|#a:own,team:core,task_id:abc,bare',
      'm:2|g|#team:core,task_id:abc,bare',
    ].join('\n'),
  ]);
});

const CONSTANT_TAGS: readonly (readonly [given: string, sent: string])[] = [
  ['env:prod', 'env:prod'],
  ['a:b:c', 'a:b:c'],
  ['task_arn:arn:aws:ecs:eu-west-1:1:task/c/d', 'task_arn:arn:aws:ecs:eu-west-1:1:task/c/d'],
  [' spaced out ', '_spaced_out_'],
  ['x:a|c|#y', 'x:a_c__y'],
  ['x:a,y@z', 'x:a_y_z'],
  ['x:a\nforged:1|g', 'x:a_forged:1_g'],
  ['x:a\r\u0000\u2028b', 'x:a___b'],
  ['größe:東京½', 'größe:東京½'],
  ['e\u0301:😀', 'e_:_'],
];

test('constant tags: characters are replaced as in Datadog’s Python client', () => {
  assert.deepEqual(
    CONSTANT_TAGS.map(([given]) => [given, constantTag(given)]),
    CONSTANT_TAGS,
  );
});

test('lines are joined up to the maximum number of bytes', () => {
  assert.deepEqual(joinLines([], 5), []);
  assert.deepEqual(joinLines(['ab', 'cd', 'e', 'f'], 5), ['ab\ncd', 'e\nf']);
  assert.deepEqual(joinLines(['é', 'éé', 'é'], 7), ['é\néé', 'é']);
  assert.deepEqual(joinLines(['a', 'longer', 'b', 'c'], 5), ['a', 'longer', 'b\nc']);
});

test('temporality is cumulative', async () => {
  const exporter = await createStatsdExporter({ host: '127.0.0.1', port: 8125 });
  assert.equal(exporter.temporality, 'cumulative');
});
