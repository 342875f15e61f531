import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientHosts, displayOrigin, httpOrigin } from '../../../src/config/addresses.ts';

const CASES: readonly (readonly [host: string, tried: readonly string[], shown: string])[] = [
  ['localhost', ['127.0.0.1', '::1'], 'http://localhost:1'],
  ['0.0.0.0', ['127.0.0.1'], 'http://localhost:1'],
  ['0', ['127.0.0.1'], 'http://localhost:1'],
  ['::', ['::1', '127.0.0.1'], 'http://localhost:1'],
  ['0:0:0:0:0:0:0:0', ['::1', '127.0.0.1'], 'http://localhost:1'],
  ['::1', ['::1'], 'http://[::1]:1'],
  ['10.0.0.7', ['10.0.0.7'], 'http://10.0.0.7:1'],
  ['metrics.internal', ['metrics.internal'], 'http://metrics.internal:1'],
];
for (const [host, tried, shown] of CASES) {
  test(`a server on ${host} is reached at ${tried.join(', ')}`, () => {
    assert.deepEqual(clientHosts(host), tried);
    assert.equal(displayOrigin(host, 1), shown);
    for (const one of tried) assert.ok(URL.canParse(httpOrigin(one, 1)));
  });
}
