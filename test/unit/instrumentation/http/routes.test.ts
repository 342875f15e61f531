import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { createPage } from '../../../../instrumentation/http/page.ts';
import type { Route } from '../../../../instrumentation/http/router.ts';
import { get } from './http-client.ts';
import { exchange } from './raw-client.ts';
import { BODY, serve } from './serve.ts';

const TEXT = 'text/plain; version=0.0.4; charset=utf-8';

const PAGES: readonly (readonly [name: string, path: string, headers: Record<string, string>])[] = [
  ['plainly', '/metrics', {}],
  ['with a query', '/metrics?name[]=a&b', {}],
  ['for OpenMetrics', '/metrics', { accept: 'application/openmetrics-text;version=1.0.0' }],
  ['for text 1.0.0 with escaping', '/metrics', { accept: 'text/plain;version=1.0.0;escaping=allow-utf-8' }],
  ['for protobuf only', '/metrics', { accept: 'application/vnd.google.protobuf' }],
  ['with junk in Accept', '/metrics', { accept: ';;,*/' }],
  ['refusing every coding', '/metrics', { 'accept-encoding': '*;q=0' }],
];

for (const [name, path, headers] of PAGES) {
  test(`/metrics asked for ${name} is the page in the text format`, async (t) => {
    const { port } = await serve(t);
    const reply = await get(port, path, { headers });
    assert.equal(reply.status, 200);
    assert.equal(reply.headers['content-type'], TEXT);
    assert.equal(reply.headers['content-length'], String(Buffer.byteLength(BODY)));
    assert.equal(reply.headers['content-encoding'], undefined);
    assert.equal(reply.headers.vary, 'accept-encoding');
    assert.equal(reply.headers['x-content-type-options'], 'nosniff');
    assert.equal(reply.body.toString(), BODY);
  });
}

test('/metrics with gzip is the same page, smaller', async (t) => {
  const { port } = await serve(t);
  const reply = await get(port, '/metrics', { headers: { 'accept-encoding': 'gzip' } });
  assert.equal(reply.headers['content-encoding'], 'gzip');
  assert.equal(reply.headers['content-type'], TEXT);
  assert.equal(reply.headers['content-length'], String(reply.body.length));
  assert.equal(reply.headers.vary, 'accept-encoding');
  assert.equal(gunzipSync(reply.body).toString(), BODY);
  assert.ok(reply.body.length < BODY.length / 10);
});

test('HEAD has the headers of GET and no body', async (t) => {
  const { port } = await serve(t);
  for (const path of ['/metrics', '/', '/-/healthy', '/-/ready', '/unknown']) {
    for (const coding of ['gzip', 'identity']) {
      const headers = { 'accept-encoding': coding };
      const full = await get(port, path, { headers });
      const head = await get(port, path, { headers, method: 'HEAD' });
      const { date: _full, ...expected } = full.headers;
      const { date: _head, ...actual } = head.headers;
      assert.equal(head.status, full.status);
      assert.deepEqual(actual, expected, `${path} ${coding}`);
      assert.equal(head.body.length, 0);
      assert.ok(full.body.length > 0);
    }
  }
});

test('other methods are refused by name on every path that exists', async (t) => {
  const { port } = await serve(t);
  for (const path of ['/metrics', '/-/healthy', '/-/ready']) {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE', 'PROPFIND']) {
      const reply = await get(port, path, { method });
      assert.equal(reply.status, 405, `${method} ${path}`);
      assert.equal(reply.headers.allow, 'GET, HEAD');
    }
  }
});

test('every other path is a 404, however like an existing one', async (t) => {
  const { port } = await serve(t);
  for (const path of [
    '/',
    '/metrics/',
    '//metrics',
    '/Metrics',
    '/%6detrics',
    '/x/../metrics',
    '/-/',
    '/__proto__',
    '*',
  ]) {
    const reply = await get(port, path);
    assert.equal(reply.status, 404, path);
    assert.match(reply.body.toString(), /\/metrics/);
  }
});

test('a full URL as the target, as sent to proxies, is understood', async (t) => {
  const { port } = await serve(t);
  assert.equal((await get(port, 'http://example.com/-/healthy?x')).body.toString(), 'ok\n');
  assert.equal((await get(port, 'http://example.com')).status, 404);
  assert.equal((await get(port, 'http://example.com/metrics')).status, 200);
});

test('HTTP/1.0 is answered, and its connection ended', async (t) => {
  const { port } = await serve(t);
  const text = await exchange(port, 'GET /-/healthy HTTP/1.0\r\n\r\n');
  assert.match(text, /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nok\n$/);
});

test('/-/healthy is 200 and /-/ready follows isReady', async (t) => {
  let isReady = false;
  const { port } = await serve(t, { isReady: () => isReady });
  assert.equal((await get(port, '/-/healthy')).body.toString(), 'ok\n');
  const before = await get(port, '/-/ready');
  assert.equal(before.status, 503);
  assert.match(before.body.toString(), /^not ready: .+\n$/);
  isReady = true;
  assert.equal((await get(port, '/-/ready')).status, 200);
});

test('without a page, /metrics is a 404 with the reason', async (t) => {
  const { port } = await serve(t, { page: undefined });
  const reply = await get(port, '/metrics');
  assert.equal(reply.status, 404);
  assert.match(reply.body.toString(), /Prometheus exporter is not enabled/);
});

test('a page that fails is a 503 without the cause, which onError gets', async (t) => {
  const error = new Error('secret');
  const { port, errors } = await serve(t, { page: () => Promise.reject(error) });
  const reply = await get(port, '/metrics');
  assert.equal(reply.status, 503);
  assert.equal(reply.headers['content-type'], 'text/plain; charset=utf-8');
  assert.ok(!reply.body.includes('secret') && !reply.body.includes('    at '));
  assert.deepEqual(errors, [{ error, path: '/metrics' }]);
});

test('a page that cannot be compressed is a 503 too', async (t) => {
  const error = new Error('zlib');
  const page = { ...createPage(BODY), gzip: () => Promise.reject(error) };
  const { port, errors } = await serve(t, { page: async () => page });
  assert.equal((await get(port, '/metrics', { headers: { 'accept-encoding': 'gzip' } })).status, 503);
  assert.equal((await get(port, '/metrics')).status, 200);
  assert.deepEqual(errors, [{ error, path: '/metrics' }]);
});

test('a throwing isReady is a 500, and the server stays up', async (t) => {
  const error = new Error('secret');
  const isReady = () => {
    throw error;
  };
  const { port, errors } = await serve(t, { isReady });
  const reply = await get(port, '/-/ready');
  assert.equal(reply.status, 500);
  assert.ok(!reply.body.includes('secret'));
  assert.deepEqual(errors, [{ error, path: '/-/ready' }]);
  assert.equal((await get(port, '/-/healthy')).status, 200);
});

test('a site can add and replace paths; a route is given whether the client is local', async (t) => {
  const route: Route = (_request, client) => ({ status: 200, contentType: 'text/plain', body: JSON.stringify(client) });
  const { port } = await serve(t, {
    routes: new Map([
      ['/', route],
      ['/api/extra', route],
    ]),
  });
  for (const path of ['/', '/api/extra']) {
    assert.deepEqual(JSON.parse((await get(port, path)).body.toString()), { isLoopback: true, isAuthenticated: false });
  }
  assert.match((await get(port, '/missing')).body.toString(), /\/api\/extra/);
});
