/** Users, headers and the rate limit of a port. Passwords are compared by a scripted checker. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogins } from '../../../../instrumentation/http/logins.ts';
import type { PasswordChecker } from '../../../../instrumentation/http/password-checker.ts';
import { hashOf } from '../../../helpers/web-config-file.ts';
import { until } from '../../../real/wait.ts';
import { get, type Reply } from './http-client.ts';
import { basic, CLIENT, getSecure, serveSecured, tlsSettings } from './secure.ts';
import { BODY } from './serve.ts';

const HASHES = { alice: hashOf('secret'), bob: hashOf('other') };
const USERS = new Map(Object.entries(HASHES));
const PASSWORDS = new Map([
  [HASHES.alice, 'secret'],
  [HASHES.bob, 'other'],
]);

/** Compares at once, or after `release`; records the calls. */
function scriptedChecker({ isHeld = false } = {}) {
  const calls: { readonly password: string; readonly hash: string }[] = [];
  const held: (() => void)[] = [];
  const checker: PasswordChecker = {
    check(password, hash) {
      calls.push({ password, hash });
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const answer = () => resolve(PASSWORDS.get(hash) === password);
      if (isHeld) held.push(answer);
      else answer();
      return promise;
    },
    close: () => {},
  };
  return { checker, calls, release: () => held.shift()?.() };
}

const wrongLogin = (index: number) => basic('alice', `wrong-${index}`);

test('every path requires a login, including unknown paths and other methods', async (t) => {
  const { checker, calls } = scriptedChecker();
  const { port, rejected } = await serveSecured(t, { users: USERS }, { checks: { checker } });
  for (const path of ['/', '/metrics', '/-/healthy', '/-/ready', '/nowhere']) {
    const { status, headers } = await get(port, path);
    assert.deepEqual([status, headers['www-authenticate']], [401, 'Basic'], path);
  }
  assert.equal((await get(port, '/metrics', { method: 'POST', body: 'x' })).status, 401);
  assert.deepEqual([calls.length, rejected], [0, []]);
  const { status, body } = await get(port, '/metrics', { headers: basic('alice', 'secret') });
  assert.deepEqual([status, body.toString()], [200, BODY]);
  assert.equal((await get(port, '/nowhere', { headers: basic('bob', 'other') })).status, 404);
  assert.equal((await get(port, '/metrics', { headers: basic('bob', 'secret') })).status, 401);
  assert.deepEqual(rejected, ['login']);
});

for (const authorization of [
  'Basic',
  'Basic ',
  'Basic !!!',
  'Bearer abc',
  `Basic ${Buffer.from('alice').toString('base64')}`,
  `Digest ${Buffer.from('alice:secret').toString('base64')}`,
]) {
  test(`the header ${JSON.stringify(authorization)} is not a login`, async (t) => {
    const { checker, calls } = scriptedChecker();
    const { port } = await serveSecured(t, { users: USERS }, { checks: { checker } });
    assert.equal((await get(port, '/metrics', { headers: { authorization } })).status, 401);
    assert.equal(calls.length, 0);
  });
}

test('passwords may contain colons and any characters, and the scheme may have any case', async (t) => {
  const hash = hashOf('a:ü€ ');
  const { port } = await serveSecured(t, { users: new Map([['ann', hash]]) });
  const { authorization } = basic('ann', 'a:ü€ ');
  for (const header of [authorization, authorization.replace('Basic', 'bASIC')]) {
    assert.equal((await get(port, '/metrics', { headers: { authorization: header } })).status, 200);
  }
});

test('results are cached, correct and wrong ones', async (t) => {
  const { checker, calls } = scriptedChecker();
  const { port } = await serveSecured(t, { users: USERS }, { checks: { checker } });
  for (let time = 0; time < 3; time += 1) {
    assert.equal((await get(port, '/metrics', { headers: basic('alice', 'secret') })).status, 200);
    assert.equal((await get(port, '/metrics', { headers: wrongLogin(0) })).status, 401);
  }
  assert.equal(calls.length, 2);
});

test('an unknown user is compared with a hash of the same cost', async (t) => {
  const { checker, calls } = scriptedChecker();
  const { port } = await serveSecured(t, { users: USERS }, { checks: { checker } });
  assert.equal((await get(port, '/metrics', { headers: basic('mallory', 'secret') })).status, 401);
  assert.match(calls[0]?.hash ?? '', /^\$2b\$04\$.{53}$/);
});

test('equal logins share one comparison, even if the first client disconnects', async (t) => {
  const { checker, calls, release } = scriptedChecker({ isHeld: true });
  const { port } = await serveSecured(t, { users: USERS }, { checks: { checker } });
  const replies = Array.from({ length: 20 }, () => get(port, '/metrics', { headers: basic('alice', 'secret') }));
  await until('the comparison', () => calls[0]);
  release();
  assert.deepEqual(new Set((await Promise.all(replies)).map(({ status }) => status)), new Set([200]));
  assert.equal(calls.length, 1);
});

test('failed logins of an address are limited, and cached logins are not', async (t) => {
  const { checker, calls } = scriptedChecker();
  let nowMs = 0;
  const checks = { checker, nowMs: () => nowMs };
  const { port } = await serveSecured(t, { users: USERS }, { checks });
  const status = async (headers: Readonly<Record<string, string>>) => (await get(port, '/metrics', { headers })).status;
  assert.equal(await status(basic('alice', 'secret')), 200);
  const statuses: (number | undefined)[] = [];
  for (let index = 0; index < 30; index += 1) statuses.push(await status(wrongLogin(index)));
  assert.deepEqual(statuses, [...Array(10).fill(401), ...Array(20).fill(429)]);
  assert.equal(calls.length, 11);
  assert.equal(await status(basic('alice', 'secret')), 200);
  assert.equal(await status(wrongLogin(0)), 401);
  // A new login of the same address has to wait.
  assert.equal(await status(basic('bob', 'other')), 429);
  nowMs += 10_000;
  assert.equal(await status(basic('bob', 'other')), 200);
  assert.equal((await get(port, '/metrics', { headers: wrongLogin(99) })).headers['retry-after'], undefined);
  assert.equal((await get(port, '/metrics', { headers: wrongLogin(98) })).headers['retry-after'], '10');
});

test('wrong logins do not displace a correct one from the cache', async (t) => {
  const { checker, calls } = scriptedChecker();
  let nowMs = 0;
  const { port } = await serveSecured(t, { users: USERS }, { checks: { checker, nowMs: () => nowMs } });
  assert.equal((await get(port, '/metrics', { headers: basic('alice', 'secret') })).status, 200);
  for (let index = 0; index < 120; index += 1) {
    nowMs += 10_000;
    assert.equal((await get(port, '/metrics', { headers: wrongLogin(index) })).status, 401);
  }
  assert.equal(calls.length, 121);
  assert.equal((await get(port, '/metrics', { headers: basic('alice', 'secret') })).status, 200);
  assert.equal(calls.length, 121);
});

test('a changed hash, a removed and an added user apply to the next request', async (t) => {
  const { checker } = scriptedChecker();
  const { port, security } = await serveSecured(t, { users: USERS }, { checks: { checker } });
  const status = async (user: string, password: string) =>
    (await get(port, '/metrics', { headers: basic(user, password) })).status;
  assert.deepEqual([await status('alice', 'secret'), await status('bob', 'other')], [200, 200]);
  security.update({ users: new Map([['alice', HASHES.bob]]), headers: {} });
  assert.deepEqual([await status('alice', 'secret'), await status('alice', 'other')], [401, 200]);
  assert.equal(await status('bob', 'other'), 401);
  security.update({ users: new Map(), headers: {} });
  assert.equal((await get(port, '/metrics')).status, 200);
});

test('a worker thread that fails: 503, reported, and the next login starts another one', async (t) => {
  const failures: unknown[] = [];
  let isBroken = true;
  const { checker: working } = scriptedChecker();
  const checker: PasswordChecker = {
    check: (password, hash) => (isBroken ? Promise.reject(new Error('no threads')) : working.check(password, hash)),
    close: () => {},
  };
  const checks = { checker, onCheckFailed: (error: unknown) => void failures.push(error) };
  const { port } = await serveSecured(t, { users: USERS }, { checks });
  assert.equal((await get(port, '/metrics', { headers: basic('alice', 'secret') })).status, 503);
  assert.equal(failures.length, 1);
  isBroken = false;
  assert.equal((await get(port, '/metrics', { headers: basic('alice', 'secret') })).status, 200);
});

test('close ends all logins: none starts a comparison, and none is reported as a failure', async () => {
  const closed = Promise.withResolvers<boolean>();
  const calls: string[] = [];
  const failures: unknown[] = [];
  const checker: PasswordChecker = {
    check(password) {
      calls.push(password);
      return closed.promise;
    },
    close: () => closed.reject(new Error('closed')),
  };
  const logins = createLogins({ users: () => USERS, checker, onCheckFailed: (error) => void failures.push(error) });
  const results = ['a', 'b'].map((password) => logins.check(basic('alice', password).authorization, '10.0.0.1'));
  await until('the first comparison', async () => calls[0]);
  logins.close();
  assert.deepEqual(await Promise.all(results), ['failed', 'failed']);
  assert.deepEqual([calls, failures], [['a'], []]);
});

test('the rate limit is checked before the login, applies to all clients and recovers', async (t) => {
  const { checker, calls } = scriptedChecker();
  let nowMs = 0;
  const rateLimit = { intervalMs: 2_500, burst: 3 };
  const checks = { checker, nowMs: () => nowMs };
  const { port, rejected } = await serveSecured(t, { users: USERS, rateLimit, headers: { 'x-a': 'b' } }, { checks });
  const replies: Reply[] = [];
  for (let count = 0; count < 5; count += 1)
    replies.push(await get(port, '/nowhere', { headers: basic('alice', 'x') }));
  assert.deepEqual(
    replies.map(({ status }) => status),
    [401, 401, 401, 429, 429],
  );
  assert.deepEqual([replies[3]?.headers['retry-after'], replies[3]?.headers['x-a']], ['3', 'b']);
  assert.equal(calls.length, 1);
  assert.deepEqual(rejected, ['login', 'login', 'login', 'rate_limit', 'rate_limit']);
  nowMs += 2_500;
  assert.equal((await get(port, '/-/healthy')).status, 401);
  assert.equal((await get(port, '/-/healthy')).status, 429);
});

test('headers are on every response and replace those of a page', async (t) => {
  const headers = { 'content-security-policy': "default-src 'self'", 'x-frame-options': 'deny' };
  const { port } = await serveSecured(t, { headers });
  for (const path of ['/', '/metrics', '/nowhere']) {
    const { headers: found } = await get(port, path);
    assert.equal(found['content-security-policy'], headers['content-security-policy'], path);
    assert.equal(found['x-frame-options'], 'deny');
    assert.equal(found['x-content-type-options'], 'nosniff');
  }
});

test('a configured policy does not replace that of a page', async (t) => {
  const own = { 'content-security-policy': "script-src 'self'", 'x-frame-options': 'sameorigin' };
  const routes = new Map([['/page', () => ({ status: 200, contentType: 'text/html', body: '', headers: own })]]);
  const headers = { 'content-security-policy': "frame-ancestors 'none'", 'x-frame-options': 'deny' };
  const { port } = await serveSecured(t, { headers }, { routes });
  const { headers: found } = await get(port, '/page');
  assert.equal(found['content-security-policy'], "script-src 'self', frame-ancestors 'none'");
  assert.equal(found['x-frame-options'], 'deny');
});

test('a client with a password, a verified certificate or both is authenticated', async (t) => {
  const routes = new Map([
    [
      '/who',
      (_request: unknown, client: object) => ({ status: 200, contentType: 'text/plain', body: JSON.stringify(client) }),
    ],
  ]);
  const { checker } = scriptedChecker();
  const plain = await serveSecured(t, { users: USERS }, { routes, checks: { checker } });
  const { body } = await get(plain.port, '/who', { headers: basic('alice', 'secret') });
  assert.deepEqual(JSON.parse(body.toString()), { isLoopback: true, isAuthenticated: true });

  const both = await serveSecured(t, { users: USERS, tls: tlsSettings() }, { routes, checks: { checker } });
  assert.equal((await getSecure(both.port, '/who', CLIENT)).status, 401);
  const reply = await getSecure(both.port, '/who', { ...CLIENT, headers: basic('alice', 'secret') });
  assert.deepEqual(JSON.parse(reply.body.toString()), { isLoopback: true, isAuthenticated: true });
});
