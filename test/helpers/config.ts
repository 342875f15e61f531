import type { Config } from '../../src/config/config.ts';

/** A configuration for tests: a port from the kernel, and polls only on request. */
export function testConfig(metadataUrl: string, changes: Partial<Config> = {}): Config {
  return {
    metadataUrl: new URL(metadataUrl),
    intervalMs: 3_600_000,
    endpointTimeoutMs: 2_000,
    include: [],
    exclude: [],
    containerLabels: [],
    taskTags: [],
    exporters: ['prometheus'],
    vocabularies: { prometheus: ['ecs'], otlp: ['semconv'], console: ['semconv'], statsd: ['ecs'] },
    metrics: ['default'],
    http: { host: '127.0.0.1', port: 0 },
    otlp: {
      protocol: 'http/protobuf',
      url: 'http://127.0.0.1:4318/v1/metrics',
      headers: {},
      timeoutMs: 2000,
      compression: 'none',
      temporality: 'cumulative',
    },
    statsd: { host: '127.0.0.1', port: 8125, tags: [], taskTags: [], clientTags: [], isDisabled: false },
    exportIntervalMs: 60_000,
    exportTimeoutMs: 2000,
    resourceAttributes: {},
    log: { level: 'none', format: 'json' },
    ...changes,
  };
}
