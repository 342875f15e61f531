/** Files that options name are read and checked at the start: a mistake in one is no surprise at the first export. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { configOf, messagesOf, problemsOf, resolve } from './samples.ts';

const CANARY = 'c4n4ry';
const OTLP = ['--exporters', 'otlp'];
const pem = (name: string) => readFileSync(new URL(`../../fixtures/tls/${name}`, import.meta.url), 'utf8');

const FILES: Readonly<Record<string, string>> = {
  '/ca.pem': `some words before\n${pem('ca.pem')}${pem('unknown-ca.pem')}`,
  '/client.pem': pem('client.pem'),
  '/key.pem': pem('client-key.pem'),
  '/other-key.pem': pem('server-key.pem'),
  '/encrypted.pem': '-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n',
  '/junk.pem': '-----BEGIN CERTIFICATE-----\nMIIBjunk\n-----END CERTIFICATE-----\n',
  '/cut.pem': `${pem('ca.pem')}${pem('unknown-ca.pem').slice(0, 200)}`,
  '/page.html': '<html></html>',
  '/headers': `api-key=${CANARY}%20x\r\nx-tenant=a,b=c=\n`,
  '/bad-headers': `api-key=${CANARY}\n${CANARY}`,
  '/empty': '',
};

const readFile = (path: string) => {
  const text = FILES[path];
  return text === undefined ? { wrong: 'it does not exist' } : { text };
};

const CERTIFICATE = 'OTEL_EXPORTER_OTLP_CERTIFICATE';
const CLIENT = 'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE';
const KEY = 'OTEL_EXPORTER_OTLP_CLIENT_KEY';

const MISTAKES: readonly (readonly [env: Readonly<Record<string, string>>, messages: readonly string[]])[] = [
  [{ [CERTIFICATE]: '/none' }, [`${CERTIFICATE}="/none" must be a readable PEM file: it does not exist`]],
  [
    { [CERTIFICATE]: '/page.html' },
    [`${CERTIFICATE}="/page.html" must be a readable PEM file: it holds no certificate in PEM form`],
  ],
  [
    { [CERTIFICATE]: '/junk.pem' },
    [`${CERTIFICATE}="/junk.pem" must be a readable PEM file: certificate 1 in it cannot be read`],
  ],
  [
    { [CERTIFICATE]: '/key.pem' },
    [`${CERTIFICATE}="/key.pem" must be a readable PEM file: it holds no certificate in PEM form`],
  ],
  [
    { [CERTIFICATE]: '/cut.pem' },
    [`${CERTIFICATE}="/cut.pem" must be a readable PEM file: a certificate in it is cut off`],
  ],
  [
    { [CLIENT]: '/client.pem', [KEY]: '/encrypted.pem' },
    [`${KEY}="/encrypted.pem" must be a readable PEM file: the key in it is encrypted: pass phrases are not supported`],
  ],
  [
    { [CLIENT]: '/client.pem', [KEY]: '/client.pem' },
    [`${KEY}="/client.pem" must be a readable PEM file: it holds no private key in PEM form`],
  ],
  [
    { [CLIENT]: '/client.pem', [KEY]: '/other-key.pem' },
    [`${KEY}="/other-key.pem" must be the key of the certificate that ${CLIENT} names`],
  ],
  [
    { [KEY]: '/key.pem' },
    [`${KEY}="/key.pem" needs OTEL_EXPORTER_OTLP_METRICS_CLIENT_CERTIFICATE or ${CLIENT} as well`],
  ],
  [
    { [CLIENT]: '/client.pem' },
    [`${CLIENT}="/client.pem" needs OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY or ${KEY} as well`],
  ],
  [
    { OTLP_HEADERS_FILE: '/bad-headers' },
    [
      'OTLP_HEADERS_FILE="/bad-headers" must be a readable file of headers: ' +
        'it must be key=value pairs with commas between them; one has no = (item 2)',
    ],
  ],
  [{ OTLP_HEADERS_FILE: '/none' }, ['OTLP_HEADERS_FILE="/none" must be a readable file of headers: it does not exist']],
];

for (const [env, messages] of MISTAKES) {
  test(`${JSON.stringify(env)} is a mistake, but only where OTLP is on`, () => {
    assert.deepEqual(messagesOf(resolve({ env, readFile, argv: OTLP })), messages);
    assert.deepEqual(problemsOf(resolve({ env, readFile })), []);
  });
}

test('the texts of good files are in the configuration', () => {
  const env = { [CERTIFICATE]: '/ca.pem', [CLIENT]: '/client.pem', [KEY]: '/key.pem' };
  const { otlp } = configOf(resolve({ env, readFile, argv: OTLP }));
  assert.deepEqual(
    [otlp.certificate, otlp.clientCertificate, otlp.clientKey],
    [FILES['/ca.pem'], FILES['/client.pem'], FILES['/key.pem']],
  );
});

test('headers of a file come last, and so win', () => {
  const env = { OTEL_EXPORTER_OTLP_HEADERS: 'api-key=env,only=here', OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'b=env' };
  const { otlp } = configOf(resolve({ env, readFile, argv: [...OTLP, '--otlp-headers-file', '/headers'] }));
  assert.deepEqual(otlp.headers, { 'api-key': `${CANARY} x`, only: 'here', 'x-tenant': 'a', b: 'c=' });
  const empty = configOf(resolve({ env: { OTLP_HEADERS_FILE: '/empty' }, readFile, argv: OTLP }));
  assert.deepEqual(empty.otlp.headers, {});
});
