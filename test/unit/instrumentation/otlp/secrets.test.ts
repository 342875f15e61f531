import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secretsOf } from '../../../../instrumentation/otlp/secrets.ts';

test('headers, path, query and the credentials of the proxy are secrets; the default path is not', () => {
  const secrets = secretsOf({
    headers: { authorization: 'Bearer abc' },
    url: new URL('https://receiver.example/k3y/v1/metrics?token=q%20q'),
    proxy: { url: new URL('http://us%40er:pa%20ss@proxy.example') },
  });
  assert.deepEqual(
    new Set(secrets.filter((text) => text !== '')),
    new Set(['Bearer abc', 'k3y', 'token=q%20q', 'q q', 'us%40er', 'us@er', 'pa%20ss', 'pa ss']),
  );
});
