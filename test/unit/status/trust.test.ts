import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import { test } from 'node:test';
import { isTrusted } from '../../../src/status/trust.ts';

const LOCAL = { isLoopback: true, isAuthenticated: false };
const REMOTE = { isLoopback: false, isAuthenticated: false };

const requestWith = (headers: IncomingHttpHeaders) => ({ headers, httpVersion: '1.1' });

const LOCAL_HOSTS = [
  'localhost',
  'localhost:9545',
  'LOCALHOST:9545',
  'page.localhost:9545',
  '127.0.0.1:9545',
  '10.0.0.7',
  '[::1]:9545',
];

for (const host of LOCAL_HOSTS) {
  test(`a local client is trusted with the host ${host}`, () => {
    assert.equal(isTrusted(LOCAL, requestWith({ host })), true);
    assert.equal(isTrusted(REMOTE, requestWith({ host })), false);
  });
}

// A web site can resolve its own name to 127.0.0.1.
const OTHER_HOSTS = [
  'evil.example:9545',
  'localhost.evil.example',
  'notlocalhost',
  '127.0.0.1.evil.example',
  '[evil]',
  '',
  '::1',
];

for (const host of OTHER_HOSTS) {
  test(`a local client is not trusted with the host "${host}"`, () => {
    assert.equal(isTrusted(LOCAL, requestWith({ host })), false);
  });
}

test('a client without a Host header is not trusted', () => {
  assert.equal(isTrusted(LOCAL, requestWith({})), false);
});

for (const header of ['x-forwarded-for', 'x-forwarded-proto', 'forwarded', 'via', 'x-real-ip', 'x-envoy-internal']) {
  test(`a proxy at loopback is not trusted: ${header}`, () => {
    assert.equal(isTrusted(LOCAL, requestWith({ host: 'localhost', [header]: '203.0.113.7' })), false);
  });
}

test('a proxy at loopback is not trusted: nginx with its defaults', () => {
  assert.equal(
    isTrusted(LOCAL, { headers: { host: '127.0.0.1:9545', connection: 'close' }, httpVersion: '1.0' }),
    false,
  );
});

test('a client with a password or a verified certificate is trusted, from any address and under any name', () => {
  for (const client of [LOCAL, REMOTE]) {
    assert.equal(isTrusted({ ...client, isAuthenticated: true }, requestWith({ host: 'exporter.example.com' })), true);
  }
});
