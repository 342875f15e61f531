import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  JsonMetricsSerializer,
  MetricsExporterMetricsHelper,
  ProtobufMetricsSerializer,
} from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationTemporality, DataPointType, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { batchOf, SERIALIZERS } from '../../../../instrumentation/otlp/serialize.ts';
import { pointsOf } from '../../../helpers/otlp-export.ts';
import { decodeJson } from '../../../helpers/otlp-json.ts';
import { decodeProtobuf } from '../../../helpers/otlp-protobuf.ts';
import { messages, readMessage } from '../../../helpers/protobuf-reader.ts';
import { at, listAt } from '../../../real/json.ts';

/** One metric of a task with this many points. */
function metricsOf(task: string, points: number): ResourceMetrics {
  const dataPoints = Array.from({ length: points }, (_, index) => ({
    attributes: { 'container.name': `"${index}"]},` },
    startTime: [1, 0] satisfies [number, number],
    endTime: [2, 0] satisfies [number, number],
    value: index + 0.5,
  }));
  const metric = {
    descriptor: { name: 'container.cpu.time', description: 'ä', unit: 's', valueType: 1, advice: {} },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPointType: DataPointType.SUM,
    isMonotonic: true,
    dataPoints,
  } as const;
  return {
    resource: resourceFromAttributes({ 'service.instance.id': task }),
    scopeMetrics: points === 0 ? [] : [{ scope: { name: 'test', version: '1' }, metrics: [metric] }],
  };
}

const ALL = [metricsOf('a', 2), metricsOf('b', 0), metricsOf('c', 3)];
const FORMATS = {
  'http/protobuf': { sdk: ProtobufMetricsSerializer, decode: decodeProtobuf },
  'http/json': { sdk: JsonMetricsSerializer, decode: decodeJson },
} as const;

const request = (protocol: keyof typeof FORMATS, all: readonly ResourceMetrics[]): Buffer =>
  Buffer.from(SERIALIZERS[protocol].serializeRequest(batchOf(all)) ?? assert.fail('no request'));
const bySdk = (protocol: keyof typeof FORMATS, metrics: ResourceMetrics): Buffer =>
  Buffer.from(FORMATS[protocol].sdk.serializeRequest(metrics) ?? assert.fail('no request'));

for (const protocol of ['http/protobuf', 'http/json'] as const) {
  test(`${protocol}: a request of one resource equals the SDK's request`, () => {
    for (const metrics of ALL) assert.deepEqual(request(protocol, [metrics]), bySdk(protocol, metrics));
  });
}

test('http/protobuf: a request of three resources equals three requests', () => {
  const resources = messages(readMessage(request('http/protobuf', ALL)), 1);
  const expected = ALL.flatMap((metrics) => messages(readMessage(bySdk('http/protobuf', metrics)), 1));
  assert.equal(resources.length, 3);
  assert.deepEqual(resources, expected);
});

test('http/json: a request of three resources equals three requests', () => {
  const decoded: unknown = JSON.parse(request('http/json', ALL).toString());
  const resourceMetrics = ALL.flatMap((metrics) =>
    listAt(JSON.parse(bySdk('http/json', metrics).toString()), 'resourceMetrics'),
  );
  assert.deepEqual(decoded, { resourceMetrics });
  const tasks = listAt(decoded, 'resourceMetrics').map((one) =>
    at(listAt(one, 'resource', 'attributes')[0], 'value', 'stringValue'),
  );
  assert.deepEqual(tasks, ['a', 'b', 'c']);
});

test('each format decodes to the original points', () => {
  for (const protocol of ['http/protobuf', 'http/json'] as const) {
    const [first = assert.fail()] = ALL;
    const decoded = FORMATS[protocol].decode(request(protocol, [first]));
    assert.deepEqual(
      pointsOf(decoded, 'container.cpu.time').map(({ value }) => value),
      [0.5, 1.5],
    );
  }
});

test('the SDK counts the points of all resources', () => {
  assert.equal(MetricsExporterMetricsHelper.countItems(batchOf(ALL)), 5);
});
