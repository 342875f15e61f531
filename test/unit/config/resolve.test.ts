import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveConfig } from '../../../src/config/resolve.ts';
import { configOf, messagesOf, problemsOf, resolve } from './samples.ts';

test('defaults', () => {
  const { metadataUrl, ...rest } = configOf(resolve({}));
  assert.equal(metadataUrl.href, 'http://169.254.170.2/v4/abc');
  assert.deepEqual(rest, {
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
    otlp: {
      protocol: 'http/protobuf',
      url: 'http://localhost:4318/v1/metrics',
      headers: {},
      timeoutMs: 10_000,
      compression: 'none',
      temporality: 'cumulative',
      certificate: undefined,
      clientCertificate: undefined,
      clientKey: undefined,
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
    log: { level: 'info', format: 'json' },
  });
});

test('everything that version 2 understood still means the same', () => {
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
  const { metadataUrlSource, ...others } = configOf(resolveConfig({ ...input, argv: [], env }));
  assert.deepEqual({ ...others, metadataUrlSource: '--metadata-url' }, config);
  assert.equal(metadataUrlSource, 'ECS_CONTAINER_METADATA_URI');
  assert.equal(config.metadataUrl.href, 'http://localhost:8080/v3/x');
  assert.equal(config.http.port, 9999);
  assert.deepEqual([config.include, config.exclude], [['a', 'b'], ['c']]);
  assert.equal(config.intervalMs, 55_000);
  assert.equal(config.log.level, 'warn');
});

test('keys of labels and tags are patterns like the names of containers', () => {
  const argv = ['--container-labels', 'team, com.example.*', '--task-tags=cost*'];
  const config = configOf(resolve({ argv, env: { CONTAINER_LABELS: 'other', TASK_TAGS: '*' } }));
  assert.deepEqual([config.containerLabels, config.taskTags], [['team', 'com.example.*'], ['cost*']]);
  assert.deepEqual(messagesOf(resolve({ env: { TASK_TAGS: 'a,[b' } })), [
    'TASK_TAGS="a,[b" must be names or patterns; a [ has no ] after it (item 2)',
  ]);
});

test('without an endpoint: both variables, the question about ECS, and the way to the demo', () => {
  const resolved = resolveConfig({ argv: [], env: {}, isTTY: false, readFile: () => ({ text: '' }) });
  const [problem, ...others] = problemsOf(resolved);
  assert.deepEqual(others, []);
  assert.equal(problem?.code, 'missing_option');
  for (const word of ['ECS_CONTAINER_METADATA_URI_V4', 'ECS_CONTAINER_METADATA_URI ', 'running on ECS?', 'demo']) {
    assert.ok(problem.message.includes(word), problem.message);
  }
});

test('an endpoint that the caller brings along wins, and needs no variable', () => {
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

test('an interval of 0, which version 2 took, is the shortest one, with a warning', () => {
  const resolved = resolve({ env: { INTERVAL: '0' } });
  assert.deepEqual('warnings' in resolved && resolved.warnings, [
    { code: 'interval_raised', source: 'INTERVAL', message: 'INTERVAL=0 is too short: the interval is 1 s' },
  ]);
  for (const junk of ['0.5', '-0', '00x', '3601']) {
    assert.equal(messagesOf(resolve({ env: { INTERVAL: junk } })).length, 1, junk);
  }
});

test("Python's level for everything is debug", () => {
  assert.equal(configOf(resolve({ env: { LOG_LEVEL: 'NOTSET' } })).log.level, 'debug');
});

const PROXY = 'http://user:secret@proxy.internal:3128';

const PROXIES: readonly (readonly [what: string, env: Record<string, string>, proxyEnv: object | undefined])[] = [
  ['none', {}, undefined],
  ['for https', { HTTPS_PROXY: PROXY }, { HTTPS_PROXY: PROXY }],
  ['lower case first', { HTTPS_PROXY: 'http://other:1', https_proxy: PROXY }, { HTTPS_PROXY: PROXY }],
  ['without a scheme', { HTTPS_PROXY: 'proxy:3128' }, { HTTPS_PROXY: 'http://proxy:3128' }],
  ['with exceptions', { HTTPS_PROXY: PROXY, NO_PROXY: '.x' }, { HTTPS_PROXY: PROXY, NO_PROXY: '.x' }],
  ['for http only', { HTTP_PROXY: PROXY }, undefined],
  ['for http only, and wrong', { HTTP_PROXY: 'socks5://x' }, undefined],
  ['for http', { HTTP_PROXY: PROXY, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }, { HTTP_PROXY: PROXY }],
  ['not for otlp', { HTTPS_PROXY: 'socks5://x', EXPORTERS: 'prometheus' }, undefined],
  ...['https://localhost', 'https://127.0.0.1:4318', 'https://[::1]:4318', 'https://LOCALHOST.:4318'].map(
    (endpoint) => [endpoint, { HTTPS_PROXY: PROXY, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }, undefined] as const,
  ),
];
for (const [what, env, proxyEnv] of PROXIES) {
  test(`proxy: ${what}`, () => {
    const otlp = { EXPORTERS: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: 'https://otlp.example.com', ...env };
    assert.deepEqual(configOf(resolve({ env: otlp })).otlp.proxyEnv, proxyEnv);
  });
}

for (const [given, shown] of [
  ['socks5://u:s3cret@x', 'socks5://[hidden]@x'],
  // Node.js throws when it decodes the password.
  ['http://u:s3cret%@x', 'http://[hidden]@x'],
  ['http://u%zz:s3cret@x', 'http://[hidden]@x'],
] as const) {
  test(`a proxy that cannot be used is a mistake, shown without its password: ${shown}`, () => {
    const env = {
      EXPORTERS: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://otlp.example.com',
      HTTPS_PROXY: given,
    };
    const [message = '', ...others] = messagesOf(resolve({ env }));
    assert.ok(message.startsWith(`HTTPS_PROXY="${shown}" must be an http:// or https:// address`), message);
    assert.deepEqual(others, []);
  });
}

test('the default export timeout gives way to a short interval; one that was given must fit', () => {
  const short = configOf(resolve({ env: { OTEL_METRICS_EXPORTER: 'otlp', OTEL_METRIC_EXPORT_INTERVAL: '5000' } }));
  assert.deepEqual([short.exportIntervalMs, short.exportTimeoutMs], [5_000, 5_000]);

  const env = { OTEL_METRIC_EXPORT_INTERVAL: '5000', OTEL_METRIC_EXPORT_TIMEOUT: '5001' };
  const message = 'OTEL_METRIC_EXPORT_TIMEOUT="5001" must not be more than the export interval, 5000 ms';
  for (const exporter of ['otlp', 'console']) {
    assert.deepEqual(messagesOf(resolve({ env, argv: ['--exporters', exporter] })), [message]);
  }
  const pulled = configOf(resolve({ env }));
  assert.ok(pulled.exportTimeoutMs <= pulled.exportIntervalMs);
});

test('one choice of names for all exporters', () => {
  const { vocabularies } = configOf(resolve({ argv: ['--metric-names', 'semconv, ecs'] }));
  assert.deepEqual(vocabularies, {
    prometheus: ['ecs', 'semconv'],
    otlp: ['ecs', 'semconv'],
    console: ['ecs', 'semconv'],
    statsd: ['ecs', 'semconv'],
  });
});

test('exporters: any order, each once; none stands alone', () => {
  assert.deepEqual(configOf(resolve({ argv: ['--exporters', 'OTLP, prometheus,,otlp'] })).exporters, [
    'prometheus',
    'otlp',
  ]);
  assert.deepEqual(configOf(resolve({ argv: ['--exporters=none'] })).exporters, []);
  assert.match(messagesOf(resolve({ argv: ['--exporters=none,otlp'] })).join(), /must be none alone/);
  assert.match(messagesOf(resolve({ argv: ['--exporters='] })).join(), /must be a comma-separated list/);
});

test('OTEL_SDK_DISABLED turns every exporter off, in any case of its letters', () => {
  const env = { OTEL_SDK_DISABLED: 'TRUE', OTEL_METRICS_EXPORTER: 'otlp' };
  assert.deepEqual(configOf(resolve({ env })).exporters, []);
  assert.deepEqual(configOf(resolve({ env: { ...env, OTEL_SDK_DISABLED: 'false' } })).exporters, ['otlp']);
});

test('log format: auto looks at the terminal', () => {
  assert.equal(configOf(resolve({ isTTY: true })).log.format, 'pretty');
  assert.equal(configOf(resolve({ isTTY: true, env: { LOG_FORMAT: 'json' } })).log.format, 'json');
});

test('--endpoint-timeout: seconds, more than 0', () => {
  assert.equal(configOf(resolve({ env: { ENDPOINT_TIMEOUT: '2.5' } })).endpointTimeoutMs, 2_500);
  assert.equal(configOf(resolve({ argv: ['--endpoint-timeout', '0.05'] })).endpointTimeoutMs, 50);
  for (const junk of ['0', '-1', '5s', 'Infinity', '1e3', '0.0001']) {
    assert.deepEqual(messagesOf(resolve({ env: { ENDPOINT_TIMEOUT: junk } })), [
      `ENDPOINT_TIMEOUT="${junk}" must be a number of seconds from 0.001 to 3600`,
    ]);
  }
});
