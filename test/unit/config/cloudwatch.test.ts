import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cloudWatchRegion } from '../../../src/config/cloudwatch.ts';
import { configOf, resolve } from './samples.ts';

const REGIONS: readonly (readonly [url: string, region: string])[] = [
  ['https://monitoring.eu-west-1.amazonaws.com/v1/metrics', 'eu-west-1'],
  ['https://monitoring.cn-north-1.amazonaws.com.cn/v1/metrics', 'cn-north-1'],
  ['https://monitoring.us-gov-west-1.api.aws/v1/metrics', 'us-gov-west-1'],
  // URLs that are equal after parsing.
  ['https://monitoring.eu-west-1.amazonaws.com:443/v1/metrics', 'eu-west-1'],
  ['https://MONITORING.EU-WEST-1.AmazonAWS.com/v1/metrics', 'eu-west-1'],
];

const OTHERS: readonly string[] = [
  'http://monitoring.eu-west-1.amazonaws.com/v1/metrics',
  'https://monitoring.eu-west-1.amazonaws.com:8443/v1/metrics',
  'https://monitoring.eu-west-1.amazonaws.com./v1/metrics',
  'https://monitoring.eu-west-1.amazonaws.com.evil.example/v1/metrics',
  'https://monitoring.eu-west-1.amazonaws.com.cn.evil.example/v1/metrics',
  'https://monitoring.eu-west-1.amazonaws.org/v1/metrics',
  'https://monitoring.eu-west-1.amazonaws.comx/v1/metrics',
  'https://monitoring.eu-west-1.api.aws.cn/v1/metrics',
  'https://monitoring.eu-west-1.apixaws/v1/metrics',
  'https://monitoring.a.b.amazonaws.com/v1/metrics',
  'https://monitoring..amazonaws.com/v1/metrics',
  'https://monitoring.amazonaws.com/v1/metrics',
  'https://x.monitoring.eu-west-1.amazonaws.com/v1/metrics',
  'https://xmonitoring.eu-west-1.amazonaws.com/v1/metrics',
  'https://monitoring-fips.eu-west-1.amazonaws.com/v1/metrics',
  'https://logs.eu-west-1.amazonaws.com/v1/metrics',
  'https://monitoring.eu-west-1.amazonaws.com@evil.example/v1/metrics',
  'https://user@monitoring.eu-west-1.amazonaws.com/v1/metrics',
  'https://evil.example/monitoring.eu-west-1.amazonaws.com/v1/metrics',
  'https://evil.example/?x=https://monitoring.eu-west-1.amazonaws.com/v1/metrics',
  'https://evil.example/#https://monitoring.eu-west-1.amazonaws.com/v1/metrics',
  'https://monitoring.eu-west-1.amazonaws.com/V1/metrics',
  'https://monitoring.eu-west-1.amazonaws.com/v1/metrics/',
  'https://monitoring.eu-west-1.amazonaws.com//v1/metrics',
  'https://monitoring.eu-west-1.amazonaws.com/v1/logs',
  'https://monitoring.eu-west-1.amazonaws.com/v1/metrics?x=1',
  'https://monitoring.eu-west-1.amazonaws.com/v1/metrics#x',
  'https://monitoring.eu-west-1.amazonaws.com/',
];

for (const [url, region] of REGIONS) {
  test(`${url} is CloudWatch in ${region}`, () => assert.equal(cloudWatchRegion(new URL(url)), region));
}

for (const url of OTHERS) {
  test(`${url} is not CloudWatch`, () => assert.equal(cloudWatchRegion(new URL(url)), undefined));
}

test('the maximum number of points is 1000 for CloudWatch, otherwise unlimited', () => {
  const maxPoints = (env: Readonly<Record<string, string>>) => configOf(resolve({ env })).otlp.maxPoints;
  const OTEL_EXPORTER_OTLP_ENDPOINT = 'https://monitoring.eu-west-1.amazonaws.com';
  assert.equal(maxPoints({}), undefined);
  assert.equal(maxPoints({ OTEL_EXPORTER_OTLP_ENDPOINT }), 1000);
  assert.equal(maxPoints({ OTEL_EXPORTER_OTLP_ENDPOINT, OTLP_MAX_POINTS: '250' }), 250);
  assert.equal(maxPoints({ OTLP_MAX_POINTS: '5' }), 5);
});

test('an address on the host of CloudWatch that is not its endpoint causes a warning', () => {
  const warningsOf = (url: string, more: Readonly<Record<string, string>> = {}) => {
    const env = { EXPORTERS: 'otlp', OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: url, ...more };
    const resolved = resolve({ env });
    assert.ok('config' in resolved, JSON.stringify(resolved));
    return resolved.warnings.filter(({ code }) => code === 'unsigned_requests').map(({ message }) => message);
  };
  const url = 'https://monitoring.eu-west-1.amazonaws.com';
  const [message = ''] = warningsOf(url);
  assert.match(message, /^requests to monitoring\.eu-west-1\.amazonaws\.com are not signed: .*\/v1\/metrics/);
  for (const near of [`${url}/v1/metric`, `${url}/v1/metrics/`, 'http://monitoring.eu-west-1.api.aws/v1/metrics']) {
    assert.equal(warningsOf(near).length, 1, near);
  }
  assert.deepEqual(warningsOf(url, { OTLP_AUTH: 'none' }), []);
  assert.deepEqual(warningsOf(url, { OTEL_EXPORTER_OTLP_HEADERS: 'authorization=x' }), []);
  assert.deepEqual(warningsOf('https://collector.example/v1/metrics'), []);
  assert.deepEqual(warningsOf(url, { EXPORTERS: 'prometheus' }), []);
});
