import { OPTIONS } from '../../../src/config/options.ts';
import { type Resolved, type ResolveInput, resolveConfig } from '../../../src/config/resolve.ts';

export type OptionKey = keyof typeof OPTIONS;

interface Sample {
  /** Valid for every source of the option. */
  readonly valid?: string;
  /** Invalid for every source. */
  readonly junk?: string;
}

/** A valid and an invalid text for each option; a new option needs an entry. */
export const SAMPLES: Readonly<Record<OptionKey, Sample>> = {
  metadataUrl: { valid: 'http://169.254.170.2/v4/abc', junk: 'file:///etc/passwd' },
  intervalMs: { valid: '30', junk: '1m' },
  endpointTimeoutMs: { valid: '2.5', junk: '0' },
  include: { valid: 'app,web-*', junk: 'app,[' },
  exclude: { valid: 'app', junk: '[z-a]' },
  containerLabels: { valid: 'team,com.example.*', junk: 'team,[' },
  taskTags: { valid: 'team', junk: '[z-a]' },
  cgroupRoot: { valid: '/host/sys/fs/cgroup', junk: 'sys/fs/cgroup' },
  exporters: { valid: 'otlp', junk: 'otlp,graphite' },
  metricNames: { valid: 'ecs', junk: 'english' },
  metrics: { valid: 'default,-disk_*', junk: 'cpu_usage_ration' },
  isSdkDisabled: { valid: 'true', junk: 'yes' },
  configFile: { junk: '/etc/otel.yaml' },
  httpHost: { valid: '0.0.0.0', junk: 'http://localhost' },
  httpPort: { valid: '9100', junk: '65536' },
  hasStatusPage: { valid: 'true', junk: 'maybe' },
  hasStatusHistory: { valid: 'true', junk: 'maybe' },
  webConfigFile: { valid: '/etc/web-config.yml' },
  prometheusResourceLabels: { valid: 'aws.ecs.service.name,cloud.*', junk: 'aws.[' },
  prometheusStartTimes: { valid: 'true', junk: 'maybe' },
  otlpUrl: { valid: 'https://collector:4318/v1/metrics', junk: 'collector:4318' },
  otlpProtocol: { valid: 'http/json', junk: 'grpc' },
  exportIntervalMs: { valid: '60000', junk: '0' },
  exportTimeoutMs: { valid: '5000', junk: '1e4' },
  otlpTimeoutMs: { valid: '5000', junk: '-1' },
  otlpHeaders: { valid: 'api-key=abc', junk: 'api-key' },
  otlpMetricsHeaders: { valid: 'api-key=abc', junk: 'bad name=abc' },
  otlpHeadersFile: { valid: '/run/secrets/headers' },
  otlpCompression: { valid: 'gzip', junk: 'zstd' },
  otlpMaxPoints: { valid: '1000', junk: '0' },
  otlpTemporality: { valid: 'delta', junk: 'weekly' },
  otlpCertificate: { valid: '/ca.pem' },
  otlpClientCertificate: { valid: '/cert.pem' },
  otlpClientKey: { valid: '/key.pem' },
  httpsProxy: { valid: 'http://proxy:3128' },
  httpProxy: { valid: 'http://proxy:3128' },
  noProxy: { valid: 'localhost,.internal' },
  otlpInsecure: { valid: 'true', junk: 'yes' },
  otlpHistogramAggregation: { valid: 'base2_exponential_bucket_histogram', junk: 'linear' },
  otlpAuth: { valid: 'none', junk: 'sigv2' },
  otlpAuthRegion: { junk: 'eu west' },
  otlpAuthService: { junk: 'Execute API' },
  // Read only for a signature: see otlp-auth.test.ts.
  awsRegion: { valid: 'eu-west-1' },
  awsAccessKeyId: { valid: 'AKIDEXAMPLE' },
  awsSecretAccessKey: { valid: 'secret' },
  awsSessionToken: { valid: 'token' },
  awsCredentialsRelativeUri: { valid: '/v2/credentials/abc' },
  awsCredentialsFullUri: { valid: 'http://169.254.170.23/v1/credentials' },
  awsAuthorizationTokenFile: { valid: '/var/run/token' },
  awsAuthorizationToken: { valid: 'token' },
  serviceName: { valid: 'checkout' },
  resourceAttributes: { valid: 'team=core', junk: 'team' },
  resourceAttributesInclude: { valid: 'aws.ecs.*,cloud.region', junk: 'aws.[' },
  logLevel: { valid: 'DEBUG', junk: 'loud' },
  logFormat: { valid: 'json', junk: 'xml' },
  isStatsdWanted: { valid: 'true', junk: 'maybe' },
  statsdHost: { valid: 'agent', junk: 'a b' },
  statsdPort: { valid: '8126', junk: '0' },
  statsdSocket: { valid: '/var/run/datadog/dsd.socket', junk: 'dsd.socket' },
  statsdTags: { valid: 'team:core,env:prod' },
  statsdTaskTags: { valid: 'task_family,task_id', junk: 'task_familiy' },
  // Read only if the statsd exporter is enabled: see statsd.test.ts.
  datadogHost: { valid: 'agent' },
  datadogPort: { valid: '8126' },
  datadogTags: { valid: 'team:core' },
  datadogEntityId: { valid: 'abc' },
  datadogEnv: { valid: 'prod' },
  datadogService: { valid: 'checkout' },
  datadogVersion: { valid: '1.2.3' },
  isDatadogDisabled: { valid: 'true' },
  isConfigPrinted: { valid: 'true', junk: 'maybe' },
  onceFormat: { valid: 'json', junk: 'xml' },
  isEndpointOnly: { valid: 'true', junk: 'maybe' },
  demoPort: { valid: '8000', junk: 'any' },
};

export const ROWS = Object.entries(OPTIONS).flatMap(([key, option]) =>
  isOptionKey(key) ? [{ key, option, ...SAMPLES[key] }] : [],
);

function isOptionKey(key: string): key is OptionKey {
  return key in SAMPLES;
}

export const METADATA = { ECS_CONTAINER_METADATA_URI_V4: 'http://169.254.170.2/v4/abc' };

/** Resolves with an endpoint in the environment and empty files, unless `input` overrides them. */
export function resolve(input: Partial<ResolveInput>): Resolved {
  return resolveConfig({
    argv: [],
    isTTY: false,
    readFile: () => ({ text: '' }),
    ...input,
    env: { ...METADATA, ...input.env },
  });
}

export function configOf(resolved: Resolved) {
  if ('problems' in resolved) throw new Error(resolved.problems.map(({ message }) => message).join('\n'));
  return resolved.config;
}

export function problemsOf(resolved: Resolved) {
  return 'problems' in resolved ? resolved.problems : [];
}

export function messagesOf(resolved: Resolved): readonly string[] {
  return problemsOf(resolved).map(({ message }) => message);
}
