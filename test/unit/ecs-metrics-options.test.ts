import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metrics } from '@opentelemetry/api';
import { resolveOptions } from '../../src/ecs-metrics-options.ts';
import { type EcsMetricsOptions, startEcsMetrics } from '../../src/index.ts';

const meterProvider = metrics.getMeterProvider();
const V3 = 'http://169.254.170.2/v3/id';
const V4 = 'http://169.254.170.2/v4/id';

function messageOf(options: EcsMetricsOptions, env: Readonly<Record<string, string>> = {}): string {
  try {
    resolveOptions(options, env);
  } catch (error) {
    assert.ok(error instanceof TypeError);
    return error.message;
  }
  return '';
}

/** Options that a JavaScript caller can pass. */
function untyped(options: Readonly<Record<string, unknown>>): EcsMetricsOptions {
  const all: EcsMetricsOptions = { meterProvider, metadataUrl: V4 };
  return Object.assign(all, options);
}

test('defaults', () => {
  const { metadataUrl, ...rest } = resolveOptions({ meterProvider }, { ECS_CONTAINER_METADATA_URI_V4: V4 });
  assert.equal(metadataUrl.href, V4);
  assert.deepEqual(rest, {
    meterProvider,
    urlSource: 'ECS_CONTAINER_METADATA_URI_V4',
    intervalMs: 15_000,
    include: [],
    exclude: [],
    vocabularies: ['semconv'],
  });
});

test('the option takes precedence over version 4, and version 4 over version 3; an empty variable counts as unset', () => {
  const both = { ECS_CONTAINER_METADATA_URI_V4: V4, ECS_CONTAINER_METADATA_URI: V3 };
  const urlOf = (options: EcsMetricsOptions, env: Readonly<Record<string, string>>): string =>
    resolveOptions(options, env).metadataUrl.href;
  assert.equal(urlOf({ meterProvider, metadataUrl: 'https://example.org/' }, both), 'https://example.org/');
  assert.equal(urlOf({ meterProvider }, both), V4);
  assert.equal(urlOf({ meterProvider }, { ...both, ECS_CONTAINER_METADATA_URI_V4: ' ' }), V3);
});

test('bounds', () => {
  for (const intervalMs of [1000, 3_600_000])
    assert.equal(messageOf({ meterProvider, metadataUrl: V4, intervalMs }), '');
  for (const intervalMs of [999, 3_600_001, Number.NaN, Number.POSITIVE_INFINITY, '15000', null])
    assert.equal(
      messageOf(untyped({ intervalMs })),
      `startEcsMetrics: intervalMs=${intervalMs} must be a number from 1000 to 3600000`,
    );
});

test('without an address the message names the variables', () => {
  assert.equal(
    messageOf({ meterProvider }),
    'startEcsMetrics: set metadataUrl, or run in an ECS task, which sets ECS_CONTAINER_METADATA_URI_V4 or ECS_CONTAINER_METADATA_URI',
  );
});

test('an invalid address is named by its source, without credentials', () => {
  assert.equal(
    messageOf({ meterProvider }, { ECS_CONTAINER_METADATA_URI: 'ftp://example.org' }),
    'startEcsMetrics: ECS_CONTAINER_METADATA_URI="ftp:…" must be an http:// or https:// URL',
  );
  const message = messageOf({ meterProvider, metadataUrl: 'http://user:secret@example.org' });
  assert.match(message, /^startEcsMetrics: metadataUrl=.* must be a URL without user and password$/);
  assert.ok(!message.includes('secret'));
  assert.match(messageOf(untyped({ metadataUrl: 7 })), /metadataUrl must be a string, not number$/);
});

test('all errors are reported at once', () => {
  const message = messageOf(
    untyped({
      meterProvider: {},
      metadataUrl: 'nowhere',
      intervalMs: 1,
      include: 'web',
      exclude: ['web', '[a'],
      metricNames: ['semconv', 'aws'],
    }),
  );
  assert.deepEqual(message.replace('startEcsMetrics: ', '').split('; '), [
    'meterProvider must be a MeterProvider or a function that returns one',
    'intervalMs=1 must be a number from 1000 to 3600000',
    'metricNames="aws" must be ecs, semconv or a list of both',
    'metadataUrl="nowh…" must be an http:// or https:// URL',
    'include must be a list of names or patterns',
    'exclude contains "[a" (item 2), which has no closing ]',
  ]);
  assert.match(messageOf(untyped({ metricNames: [] })), /metricNames=\[\] must be/);
  assert.match(messageOf(untyped({ metricNames: null })), /metricNames="null" must be/);
});

test('startEcsMetrics throws before anything starts', () => {
  assert.throws(() => startEcsMetrics({ meterProvider, metadataUrl: V4, intervalMs: 0 }), TypeError);
});
