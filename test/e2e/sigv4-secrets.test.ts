/** No part of an AWS credential is in a log, page, error or output, whatever the receiver and the credentials endpoint do. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { describe, type TestContext, test } from 'node:test';
import { CREDENTIALS_CANARY as CANARY, startCredentialsServer } from '../helpers/credentials-server.ts';
import { startInProcess } from '../helpers/in-process-program.ts';
import { scriptedEndpoint } from '../helpers/running.ts';
import { checkWholeOutput } from '../helpers/whole-output.ts';

const KEYS = {
  AWS_ACCESS_KEY_ID: `AKID${CANARY}`,
  AWS_SECRET_ACCESS_KEY: `${CANARY}/+secret`,
  AWS_SESSION_TOKEN: `${CANARY}/+${'token'.repeat(40)}==`,
};

function assertSilent(what: string, shown: string): void {
  const at = shown.toLowerCase().indexOf(CANARY);
  assert.ok(at < 0, `${what} shows a secret: ${shown.slice(Math.max(0, at - 300), at + 100)}`);
  assert.doesNotMatch(shown, /Signature=[0-9a-f]{8}/, what);
}

type Behaviour = (request: IncomingMessage, response: ServerResponse) => unknown;

/** Everything that identifies the sender, as some receivers return it in errors. */
const echoOf = ({ headers }: IncomingMessage): string =>
  ['authorization', 'x-amz-security-token'].map((name) => `${name}: ${String(headers[name])}`).join(' ');

const partial = (response: ServerResponse, errorMessage: string): unknown =>
  response.writeHead(200).end(JSON.stringify({ partialSuccess: { rejectedDataPoints: '3', errorMessage } }));

const BEHAVIOURS: readonly (readonly [name: string, line: RegExp, behaviour: Behaviour])[] = [
  [
    'answers 403 and the headers',
    /otlp_export_failing.*HTTP 403/,
    (request, response) => response.writeHead(403, echoOf(request), { 'x-echo': echoOf(request) }).end(echoOf(request)),
  ],
  [
    'redirects to a secret',
    /otlp_export_failing.*HTTP 307/,
    (request, response) => response.writeHead(307, { location: `/?${encodeURIComponent(echoOf(request))}` }).end(),
  ],
  [
    'rejects points and returns the headers',
    /otlp_partial_failing/,
    (request, response) => partial(response, echoOf(request)),
  ],
  [
    'rejects points and returns the encoded headers',
    /otlp_partial_failing/,
    (request, response) => partial(response, encodeURIComponent(echoOf(request))),
  ],
  [
    'rejects points and returns a truncated token',
    /otlp_partial_failing/,
    ({ headers }, response) => partial(response, `bad ${String(headers['x-amz-security-token']).slice(0, 60)}`),
  ],
  [
    'does not use HTTP',
    /otlp_export_failing.*HPE_INVALID/,
    (request, response) => response.socket?.end(echoOf(request)),
  ],
];

async function startReceiver(t: TestContext, behaviour: Behaviour): Promise<string> {
  const server = createServer(async (request, response) => {
    await request.toArray();
    assert.match(request.headers.authorization ?? '', /^AWS4-HMAC-SHA256 Credential=AKID/);
    behaviour(request, response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return `http://127.0.0.1:${address.port}/v1/metrics`;
}

/** Runs the program until `line` is logged, stops it, and checks its complete output. */
async function assertNothingShown(t: TestContext, env: Record<string, string>, line: RegExp): Promise<void> {
  const variables = {
    OTEL_METRIC_EXPORT_INTERVAL: '10000',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTLP_AUTH: 'sigv4',
    OTLP_AUTH_REGION: 'eu-west-1',
    OTLP_AUTH_SERVICE: 'execute-api',
    ...env,
  };
  const pages = ['/', '/api/status', '/metrics', '/-/healthy', '/-/ready'];
  const log = await checkWholeOutput(t, variables, line, { pages, check: assertSilent });
  assert.match(log, /"debug"/);
}

describe('a receiver that', () => {
  for (const [name, line, behaviour] of BEHAVIOURS) {
    test(`${name}: no part of a credential in the log and the pages`, async (t) => {
      const url = await startReceiver(t, behaviour);
      await assertNothingShown(t, { ...KEYS, OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: url }, line);
    });
  }
});

const ENDPOINT_FAULTS: readonly (readonly [name: string, fault: (response: ServerResponse) => void])[] = [
  ['answers 500', (response) => response.writeHead(500, CANARY).end(CANARY)],
  ['redirects', (response) => response.writeHead(302, { location: `/${CANARY}` }).end(CANARY)],
  ['hands out garbage', (response) => response.end(`{"AccessKeyId": "${CANARY}`)],
  ['hands out half', (response) => response.end(JSON.stringify({ AccessKeyId: CANARY, Token: CANARY }))],
  ['does not use HTTP', (response) => response.socket?.end(CANARY)],
];

describe('a credentials endpoint that', () => {
  for (const [name, fault] of ENDPOINT_FAULTS) {
    test(`${name}: no part of a credential in the log and the pages`, async (t) => {
      const credentials = await startCredentialsServer();
      t.after(() => credentials.close());
      credentials.fault = fault;
      const env = {
        AWS_CONTAINER_CREDENTIALS_FULL_URI: credentials.url.href,
        AWS_CONTAINER_AUTHORIZATION_TOKEN: `Bearer ${CANARY}`,
        OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://127.0.0.1:1/v1/metrics',
      };
      await assertNothingShown(t, env, /aws_credentials_failing/);
    });
  }

  test('works: no part of a credential in the log and the pages', async (t) => {
    const credentials = await startCredentialsServer();
    t.after(() => credentials.close());
    const url = await startReceiver(t, (request, response) => partial(response, echoOf(request)));
    const env = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: credentials.url.href,
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: url,
    };
    await assertNothingShown(t, env, /otlp_partial_failing/);
  });
});

test('run --print-config, once and --help show no part of a credential', async (t) => {
  const { endpoint } = await scriptedEndpoint(t);
  for (const source of [KEYS, { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: `/v2/credentials/${CANARY}` }]) {
    const env = {
      ECS_CONTAINER_METADATA_URI_V4: endpoint.url,
      EXPORTERS: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://monitoring.eu-west-1.amazonaws.com',
      ...source,
    };
    for (const argv of [['run', '--print-config'], ['once'], ['--help']]) {
      const program = startInProcess(argv, env);
      assert.equal(await program.ended, 0);
      assertSilent(argv.join(' '), program.stdout() + program.stderr());
    }
  }
});
