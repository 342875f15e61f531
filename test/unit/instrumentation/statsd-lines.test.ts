import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Attributes } from '@opentelemetry/api';
import { AggregationTemporality, InstrumentType, type MetricData } from '@opentelemetry/sdk-metrics';
import { createStatsdExporter } from '../../../instrumentation/readers/statsd.ts';
import { exportOf, metricOf, type StatsdReceiver, udpReceiver } from '../../helpers/statsd-receiver.ts';

/** What one export of these metrics sends. */
async function datagramsOf(t: TestContext, metrics: readonly MetricData[]): Promise<readonly string[]> {
  const receiver = await udpReceiver(t);
  const exporter = await createStatsdExporter({ host: '127.0.0.1', port: receiver.port });
  assert.equal(await exportOf(exporter, metrics), undefined);
  // Over the loopback, a datagram that was sent is there: what comes after it, comes after all of the export.
  await exportOf(exporter, [metricOf('end', [[1]])]);
  await endOf(receiver);
  return receiver.datagrams.slice(0, -1);
}

const endOf = async (receiver: StatsdReceiver): Promise<void> => {
  for (let count = 1; receiver.datagrams.at(-1) !== 'end:1|g'; count += 1) await receiver.lines(count);
};

test('gauges, counters and levels that add up, all as gauges, in one datagram', async (t) => {
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
  // By itself it would be a change of the value before.
  [-5, ['m:0|g', 'm:-5|g']],
  [Number.NaN, []],
  [Number.POSITIVE_INFINITY, []],
];

test('values: as they are, negative ones after a zero, and none that are no number', async (t) => {
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
  // Names of options of hot-shots.
  [
    { tags: 'a', sampleRate: 0.5, timestamp: 1, cardinality: 'low' },
    '|#tags:a,sampleRate:0.5,timestamp:1,cardinality:low',
  ],
  [JSON.parse('{"__proto__":"web"}'), '|#__proto__:web'],
  [{ long: 'x'.repeat(5000) }, `|#long:${'x'.repeat(1000)}`],
];

test('attributes: whatever they are, a line stays one line and one metric', async (t) => {
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

test('nothing to send, nothing sent', async (t) => {
  assert.deepEqual(await datagramsOf(t, []), []);
  assert.deepEqual(await datagramsOf(t, [metricOf('m', [])]), []);
});

test('Datadog’s variables of the task change nothing', async (t) => {
  const variables = {
    DD_TAGS: 'a:b',
    DD_ENV: 'prod',
    DD_SERVICE: 's',
    DD_VERSION: '1',
    DD_ENTITY_ID: 'e',
    DD_EXTERNAL_ENV: 'x',
    DD_CARDINALITY: 'low',
    DD_AGENT_HOST: '192.0.2.1',
    DD_DOGSTATSD_PORT: '9',
    DD_DOGSTATSD_URL: 'unix:///nowhere',
    DATADOG_TAGS: 'c:d',
  };
  t.after(() => {
    for (const name of Object.keys(variables)) delete process.env[name];
  });
  Object.assign(process.env, variables);
  assert.deepEqual(await datagramsOf(t, [metricOf('m', [[1, { a: 'own' }]])]), ['m:1|g|#a:own']);
});

test('totals are asked for, not differences', async () => {
  const exporter = await createStatsdExporter({ host: '127.0.0.1', port: 8125 });
  const temporality = exporter.selectAggregationTemporality?.(InstrumentType.OBSERVABLE_COUNTER);
  assert.equal(temporality, AggregationTemporality.CUMULATIVE);
});
