/** Files are read and validated at start, so that an invalid one is reported before the first export. */
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
  return text === undefined ? { error: 'it does not exist' } : { text };
};

const CERTIFICATE = 'OTEL_EXPORTER_OTLP_CERTIFICATE';
const CLIENT = 'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE';
const KEY = 'OTEL_EXPORTER_OTLP_CLIENT_KEY';

const ERRORS: readonly (readonly [env: Readonly<Record<string, string>>, messages: readonly string[]])[] = [
  [{ [CERTIFICATE]: '/none' }, [`${CERTIFICATE}="/non…" must be a readable PEM file: it does not exist`]],
  [
    { [CERTIFICATE]: '/page.html' },
    [`${CERTIFICATE}="/pag…" must be a readable PEM file: it contains no PEM certificate`],
  ],
  [
    { [CERTIFICATE]: '/junk.pem' },
    [`${CERTIFICATE}="/jun…" must be a readable PEM file: certificate 1 cannot be parsed`],
  ],
  [
    { [CERTIFICATE]: '/key.pem' },
    [`${CERTIFICATE}="/key…" must be a readable PEM file: it contains no PEM certificate`],
  ],
  [{ [CERTIFICATE]: '/cut.pem' }, [`${CERTIFICATE}="/cut…" must be a readable PEM file: a certificate is truncated`]],
  [
    { [CLIENT]: '/client.pem', [KEY]: '/encrypted.pem' },
    [`${KEY}="/enc…" must be a readable PEM file: the key is encrypted, and passphrases are not supported`],
  ],
  [
    { [CLIENT]: '/client.pem', [KEY]: '/client.pem' },
    [`${KEY}="/cli…" must be a readable PEM file: it contains no PEM private key`],
  ],
  [
    { [CLIENT]: '/client.pem', [KEY]: '/other-key.pem' },
    [`${KEY}="/oth…" does not match the certificate in ${CLIENT}`],
  ],
  [{ [KEY]: '/key.pem' }, [`${KEY}="/key…" also requires OTEL_EXPORTER_OTLP_METRICS_CLIENT_CERTIFICATE or ${CLIENT}`]],
  [{ [CLIENT]: '/client.pem' }, [`${CLIENT}="/cli…" also requires OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY or ${KEY}`]],
  [
    { OTLP_HEADERS_FILE: '/bad-headers' },
    [
      'OTLP_HEADERS_FILE="/bad…" must be a readable headers file: ' +
        'it must be comma-separated key=value pairs; item 2 has no =',
    ],
  ],
  [{ OTLP_HEADERS_FILE: '/none' }, ['OTLP_HEADERS_FILE="/non…" must be a readable headers file: it does not exist']],
];

for (const [env, messages] of ERRORS) {
  test(`${JSON.stringify(env)} is an error only if the otlp exporter is enabled`, () => {
    assert.deepEqual(messagesOf(resolve({ env, readFile, argv: OTLP })), messages);
    assert.deepEqual(problemsOf(resolve({ env, readFile })), []);
  });
}

test('the configuration holds the texts of valid files', () => {
  const env = { [CERTIFICATE]: '/ca.pem', [CLIENT]: '/client.pem', [KEY]: '/key.pem' };
  const { otlp } = configOf(resolve({ env, readFile, argv: OTLP }));
  assert.deepEqual(
    [otlp.certificate, otlp.clientCertificate, otlp.clientKey],
    [FILES['/ca.pem'], FILES['/client.pem'], FILES['/key.pem']],
  );
});

test('headers from a file take precedence', () => {
  const env = { OTEL_EXPORTER_OTLP_HEADERS: 'api-key=env,only=here', OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'b=env' };
  const { otlp } = configOf(resolve({ env, readFile, argv: [...OTLP, '--otlp-headers-file', '/headers'] }));
  assert.deepEqual(otlp.headers, { 'api-key': `${CANARY} x`, only: 'here', 'x-tenant': 'a', b: 'c=' });
  const empty = configOf(resolve({ env: { OTLP_HEADERS_FILE: '/empty' }, readFile, argv: OTLP }));
  assert.deepEqual(empty.otlp.headers, {});
});
