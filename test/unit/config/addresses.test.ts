import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientHosts, displayOrigin, httpOrigin, isLocalHost } from '../../../src/config/addresses.ts';
import { resolve } from './samples.ts';

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

const HOSTS: readonly (readonly [isLocal: boolean, hosts: readonly string[]])[] = [
  [
    true,
    ['localhost', 'LOCALHOST.', 'ecs.localhost', '127.0.0.1', '127.9.9.9', '0x7f.1', '169.254.170.2', '169.254.1.1'],
  ],
  [true, ['[::1]', '[0:0::1]', '[fe80::1]', '[FEBF::1]', '[fd00:ec2::254]']],
  [
    false,
    ['10.0.0.7', '172.17.0.1', '128.0.0.1', '169.253.0.1', '8.8.8.8', '[2001:db8::1]', '[fec0::1]', '[fd00:ec3::1]'],
  ],
  [
    false,
    ['endpoint', '127.0.0.1.example.com', '169.254.evil.example', 'localhost.example.com', 'notlocalhost', '[::]'],
  ],
];
for (const [isLocal, hosts] of HOSTS) {
  for (const host of hosts) {
    test(`a metadata address at ${host}: ${isLocal ? 'no' : 'a'} warning`, () => {
      const url = `http://${host}:1/v4/abc`;
      assert.equal(isLocalHost(new URL(url)), isLocal);
      const warnings = [
        resolve({ argv: ['--metadata-url', url] }),
        resolve({ env: { ECS_CONTAINER_METADATA_URI_V4: url } }),
      ].flatMap(({ warnings: all }) => all.map(({ code, source }) => `${code} ${source}`));
      const expected = ['remote_endpoint --metadata-url', 'remote_endpoint ECS_CONTAINER_METADATA_URI_V4'];
      assert.deepEqual(warnings, isLocal ? [] : expected);
    });
  }
}

for (const document of ['/task', '/task/stats']) {
  for (const tail of ['', '/', '//']) {
    test(`a metadata address that ends with ${document}${tail} is an error`, () => {
      const url = `http://169.254.170.2/v4/abc${document}${tail}`;
      const resolved = resolve({ argv: ['--metadata-url', url] });
      const messages = 'problems' in resolved ? resolved.problems.map(({ message }) => message) : [];
      assert.equal(messages.length, 1);
      assert.match(messages.join(), new RegExp(`must be the base URL, without ${document}$`));
    });
  }
}

test('a metadata address may contain /task elsewhere', () => {
  for (const path of ['/task/abc', '/v4/mytask', '/task-1']) {
    assert.ok('config' in resolve({ argv: ['--metadata-url', `http://localhost${path}`] }), path);
  }
});
