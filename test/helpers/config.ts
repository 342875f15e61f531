import type { Config } from '../../src/config/config.ts';
import { type MetricSelection, selectMetrics } from '../../src/config/metric-selection.ts';
import { compileGlob, type Glob } from '../../src/text/globs.ts';

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
    metrics: metricsOf('default'),
    http: { host: '127.0.0.1', port: 0 },
    statusPage: { isServed: true, hasHistory: true },
    prometheus: { resourceLabels: [], hasStartTimes: false },
    otlp: {
      protocol: 'http/protobuf',
      url: new URL('http://127.0.0.1:4318/v1/metrics'),
      headers: {},
      timeoutMs: 2000,
      compression: 'none',
      temporality: 'cumulative',
    },
    statsd: { host: '127.0.0.1', port: 8125, tags: [], taskTags: [], clientTags: [], isDisabled: false },
    exportIntervalMs: 60_000,
    exportTimeoutMs: 2000,
    resourceAttributes: {},
    resourceAttributesInclude: [],
    log: { level: 'none', format: 'json' },
    ...changes,
  };
}

/** The value of --metrics. */
export function metricsOf(...items: readonly string[]): MetricSelection {
  const selection = selectMetrics(items);
  if ('value' in selection) return selection.value;
  throw new Error(selection.error);
}

/** The value of --include and of the other options with patterns. */
export function globsOf(...patterns: readonly string[]): readonly Glob[] {
  return patterns.map((pattern) => {
    const glob = compileGlob(pattern);
    if ('error' in glob) throw new Error(`${pattern} ${glob.error}`);
    return glob;
  });
}
