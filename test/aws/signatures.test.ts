/** botocore computes the same signatures as the exporter for the same requests. */
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { startInProcess } from '../helpers/in-process-program.ts';
import { scriptedEndpoint } from '../helpers/running.ts';
import { startSigV4Receiver } from '../helpers/sigv4-receiver.ts';
import type { VerifiedRequest } from '../helpers/sigv4-verifier.ts';
import { stopClock } from '../helpers/test-clock.ts';
import { botocoreAuthorizations } from './botocore.ts';

const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret/+key', sessionToken: 'token/+==' };
const SCOPE = { region: 'us-east-1', service: 'execute-api' };

/** The requests of three exports. */
async function requestsOf(t: TestContext, env: Readonly<Record<string, string>>, target: string) {
  const clock = stopClock(t);
  const receiver = await startSigV4Receiver({ ...SCOPE, target, keysOf: () => KEYS });
  t.after(() => receiver.close());
  const { endpoint } = await scriptedEndpoint(t);
  const program = startInProcess(['run'], {
    ECS_CONTAINER_METADATA_URI_V4: endpoint.url,
    EXPORTERS: 'otlp',
    EXPORTER_PORT: '0',
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: receiver.url,
    OTEL_METRIC_EXPORT_INTERVAL: '5000',
    OTLP_AUTH: 'sigv4',
    OTLP_AUTH_REGION: SCOPE.region,
    OTLP_AUTH_SERVICE: SCOPE.service,
    OTLP_MAX_POINTS: '40',
    AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
    AWS_SESSION_TOKEN: KEYS.sessionToken,
    ...env,
  });
  await clock.until('requests', () => receiver.requests.length >= 6 || undefined);
  program.signal('SIGTERM');
  assert.equal(await clock.during(program.ended), 0);
  assert.deepEqual(receiver.rejections, []);
  return receiver.requests;
}

const authorizationsOf = (requests: readonly VerifiedRequest[]): readonly string[] =>
  botocoreAuthorizations(requests.map((request) => ({ request, keys: KEYS, ...SCOPE })));

describe('botocore agrees', () => {
  for (const protocol of ['http/protobuf', 'http/json']) {
    for (const compression of ['gzip', 'none']) {
      for (const target of ['/v1/metrics', '/prod/a%20b/v1/metrics?b=2&a=1']) {
        test(`${protocol}, ${compression}, ${target}`, async (t) => {
          const env = { OTEL_EXPORTER_OTLP_PROTOCOL: protocol, OTEL_EXPORTER_OTLP_COMPRESSION: compression };
          const requests = await requestsOf(t, env, target);
          assert.deepEqual(
            requests.map(({ headers }) => headers.authorization),
            authorizationsOf(requests),
          );
        });
      }
    }
  }
});

test('botocore rejects one wrong byte in a signed header, the path and the body', async (t) => {
  const [request] = await requestsOf(t, { OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' }, '/v1/metrics');
  assert.ok(request !== undefined);
  const [, names = ''] = /SignedHeaders=([^,]+)/.exec(request.headers.authorization ?? '') ?? [];
  const changed = names.split(';').map((name): VerifiedRequest => {
    const text = String(request.headers[name]);
    const last = text.endsWith('0') ? '1' : '0';
    return { ...request, headers: { ...request.headers, [name]: `${text.slice(0, -1)}${last}` } };
  });
  const body = Buffer.from(request.body);
  body[20] = (body[20] ?? 0) ^ 1;
  const wrong = [
    ...changed,
    { ...request, target: '/v1/metricz' },
    { ...request, method: 'PUT' },
    { ...request, body },
  ];
  const authorizations = authorizationsOf(wrong);
  assert.equal(authorizations.length, wrong.length);
  for (const [index, authorization] of authorizations.entries()) {
    assert.notEqual(authorization, request.headers.authorization, `change ${index}`);
  }
});
