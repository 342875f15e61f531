import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redactedConfig } from '../../../src/config/config.ts';
import { resolveConfig } from '../../../src/config/resolve.ts';
import type { Glob } from '../../../src/text/globs.ts';
import { configOf, messagesOf, problemsOf, resolve } from './samples.ts';

const textsOf = (globs: readonly Glob[]): readonly string[] => globs.map(({ text }) => text);

test('defaults', () => {
  const config = configOf(resolve({}));
  assert.deepEqual(redactedConfig(config), {
    metadataUrl: 'http://169.254.170.2/v4/abc',
    metadataUrlSource: 'ECS_CONTAINER_METADATA_URI_V4',
    intervalMs: 15_000,
    endpointTimeoutMs: 5_000,
    include: [],
    exclude: [],
    containerLabels: [],
    taskTags: [],
    cgroupRoot: undefined,
    exporters: ['prometheus'],
    vocabularies: { prometheus: ['ecs'], otlp: ['semconv'], console: ['semconv'], statsd: ['ecs'] },
    metrics: ['default'],
    http: { host: 'localhost', port: 9545 },
    statusPage: { isServed: true, hasHistory: true },
    prometheus: { resourceLabels: [], hasStartTimes: false },
    otlp: {
      protocol: 'http/protobuf',
      url: 'http://localhost:4318/v1/metrics',
      headers: {},
      timeoutMs: 10_000,
      compression: 'none',
      temporality: 'cumulative',
      maxPoints: undefined,
      sigv4: undefined,
      certificate: undefined,
      clientCertificate: undefined,
      clientKey: undefined,
      proxy: undefined,
    },
    statsd: {
      host: 'localhost',
      port: 8125,
      socketPath: undefined,
      tags: [],
      taskTags: [],
      clientTags: [],
      isDisabled: false,
    },
    exportIntervalMs: 60_000,
    exportTimeoutMs: 30_000,
    serviceName: undefined,
    resourceAttributes: {},
    resourceAttributesInclude: [],
    log: { level: 'info', format: 'json' },
  });
});

test('the options of version 2 keep their meaning', () => {
  const flags = {
    '--metadata-url': 'http://localhost:8080/v3/x',
    '--exporter-port': '9999',
    '--statsd-host': 'agent',
    '--statsd-port': '8125',
    '--include': 'a,b',
    '--exclude': 'c',
    '--interval': '55',
    '--log-level': 'WARNING',
  };
  const env = {
    ECS_CONTAINER_METADATA_URI: 'http://localhost:8080/v3/x',
    EXPORTER_PORT: '9999',
    USE_STATSD: 'False',
    STATSD_HOST: 'agent',
    STATSD_PORT: '8125',
    INCLUDE: 'a,b',
    EXCLUDE: 'c',
    INTERVAL: '55',
    LOG_LEVEL: 'WARNING',
  };
  const input = { isTTY: false, readFile: () => ({ text: '' }) };
  const config = configOf(resolveConfig({ ...input, argv: Object.entries(flags).flat(), env: {} }));
  const fromEnv = configOf(resolveConfig({ ...input, argv: [], env }));
  assert.deepEqual(redactedConfig({ ...fromEnv, metadataUrlSource: '--metadata-url' }), redactedConfig(config));
  assert.equal(fromEnv.metadataUrlSource, 'ECS_CONTAINER_METADATA_URI');
  assert.equal(config.metadataUrl.href, 'http://localhost:8080/v3/x');
  assert.equal(config.http.port, 9999);
  assert.deepEqual([config.include, config.exclude].map(textsOf), [['a', 'b'], ['c']]);
  assert.equal(config.intervalMs, 55_000);
  assert.equal(config.log.level, 'warn');
});

test('label and tag keys have the syntax of container names', () => {
  const argv = ['--container-labels', 'team, com.example.*', '--task-tags=cost*'];
  const config = configOf(resolve({ argv, env: { CONTAINER_LABELS: 'other', TASK_TAGS: '*' } }));
  assert.deepEqual([config.containerLabels, config.taskTags].map(textsOf), [['team', 'com.example.*'], ['cost*']]);
  assert.deepEqual(messagesOf(resolve({ env: { TASK_TAGS: 'a,[b' } })), [
    'TASK_TAGS="a,[b" contains "[b" (item 2), which has no closing ]',
  ]);
});

test('a missing endpoint: the error names both variables, the flag and the demo', () => {
  const resolved = resolveConfig({ argv: [], env: {}, isTTY: false, readFile: () => ({ text: '' }) });
  const [problem, ...others] = problemsOf(resolved);
  assert.deepEqual(others, []);
  assert.equal(problem?.code, 'missing_option');
  for (const word of ['ECS_CONTAINER_METADATA_URI_V4', 'ECS_CONTAINER_METADATA_URI ', '--metadata-url', 'demo']) {
    assert.ok(problem.message.includes(word), problem.message);
  }
});

test('an endpoint passed by the caller takes precedence and requires no variable', () => {
  const metadataUrl = new URL('http://127.0.0.1:4000/v4');
  const input = { argv: [], env: {}, isTTY: false, readFile: () => ({ text: '' }), metadataUrl };
  const config = configOf(resolveConfig(input));
  assert.deepEqual([config.metadataUrl, config.metadataUrlSource], [metadataUrl, undefined]);
});

const INTERVALS: readonly (readonly [argv: string, intervalMs: number])[] = [
  ['--exporters prometheus', 15_000],
  ['--exporters none', 15_000],
  ['--exporters otlp', 15_000],
  ['--exporters console --export-interval 10', 10_000],
  ['--exporters otlp --export-interval 0.5', 1_000],
  ['--exporters otlp --export-interval 7200', 15_000],
  ['--exporters otlp --export-interval 5', 5_000],
  ['--exporters otlp --interval 5', 5_000],
  ['--exporters prometheus,otlp --export-interval 10', 15_000],
  ['--interval 2.5', 2_500],
  ['--interval 0', 1_000],
  ['--interval 0.0', 1_000],
];
for (const [argv, intervalMs] of INTERVALS) {
  test(`${argv} samples every ${intervalMs} ms`, () => {
    assert.equal(configOf(resolve({ argv: argv.split(' ') })).intervalMs, intervalMs);
  });
}

test('an interval of 0, which version 2 accepted, is raised to the minimum with a warning', () => {
  const resolved = resolve({ env: { INTERVAL: '0' } });
  assert.deepEqual('warnings' in resolved && resolved.warnings, [
    { code: 'interval_raised', source: 'INTERVAL', message: 'INTERVAL=0 is below the minimum; using 1 s' },
  ]);
  for (const junk of ['0.5', '-0', '00x', '3601']) {
    assert.equal(messagesOf(resolve({ env: { INTERVAL: junk } })).length, 1, junk);
  }
});

test("Python's level NOTSET is debug", () => {
  assert.equal(configOf(resolve({ env: { LOG_LEVEL: 'NOTSET' } })).log.level, 'debug');
});

const PROXY = 'http://user:secret@proxy.internal:3128';

const PROXIES: readonly (readonly [what: string, env: Record<string, string>, proxy: object | undefined])[] = [
  ['none', {}, undefined],
  ['for https', { HTTPS_PROXY: PROXY }, { url: `${PROXY}/` }],
  ['lower case first', { HTTPS_PROXY: 'http://other:1', https_proxy: PROXY }, { url: `${PROXY}/` }],
  ['without a scheme', { HTTPS_PROXY: 'proxy:3128' }, { url: 'http://proxy:3128/' }],
  ['with exceptions', { HTTPS_PROXY: PROXY, NO_PROXY: '.x' }, { url: `${PROXY}/`, noProxy: '.x' }],
  ['for http only', { HTTP_PROXY: PROXY }, undefined],
  ['for http only, and wrong', { HTTP_PROXY: 'socks5://x' }, undefined],
  ['for http', { HTTP_PROXY: PROXY, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }, { url: `${PROXY}/` }],
  ['not for otlp', { HTTPS_PROXY: 'socks5://x', EXPORTERS: 'prometheus' }, undefined],
  ...['https://localhost', 'https://127.0.0.1:4318', 'https://[::1]:4318', 'https://LOCALHOST.:4318'].map(
    (endpoint) => [endpoint, { HTTPS_PROXY: PROXY, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }, undefined] as const,
  ),
];
for (const [what, env, expected] of PROXIES) {
  test(`proxy: ${what}`, () => {
    const otlp = { EXPORTERS: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: 'https://otlp.example.com', ...env };
    const { proxy } = configOf(resolve({ env: otlp })).otlp;
    const { url, noProxy } = proxy ?? {};
    assert.deepEqual(proxy && { url: url?.href, ...(noProxy !== undefined && { noProxy }) }, expected);
  });
}

for (const [given, shown] of [
  ['socks5://u:s3cret@x', 'sock…'],
  // Node.js throws when it decodes the password.
  ['http://u:s3cret%@x', 'http…'],
  ['http://u%zz:s3cret@x', 'http…'],
] as const) {
  test(`an invalid proxy is an error that hides its password: ${given}`, () => {
    const env = {
      EXPORTERS: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://otlp.example.com',
      HTTPS_PROXY: given,
    };
    const [message = '', ...others] = messagesOf(resolve({ env }));
    assert.ok(message.startsWith(`HTTPS_PROXY="${shown}" must be an http:// or https:// URL`), message);
    assert.deepEqual(others, []);
  });
}

test('the default export timeout is limited to the interval; one that is set must not exceed it', () => {
  const short = configOf(resolve({ env: { OTEL_METRICS_EXPORTER: 'otlp', OTEL_METRIC_EXPORT_INTERVAL: '5000' } }));
  assert.deepEqual([short.exportIntervalMs, short.exportTimeoutMs], [5_000, 5_000]);

  const env = { OTEL_METRIC_EXPORT_INTERVAL: '5000', OTEL_METRIC_EXPORT_TIMEOUT: '5001' };
  const message = 'OTEL_METRIC_EXPORT_TIMEOUT="5001" must not exceed the export interval (5000 ms)';
  for (const exporter of ['otlp', 'console']) {
    assert.deepEqual(messagesOf(resolve({ env, argv: ['--exporters', exporter] })), [message]);
  }
  const pulled = configOf(resolve({ env }));
  assert.ok(pulled.exportTimeoutMs <= pulled.exportIntervalMs);
});

test('--metric-names applies to all exporters', () => {
  const { vocabularies } = configOf(resolve({ argv: ['--metric-names', 'semconv, ecs'] }));
  assert.deepEqual(vocabularies, {
    prometheus: ['ecs', 'semconv'],
    otlp: ['ecs', 'semconv'],
    console: ['ecs', 'semconv'],
    statsd: ['ecs', 'semconv'],
  });
});

test('exporters: any order, each once; none excludes others', () => {
  assert.deepEqual(configOf(resolve({ argv: ['--exporters', 'OTLP, prometheus,,otlp'] })).exporters, [
    'prometheus',
    'otlp',
  ]);
  assert.deepEqual(configOf(resolve({ argv: ['--exporters=none'] })).exporters, []);
  assert.match(messagesOf(resolve({ argv: ['--exporters=none,otlp'] })).join(), /must not combine none/);
  assert.match(messagesOf(resolve({ argv: ['--exporters='] })).join(), /must be a comma-separated list/);
});

test('OTEL_SDK_DISABLED disables all exporters, in any case', () => {
  const env = { OTEL_SDK_DISABLED: 'TRUE', OTEL_METRICS_EXPORTER: 'otlp' };
  assert.deepEqual(configOf(resolve({ env })).exporters, []);
  assert.deepEqual(configOf(resolve({ env: { ...env, OTEL_SDK_DISABLED: 'false' } })).exporters, ['otlp']);
});

test('log format: auto depends on the terminal', () => {
  assert.equal(configOf(resolve({ isTTY: true })).log.format, 'pretty');
  assert.equal(configOf(resolve({ isTTY: true, env: { LOG_FORMAT: 'json' } })).log.format, 'json');
});

test('--endpoint-timeout: seconds, more than 0', () => {
  assert.equal(configOf(resolve({ env: { ENDPOINT_TIMEOUT: '2.5' } })).endpointTimeoutMs, 2_500);
  assert.equal(configOf(resolve({ argv: ['--endpoint-timeout', '0.05'] })).endpointTimeoutMs, 50);
  for (const junk of ['0', '-1', '5s', '-Inf', '1e3', '0.0001']) {
    assert.deepEqual(messagesOf(resolve({ env: { ENDPOINT_TIMEOUT: junk } })), [
      `ENDPOINT_TIMEOUT="${junk}" must be a number of seconds from 0.001 to 3600`,
    ]);
  }
});
