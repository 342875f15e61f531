/** Signatures, checked by an independent implementation; test/aws uses AWS's own. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { sign } from '../../../src/aws/sign.ts';
import { propertyRuns } from '../../helpers/property-runs.ts';
import { sigV4Failure, type VerifiedRequest } from '../../helpers/sigv4-verifier.ts';

const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const TIME = new Date('2026-01-02T03:04:05.678Z');
const SCOPE = { region: 'eu-west-1', service: 'monitoring' };

type Target = { readonly target?: string; readonly headers?: Readonly<Record<string, string>>; readonly body?: string };

function signedRequest(
  { target = '/v1/metrics', headers = {}, body = 'body' }: Target,
  sessionToken?: string,
): VerifiedRequest {
  const bytes = Buffer.from(body);
  const all = { host: 'monitoring.eu-west-1.amazonaws.com', 'content-type': 'application/json', ...headers };
  const added = sign(
    { method: 'POST', path: target, headers: all, body: bytes },
    SCOPE,
    { ...KEYS, sessionToken },
    TIME,
  );
  return { method: 'POST', target, headers: { ...all, ...added }, body: bytes };
}

function failureOf(request: VerifiedRequest, changes: { token?: string; nowMs?: number; region?: string } = {}) {
  const { token, nowMs = TIME.getTime(), region = SCOPE.region } = changes;
  return sigV4Failure(request, {
    ...SCOPE,
    region,
    nowMs,
    keysOf: (id) => (id === KEYS.accessKeyId ? { ...KEYS, sessionToken: token } : undefined),
  });
}

test("AWS's vector post-vanilla", () => {
  const { authorization } = sign(
    { method: 'POST', path: '/', headers: { host: 'example.amazonaws.com' }, body: new Uint8Array() },
    { region: 'us-east-1', service: 'service' },
    KEYS,
    new Date('2015-08-30T12:36:00Z'),
  );
  assert.equal(
    authorization,
    'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
  );
});

test('a signed request is accepted, with and without a session token', () => {
  assert.equal(failureOf(signedRequest({})), undefined);
  assert.equal(failureOf(signedRequest({}, 'token/+='), { token: 'token/+=' }), undefined);
  assert.equal(failureOf(signedRequest({}, 'other'), { token: 'token' }), 'wrong session token');
});

for (const target of [
  '/',
  '/v1/metrics',
  '/prod/otlp/v1/metrics',
  '/a%20b/%C3%A9/v1/metrics',
  '/a%5B1%5D%7C%2F%41/v1/metrics?x=%7B%5E%7D%7C%60&y=%2B',
  '/v1/metrics?b=2&a=%2F&a=1',
  "/it's/(v1)/*!~",
  '/v1/metrics?empty=&x=a%20b',
]) {
  test(`the path and query ${target} are signed as sent`, () => {
    assert.equal(failureOf(signedRequest({ target })), undefined);
  });
}

test('one wrong byte in a signed header, the path, the query, the method or the body is rejected', () => {
  const hash = createHash('sha256').update('body').digest('hex');
  const headers = { 'x-amz-content-sha256': hash, 'content-encoding': 'gzip' };
  const request = signedRequest({ target: '/v1/metrics?a=1', headers }, 'token');
  const token = 'token';
  assert.equal(failureOf(request, { token }), undefined);
  const [, names = ''] = /SignedHeaders=([^,]+)/.exec(request.headers.authorization ?? '') ?? [];
  assert.equal(names, 'content-encoding;content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token');
  for (const [name, text = ''] of Object.entries(request.headers)) {
    assert.ok(typeof text === 'string');
    for (let at = 0; at < text.length; at += 1) {
      const changed = `${text.slice(0, at)}${text[at] === 'a' ? 'b' : 'a'}${text.slice(at + 1)}`;
      const failure = failureOf({ ...request, headers: { ...request.headers, [name]: changed } }, { token });
      assert.notEqual(failure, undefined, `${name}: ${changed}`);
    }
  }
  for (const changed of ['/v1/metricz?a=1', '/v1/metrics?a=2', '/v1/metrics', '/v1//metrics?a=1', '/V1/metrics?a=1']) {
    assert.equal(failureOf({ ...request, target: changed }, { token }), 'wrong signature', changed);
  }
  for (const body of ['bodY', 'body ', '', 'bod']) {
    assert.notEqual(failureOf({ ...request, body: Buffer.from(body) }, { token }), undefined, body);
  }
  assert.equal(failureOf({ ...request, method: 'PUT' }, { token }), 'wrong signature');
  assert.equal(failureOf(request, { token, region: 'eu-west-2' }), 'signed for region eu-west-1');
});

test('the date may differ by five minutes', () => {
  const request = signedRequest({});
  assert.equal(failureOf(request, { nowMs: TIME.getTime() + 299_000 }), undefined);
  assert.match(failureOf(request, { nowMs: TIME.getTime() + 302_000 }) ?? '', /^the date differs/);
});

test('property: signatures of random paths, headers and bodies are accepted', () => {
  const segment = fc.string({ unit: 'binary', maxLength: 8 }).map((text) => encodeURIComponent(text.toWellFormed()));
  fc.assert(
    fc.property(
      fc.array(segment, { maxLength: 4 }),
      fc.string(),
      fc.string({ unit: 'grapheme' }),
      (path, value, body) => {
        const { pathname: target } = new URL(`http://host/${path.join('/').replace(/\/{2,}/g, '/')}`);
        const header = value.replace(/[^\x21-\x7e]/g, '') || 'x';
        const request = signedRequest({
          target: target.replace(/\/{2,}/g, '/'),
          headers: { 'x-amz-meta': header },
          body,
        });
        assert.equal(failureOf(request), undefined);
      },
    ),
    propertyRuns(200),
  );
});
