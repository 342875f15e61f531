/** Signatures: when requests are signed, for which region and service, and with which credentials. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redactedConfig } from '../../../src/config/config.ts';
import { configOf, messagesOf, resolve } from './samples.ts';

const CANARY = 'c4n4ry';
const CLOUDWATCH = { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://monitoring.eu-west-1.amazonaws.com' };
const GATEWAY = { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://abc.execute-api.us-east-1.amazonaws.com/prod' };
const ROLE = { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/abc' };
const KEYS = { AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: 'secret' };
const SIGNED = { OTLP_AUTH: 'sigv4', OTLP_AUTH_REGION: 'us-east-1', OTLP_AUTH_SERVICE: 'execute-api' };

type Env = Readonly<Record<string, string>>;

const resolved = (env: Env, argv: readonly string[] = []) =>
  resolve({ env: { EXPORTERS: 'otlp', ...env }, argv, readFile: () => ({ text: 'authorization=Basic%20abc' }) });
const sigv4 = (env: Env, argv?: readonly string[]) => configOf(resolved(env, argv)).otlp.sigv4;
const scope = (env: Env, argv?: readonly string[]) => {
  const { region, service } = sigv4(env, argv) ?? {};
  return region === undefined ? undefined : `${region} ${service}`;
};
const credentials = (env: Env) => {
  const { credentials } = sigv4({ ...SIGNED, ...env }) ?? assert.fail('not signed');
  return credentials;
};
const endpoint = (env: Env) => {
  const source = credentials(env);
  return 'endpoint' in source ? { ...source.endpoint, url: source.endpoint.url.href } : assert.fail('keys');
};

test('CloudWatch is signed with its own region; other receivers are not signed', () => {
  assert.equal(scope({ ...CLOUDWATCH, ...ROLE }), 'eu-west-1 monitoring');
  assert.equal(scope({ ...CLOUDWATCH, ...ROLE, AWS_REGION: 'us-east-1' }), 'eu-west-1 monitoring');
  assert.equal(scope({ ...CLOUDWATCH, ...ROLE, OTLP_AUTH: 'SigV4' }), 'eu-west-1 monitoring');
  assert.equal(scope({ ...CLOUDWATCH, ...ROLE, OTLP_AUTH: 'none' }), undefined);
  assert.equal(scope({ ...GATEWAY, ...ROLE }), undefined);
  assert.equal(scope(ROLE), undefined);
  assert.equal(scope({ ...CLOUDWATCH, EXPORTERS: 'prometheus' }), undefined);
  assert.equal(scope({ ...CLOUDWATCH, OTEL_SDK_DISABLED: 'true' }), undefined);
});

test('region: the option, then the URL of CloudWatch, then AWS_REGION, then AWS_DEFAULT_REGION', () => {
  const { OTLP_AUTH_REGION: _, ...explicit } = { ...SIGNED, ...GATEWAY, ...ROLE };
  assert.equal(scope({ ...CLOUDWATCH, ...ROLE, OTLP_AUTH_REGION: 'eu-west-2' }), 'eu-west-2 monitoring');
  assert.equal(scope({ ...explicit, AWS_REGION: 'us-west-2', AWS_DEFAULT_REGION: 'x' }), 'us-west-2 execute-api');
  assert.equal(scope({ ...explicit, AWS_REGION: ' ', AWS_DEFAULT_REGION: 'us-west-1' }), 'us-west-1 execute-api');
  const argv = ['--otlp-auth=sigv4', '--otlp-auth-region', 'a-b-1', '--otlp-auth-service', 'vpc-lattice-svcs'];
  assert.equal(scope({ ...ROLE, OTLP_AUTH: 'none', AWS_REGION: 'us-west-2' }, argv), 'a-b-1 vpc-lattice-svcs');
});

for (const name of ['OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_METRICS_HEADERS', 'OTLP_HEADERS_FILE']) {
  test(`an authorization header in ${name} takes precedence, also over OTLP_AUTH=sigv4`, () => {
    const header = { [name]: name === 'OTLP_HEADERS_FILE' ? '/headers' : 'AUTHORIZATION=Basic%20abc' };
    assert.equal(scope({ ...CLOUDWATCH, ...header }), undefined);
    assert.equal(scope({ OTLP_AUTH: 'sigv4', ...header }), undefined);
  });
}

test('keys take precedence over the endpoint, and the relative URI over the full one', () => {
  const full = { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://169.254.170.23/v1/credentials' };
  assert.deepEqual(credentials({ ...KEYS, AWS_SESSION_TOKEN: 'token', ...ROLE, ...full }), {
    keys: { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'token' },
  });
  assert.deepEqual(credentials(KEYS), {
    keys: { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: undefined },
  });
  assert.equal(endpoint({ ...ROLE, ...full }).url, 'http://169.254.170.2/v2/credentials/abc');
  assert.equal(endpoint(full).url, 'http://169.254.170.23/v1/credentials');
  // Without keys, a session token has no effect.
  assert.equal(endpoint({ ...full, AWS_SESSION_TOKEN: 'token' }).url, 'http://169.254.170.23/v1/credentials');
  const token = { AWS_CONTAINER_AUTHORIZATION_TOKEN: 'Bearer a', AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '/token' };
  assert.deepEqual(endpoint({ ...full, ...token }), {
    url: 'http://169.254.170.23/v1/credentials',
    tokenFile: '/token',
    token: 'Bearer a',
  });
});

test('a signed URL is percent-encoded; others are used unchanged', () => {
  const OTEL_EXPORTER_OTLP_METRICS_ENDPOINT = 'https://[::1]:8443/a[1]|%2F%41/v1/metrics?x={^}|`&y=%2B';
  const urlOf = (env: Env) =>
    configOf(resolved({ ...env, ...ROLE, OTEL_EXPORTER_OTLP_METRICS_ENDPOINT })).otlp.url.href;
  assert.equal(urlOf(SIGNED), 'https://[::1]:8443/a%5B1%5D%7C%2F%41/v1/metrics?x=%7B%5E%7D%7C%60&y=%2B');
  assert.equal(urlOf({}), OTEL_EXPORTER_OTLP_METRICS_ENDPOINT);
});

const FULL_URIS: readonly (readonly [uri: string, isValid: boolean])[] = [
  ['https://credentials.example.com/x', true],
  ['https://10.0.0.1/x', true],
  ['http://localhost:1234/x', true],
  ['http://127.0.0.1/x', true],
  ['http://127.255.255.254:99/x', true],
  ['http://[::1]/x', true],
  ['http://[::ffff:127.0.0.1]/x', true],
  ['http://169.254.170.2/x', true],
  ['http://169.254.170.23/x', true],
  ['http://[fd00:ec2::23]/x', true],
  // Host names are resolved at each request.
  ['http://credentials.example.com/x', true],
  ['http://169.254.169.254/latest', false],
  ['http://169.254.170.3/x', false],
  ['http://169.254.170.222/x', false],
  ['http://10.0.0.1/x', false],
  ['http://0.0.0.0/x', false],
  ['http://[::]/x', false],
  ['http://[fd00:ec2::24]/x', false],
  ['http://[::ffff:10.0.0.1]/x', false],
  ['http://128.0.0.1/x', false],
  // 127.0.0.1 as a number is normalized; 10.0.0.1 as a number too.
  ['http://2130706433/x', true],
  ['http://167772161/x', false],
  ['http://user:pass@localhost/x', false],
  ['ftp://localhost/x', false],
  ['localhost/x', false],
  ['/v2/credentials', false],
];

for (const [uri, isValid] of FULL_URIS) {
  test(`AWS_CONTAINER_CREDENTIALS_FULL_URI=${uri} is ${isValid ? 'valid' : 'an error'}`, () => {
    const messages = messagesOf(resolved({ ...SIGNED, AWS_CONTAINER_CREDENTIALS_FULL_URI: uri }));
    if (isValid) assert.deepEqual(messages, []);
    else assert.match(messages.join('\n'), /^AWS_CONTAINER_CREDENTIALS_FULL_URI=\[hidden\] must .+$/);
  });
}

for (const uri of ['v2/credentials', 'http://evil.example/x', '@evil.example/x', ':80/x', '.evil.example/x']) {
  test(`AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=${uri} is an error`, () => {
    const messages = messagesOf(resolved({ ...SIGNED, AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: uri }));
    assert.deepEqual(messages, ['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=[hidden] must be a path that begins with /']);
  });
}

test('a relative URI cannot name another host', () => {
  for (const uri of ['//evil.example/x', '/@evil.example/x', '/../..//evil.example', '/\\evil.example']) {
    const { url } = endpoint({ AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: uri });
    assert.equal(new URL(url).host, '169.254.170.2', uri);
  }
});

const NO_CREDENTIALS =
  'AWS credentials: add a task role to the task definition (ECS then sets AWS_CONTAINER_CREDENTIALS_RELATIVE_URI), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';

const ERRORS: readonly (readonly [name: string, env: Env, messages: readonly string[]])[] = [
  ['no credentials', CLOUDWATCH, [`the OTLP endpoint of CloudWatch requires ${NO_CREDENTIALS}`]],
  [
    'blank credentials',
    { ...CLOUDWATCH, AWS_ACCESS_KEY_ID: ' ', AWS_CONTAINER_CREDENTIALS_FULL_URI: '' },
    [`the OTLP endpoint of CloudWatch requires ${NO_CREDENTIALS}`],
  ],
  [
    'nothing',
    { OTLP_AUTH: 'sigv4' },
    [
      'OTLP_AUTH=sigv4 requires a region: set OTLP_AUTH_REGION or AWS_REGION',
      'OTLP_AUTH=sigv4 requires a service: set OTLP_AUTH_SERVICE, for example to execute-api for API Gateway',
      `OTLP_AUTH=sigv4 requires ${NO_CREDENTIALS}`,
    ],
  ],
  [
    'a key without its secret',
    { ...CLOUDWATCH, ...ROLE, AWS_ACCESS_KEY_ID: CANARY },
    ['AWS_ACCESS_KEY_ID=[hidden] also requires AWS_SECRET_ACCESS_KEY'],
  ],
  [
    'a secret without its key',
    { ...CLOUDWATCH, AWS_SECRET_ACCESS_KEY: CANARY },
    ['AWS_SECRET_ACCESS_KEY=[hidden] also requires AWS_ACCESS_KEY_ID'],
  ],
  [
    'an invalid key',
    { ...CLOUDWATCH, AWS_ACCESS_KEY_ID: `${CANARY} x`, AWS_SECRET_ACCESS_KEY: CANARY },
    ['AWS_ACCESS_KEY_ID=[hidden] must be printable ASCII characters without spaces'],
  ],
  [
    'a token with a line feed',
    { ...CLOUDWATCH, ...KEYS, AWS_SESSION_TOKEN: `a\n${CANARY}` },
    ['AWS_SESSION_TOKEN=[hidden] must be printable ASCII characters without spaces'],
  ],
  [
    'a region without sigv4',
    { OTLP_AUTH_REGION: 'eu-west-1' },
    ['OTLP_AUTH_REGION has no effect without sigv4; set OTLP_AUTH=sigv4'],
  ],
  [
    'a service without sigv4',
    { OTLP_AUTH_SERVICE: 'execute-api' },
    ['OTLP_AUTH_SERVICE has no effect without sigv4; set OTLP_AUTH=sigv4'],
  ],
  [
    'an invalid AWS_REGION',
    { ...SIGNED, ...ROLE, OTLP_AUTH_REGION: '', AWS_REGION: 'EU (Ireland)' },
    ['AWS_REGION="EU (…" must be an AWS region in lower case, for example eu-west-1'],
  ],
];

for (const [name, env, messages] of ERRORS) {
  test(`a configuration error: ${name}`, () => {
    assert.deepEqual(messagesOf(resolved(env)), messages);
    assert.ok(!JSON.stringify(resolved(env)).includes(CANARY));
  });
}

test("AWS's variables are not validated without a signature", () => {
  const junk = { AWS_REGION: '?', AWS_ACCESS_KEY_ID: 'a b', AWS_CONTAINER_CREDENTIALS_FULL_URI: 'x' };
  assert.deepEqual(messagesOf(resolved(junk)), []);
  assert.deepEqual(messagesOf(resolved({ ...junk, ...CLOUDWATCH, EXPORTERS: 'prometheus' })), []);
});

test('the printed configuration has no part of the credentials', () => {
  const source = { AWS_ACCESS_KEY_ID: CANARY, AWS_SECRET_ACCESS_KEY: CANARY, AWS_SESSION_TOKEN: CANARY };
  const endpointSource = {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://localhost/${CANARY}`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: CANARY,
  };
  for (const env of [source, endpointSource, { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: `/${CANARY}` }]) {
    const result = resolved({ ...SIGNED, ...env });
    assert.ok('given' in result);
    const shown = JSON.stringify([redactedConfig(configOf(result)), [...result.given]]);
    assert.ok(shown.includes('"region":"us-east-1"') && !shown.includes(CANARY), shown);
  }
});
