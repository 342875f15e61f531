/** Warnings for unknown variables whose names resemble the exporter's. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { variablesOf } from '../../../src/config/option.ts';
import { OPTION_LIST } from '../../../src/config/options.ts';
import { unknownVariables } from '../../../src/config/unknown-variables.ts';
import { resolve } from './samples.ts';

const SLIPS: readonly (readonly [name: string, meant: string | undefined])[] = [
  ['INCLUD', 'INCLUDE'],
  ['INLCUDE', 'INCLUDE'],
  ['EXCULDE', 'EXCLUDE'],
  ['INTERVALL', 'INTERVAL'],
  ['ITNERVAL', 'INTERVAL'],
  ['EXPORTER_PROT', 'EXPORTER_PORT'],
  ['EXPORTERPORT', 'EXPORTER_PORT'],
  ['EXPORTER', 'EXPORTERS'],
  ['LOGLEVEL', 'LOG_LEVEL'],
  ['LOG_LEVL', 'LOG_LEVEL'],
  ['log_level', 'LOG_LEVEL'],
  ['LOG_FROMAT', 'LOG_FORMAT'],
  ['METRIC_NAME', 'METRIC_NAMES'],
  ['TASK_TAG', 'TASK_TAGS'],
  ['USE_STATS', 'USE_STATSD'],
  ['USESTATSD', 'USE_STATSD'],
  ['STATSD_HSOT', 'STATSD_HOST'],
  ['OTEL_METRICS_EXPORTERS', 'OTEL_METRICS_EXPORTER'],
  ['OTEL_METRIC_EXPORTER', 'OTEL_METRICS_EXPORTER'],
  ['OTEL_SERVICENAME', 'OTEL_SERVICE_NAME'],
  ['OTEL_EXPORTER_OTLP_ENDPONT', 'OTEL_EXPORTER_OTLP_ENDPOINT'],
  ['OTEL_EXPORTER_OTLP_METRIC_ENDPOINT', 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT'],
  ['OTEL_EXPORTER_OTLP_HEADER', 'OTEL_EXPORTER_OTLP_HEADERS'],
  ['OTEL_METRIC_EXPORT_INTERVALL', 'OTEL_METRIC_EXPORT_INTERVAL'],
  ['OTLP_HEADER_FILE', 'OTLP_HEADERS_FILE'],
  // Similar to no name, with one of the exporter's prefixes.
  ['OTEL_EXPORTER_OTLP_URL', undefined],
  ['OTEL_METRIC_EVERY', undefined],
  ['STATSD_SERVER_NAME', undefined],
  ['OTLP_URL', undefined],
];

for (const [name, meant] of SLIPS) {
  test(`${name}: ${meant === undefined ? 'unknown' : `did you mean ${meant}?`}`, () => {
    const [warning, ...others] = unknownVariables({ [name]: 's3cret', PATH: '/bin' });
    assert.deepEqual(others, []);
    const hint = meant === undefined ? 'see --help for the supported variables' : `did you mean ${meant}?`;
    assert.equal(warning?.message, `unknown variable ${name} has no effect; ${hint}`);
    assert.equal(warning?.code, 'unknown_variable');
  });
}

/** Variables of shells, images, runtimes, AWS, ECS, Datadog, other signals and other SDKs. */
const OF_OTHERS =
  `HOST PORT HOSTNAME PATH HOME USER PWD SHELL LANG LC_ALL TERM TZ TMPDIR LOGNAME MAIL EDITOR PAGER DISPLAY
  DEBUG ENV ENVIRONMENT STAGE REGION SERVICE VERSION RELEASE NAME APP_NAME APP_ENV TARGET PROFILE COMMAND TIMEOUT RETRIES
  WORKERS THREADS CONCURRENCY DATABASE_URL REDIS_URL SECRET_KEY API_KEY TOKEN LOG_FILE LOG_DIR LOG_PATH LOG_COLOR LOGGING
  NODE_ENV NODE_OPTIONS NODE_EXTRA_CA_CERTS NODE_VERSION NPM_CONFIG_LOGLEVEL PYTHONPATH PYTHONUNBUFFERED GUNICORN_CMD_ARGS
  JAVA_HOME JAVA_OPTS JAVA_TOOL_OPTIONS GOMAXPROCS GOMEMLIMIT RUST_LOG RAILS_ENV DOTNET_RUNNING_IN_CONTAINER ASPNETCORE_URLS
  SSL_CERT_FILE SSL_CERT_DIR HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY FTP_PROXY no_proxy http_proxy NO_COLOR FORCE_COLOR CI
  AWS_REGION AWS_DEFAULT_REGION AWS_EXECUTION_ENV AWS_CONTAINER_CREDENTIALS_RELATIVE_URI AWS_ACCESS_KEY_ID AWS_PROFILE
  ECS_CONTAINER_METADATA_URI ECS_CONTAINER_METADATA_URI_V4 ECS_CONTAINER_METADATA_FILE ECS_AGENT_URI ECS_CLUSTER ECS_LOGLEVEL
  ECS_ENABLE_CONTAINER_METADATA ECS_SERVICE_CONNECT_CONFIG DD_API_KEY DD_SITE DD_TAGS DD_ENV DD_SERVICE DD_VERSION DD_URL
  DD_AGENT_HOST DD_TRACE_AGENT_PORT DD_TRACE_AGENT_URL DD_LOGS_INJECTION DD_APM_ENABLED DD_HOSTNAME DD_PROFILING_ENABLED
  DATADOG_API_KEY OTEL_TRACES_EXPORTER OTEL_LOGS_EXPORTER OTEL_PROPAGATORS OTEL_TRACES_SAMPLER OTEL_TRACES_SAMPLER_ARG
  OTEL_BSP_SCHEDULE_DELAY OTEL_EXPORTER_OTLP_TRACES_ENDPOINT OTEL_EXPORTER_OTLP_TRACES_HEADERS
  OTEL_EXPORTER_OTLP_LOGS_ENDPOINT OTEL_EXPORTER_OTLP_LOGS_PROTOCOL OTEL_METRICS_EXEMPLAR_FILTER OTEL_NODE_RESOURCE_DETECTORS
  OTEL_SEMCONV_STABILITY_OPT_IN OTEL_PYTHON_LOG_LEVEL OTEL_GO_X_EXEMPLAR STATSD_PREFIX STATSD_MAXUDPSIZE PROMETHEUS_PORT
  PROMETHEUS_MULTIPROC_DIR METRICS_PORT METRICS_PATH METRICS_ENABLED GRAFANA_URL SENTRY_DSN KUBERNETES_SERVICE_HOST`
    .split(/\s+/)
    .filter((name) => name !== '');

test('variables of other programs cause no warning', () => {
  assert.ok(OF_OTHERS.length > 100);
  assert.deepEqual(unknownVariables(Object.fromEntries(OF_OTHERS.map((name) => [name, 'x']))), []);
});

test('known variables cause no warning', () => {
  const names = OPTION_LIST.flatMap((option) => variablesOf(option).map(({ name }) => name));
  assert.deepEqual(unknownVariables(Object.fromEntries(names.map((name) => [name, 'x']))), []);
});

test('an empty variable causes no warning', () => {
  assert.deepEqual(unknownVariables({ INCLUD: '', LOGLEVEL: '  ' }), []);
});

test('unprintable names are truncated and escaped, and the number of warnings is limited', () => {
  const odd = Object.fromEntries(
    Array.from({ length: 1000 }, (_, index) => [`OTLP_\u001b[31m\n${'x'.repeat(1000)}${index}`, 'x']),
  );
  const warnings = unknownVariables(odd);
  assert.equal(warnings.length, 20);
  for (const { message } of warnings) assert.match(message, /^unknown variable OTLP_[\x20-\x7e…]{1,200}$/);
});

test('warnings accompany a valid configuration', () => {
  const resolved = resolve({ argv: ['--metadata-url', 'http://localhost'], env: { INCLUD: 'web' } });
  assert.ok('config' in resolved);
  assert.deepEqual(
    resolved.warnings.map(({ source }) => source),
    ['INCLUD'],
  );
});

test('warnings accompany errors', () => {
  const resolved = resolve({ env: { INCLUD: 'web', INTERVAL: 'x', METRICS: '-*' } });
  assert.ok('problems' in resolved);
  assert.deepEqual(
    resolved.problems.map(({ source }) => source),
    ['INTERVAL'],
  );
  assert.deepEqual(
    resolved.warnings.map(({ source }) => source),
    ['METRICS', 'INCLUD'],
  );
});
