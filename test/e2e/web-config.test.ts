/** The program with a web configuration file: errors, health checks, logs and changes of the files. */
import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { type InProcessProgram, startInProcess } from '../helpers/in-process-program.ts';
import { startProgram } from '../helpers/program.ts';
import { scriptedEndpoint } from '../helpers/running.ts';
import { pemText } from '../helpers/tls-receiver.ts';
import { hashOf, TLS, type WebConfigFolder, webConfigFolder } from '../helpers/web-config-file.ts';
import { until } from '../real/wait.ts';
import { get } from '../unit/instrumentation/http/http-client.ts';
import { basic, CLIENT, getSecure, openSecure } from '../unit/instrumentation/http/secure.ts';

const USERS = `basic_auth_users:\n  prometheus: ${hashOf('secret')}\n`;
const CLIENTS = `${TLS}  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.pem\n`;

interface Started {
  readonly program: InProcessProgram;
  readonly folder: WebConfigFolder;
  readonly scheme: string;
  readonly port: number;
}

/** Runs the program in this process until the end of the test. */
async function start(t: TestContext, text: string): Promise<Started> {
  const { endpoint } = await scriptedEndpoint(t);
  const folder = webConfigFolder(t, text);
  const env = { ECS_CONTAINER_METADATA_URI_V4: endpoint.url, EXPORTER_PORT: '0', LOG_FORMAT: 'json' };
  const program = startInProcess(['run', '--web.config.file', folder.path], env);
  t.after(async () => {
    program.signal('SIGTERM');
    await program.ended;
  });
  const { protocol, port } = new URL(await program.origin());
  return { program, folder, scheme: protocol, port: Number(port) };
}

async function healthcheck(port: number): Promise<readonly [code: number, text: string]> {
  const program = startInProcess(['healthcheck', '--exporter-host', '127.0.0.1', '--exporter-port', `${port}`], {});
  return [await program.ended, program.stdout().replace(/^(\S+ ?\S*): \S+ /, '$1: ')];
}

const HEALTH: readonly (readonly [name: string, text: string, expected: string])[] = [
  ['an empty file', '', 'healthy: returned 200\n'],
  ['TLS', TLS, 'healthy: returned 400: the port serves HTTPS only\n'],
  [
    'TLS of an old version',
    `${TLS}  min_version: TLS10\n  max_version: TLS11\n`,
    'healthy: returned 400: the port serves HTTPS only\n',
  ],
  ['required client certificates', CLIENTS, 'healthy: returned 400: the port serves HTTPS only\n'],
  ['passwords', USERS, 'healthy: returned 401: the port requires a password\n'],
  ['TLS and passwords', CLIENTS + USERS, 'healthy: returned 400: the port serves HTTPS only\n'],
];

for (const [name, text, expected] of HEALTH) {
  test(`healthcheck with ${name}`, async (t) => {
    const { port, program, scheme } = await start(t, text);
    assert.equal(scheme, text.includes('tls') ? 'https:' : 'http:');
    for (let time = 0; time < 3; time += 1) assert.deepEqual(await healthcheck(port), [0, expected]);
    assert.ok(!program.events().includes('http_clients_failing'), program.stderr());
  });
}

test('healthcheck with a rate limit', async (t) => {
  const { port } = await start(t, 'rate_limit: {interval: 1h, burst: 1}\n');
  assert.deepEqual(await healthcheck(port), [0, 'healthy: returned 200\n']);
  assert.deepEqual(await healthcheck(port), [0, 'healthy: returned 429: rate limit exceeded\n']);
});

test('healthcheck: a server that accepts but does not respond, or closes the connection, is unhealthy', async (t) => {
  const deadline = new AbortController();
  t.mock.method(AbortSignal, 'timeout', () => deadline.signal);
  for (const onConnection of [() => deadline.abort(), (socket: Socket) => socket.destroy()].toReversed()) {
    const server = createServer(onConnection);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    const [code, text] = await healthcheck(address.port);
    assert.deepEqual([code, text.startsWith('not healthy')], [1, true]);
    server.close();
  }
});

test('metrics over TLS with a client certificate and a password; http2 is one line', async (t) => {
  const { port, program } = await start(t, `${CLIENTS}${USERS}http_server_config: {http2: true}\n`);
  const headers = basic('prometheus', 'secret');
  const { status, body } = await getSecure(port, '/metrics', { ...CLIENT, headers });
  assert.equal(status, 200);
  assert.match(body.toString(), /^ecs_task_exporter_http_rejected_total\{reason="login"\} 0$/m);
  assert.equal((await getSecure(port, '/metrics', CLIENT)).status, 401);
  assert.equal((await getSecure(port, '/metrics', { ...CLIENT, headers: basic('prometheus', 'x') })).status, 401);
  await assert.rejects(getSecure(port, '/metrics', { headers }));
  const lines = program.events().filter((event) => event.startsWith('http'));
  assert.deepEqual(lines, ['http2_unavailable', 'http_clients_failing']);
});

test('all errors of the file and of other options at once, exit code 2; --print-config checks the file too', async (t) => {
  const folder = webConfigFolder(t, 'tls_server_config: {certfile: a}\nbasic_auth_users: {a: c4n4ry}\n');
  for (const argv of [['run'], ['run', '--print-config'], ['demo']]) {
    const env = { WEB_CONFIG_FILE: folder.path, INTERVAL: 'x', ECS_CONTAINER_METADATA_URI_V4: 'http://127.0.0.1:1/v4' };
    if (argv[0] === 'demo') Reflect.deleteProperty(env, 'ECS_CONTAINER_METADATA_URI_V4');
    const program = startInProcess(argv, env);
    assert.equal(await program.ended, 2);
    const lines = program.stderr().split('\n');
    assert.deepEqual(lines.slice(0, 3), [
      'error: INTERVAL="x" must be a number of seconds from 1 to 3600',
      'error: WEB_CONFIG_FILE: line 1: tls_server_config.certfile is unknown; did you mean cert_file?',
      'error: WEB_CONFIG_FILE: line 2: basic_auth_users.a must be a bcrypt hash: $2y$, cost, $ and 53 characters',
    ]);
    assert.equal(program.stdout(), '');
  }
  const missing = startInProcess(
    ['run', '--web.config.file=/nowhere.yml', '--metadata-url', 'http://127.0.0.1:1/v4'],
    {},
  );
  assert.equal(await missing.ended, 2);
  assert.match(missing.stderr(), /^error: --web.config.file="\/now…" cannot be read: it does not exist$/m);
});

test('once needs no file, and healthcheck reads none', async (t) => {
  const { endpoint } = await scriptedEndpoint(t);
  const env = { WEB_CONFIG_FILE: '/nowhere.yml', ECS_CONTAINER_METADATA_URI_V4: endpoint.url };
  assert.equal(await startInProcess(['once'], env).ended, 0);
  const { port } = await start(t, TLS);
  assert.equal(await startInProcess(['healthcheck', `--exporter-port=${port}`], env).ended, 0);
});

/** The subject of the certificate of a new connection. */
async function subject(port: number): Promise<string | undefined> {
  const socket = await openSecure(port, { rejectUnauthorized: false });
  const certificate = socket.getPeerX509Certificate();
  socket.destroy();
  return certificate?.subject;
}

test('a certificate that changes, breaks and is repaired is used without a restart', async (t) => {
  const { port, folder, program } = await start(t, TLS);
  assert.equal(await subject(port), 'CN=localhost');
  folder.copy('server-other-host', 'cert.pem');
  await until('a warning', async () => {
    assert.equal(await subject(port), 'CN=localhost', 'a certificate without its key is not used');
    return program.events().includes('web_config_failing') ? true : undefined;
  });
  folder.copy('server-other-host-key', 'key.pem');
  await until('the new certificate', async () =>
    (await subject(port)) === 'CN=collector.example.com' ? true : undefined,
  );
  folder.write(`${TLS}  min_version: TLS14\n`);
  await until('another warning', async () => {
    assert.equal(await subject(port), 'CN=collector.example.com');
    return program.events().filter((event) => event === 'web_config_recovered').length === 1 ? true : undefined;
  });
  folder.copy('server', 'cert.pem');
  folder.copy('server-key', 'key.pem');
  folder.write(TLS);
  await until('the first certificate', async () => ((await subject(port)) === 'CN=localhost' ? true : undefined));
});

test('users, headers and client CAs change without a restart; TLS stays on', async (t) => {
  const { port, folder, program } = await start(t, CLIENTS);
  assert.equal((await getSecure(port, '/-/healthy', CLIENT)).status, 200);
  folder.write(`${CLIENTS}${USERS}http_server_config: {headers: {X-Frame-Options: deny}}\n`);
  await until('the login', async () =>
    (await getSecure(port, '/-/healthy', CLIENT)).status === 401 ? true : undefined,
  );
  const reply = await getSecure(port, '/-/healthy', { ...CLIENT, headers: basic('prometheus', 'secret') });
  assert.deepEqual([reply.status, reply.headers['x-frame-options']], [200, 'deny']);
  assert.ok(program.events().includes('web_config_reloaded'));

  folder.copy('unknown-ca', 'ca.pem');
  await until('the other authority', () =>
    getSecure(port, '/-/healthy', CLIENT).then(
      () => undefined,
      () => true,
    ),
  );
  const other = { cert: pemText('client-unknown-ca'), key: pemText('client-unknown-ca-key') };
  assert.equal((await getSecure(port, '/-/healthy', other)).status, 401);

  folder.write('');
  await until('the warning', async () => {
    assert.equal((await getSecure(port, '/-/healthy', other)).status, 401);
    return program.events().includes('web_config_failing') ? true : undefined;
  });
  assert.match(program.stderr(), /TLS cannot be turned on or off without a restart/);
});

test('a file that is empty while it is written does not remove the passwords', async (t) => {
  const { port, folder, program } = await start(t, USERS);
  const status = async () => (await get(port, '/metrics')).status;
  assert.equal(await status(), 401);
  folder.write('');
  await until('the warning', async () => {
    assert.equal(await status(), 401);
    return program.events().includes('web_config_failing') ? true : undefined;
  });
  assert.match(program.stderr(), /the last user cannot be removed without a restart/);
  folder.write(`${USERS}rate_limit: {interval: 1h, burst: 1}\n`);
  await until('the complete file', async () => ((await status()) === 429 ? true : undefined));
});

test('a file that ends early does not make client certificates optional', async (t) => {
  const { port, folder, program } = await start(t, CLIENTS);
  folder.write(CLIENTS.slice(0, CLIENTS.indexOf('  client_auth_type')));
  await until('the warning', async () => {
    await assert.rejects(getSecure(port, '/metrics'));
    return program.events().includes('web_config_failing') ? true : undefined;
  });
  assert.match(program.stderr(), /client certificates cannot become optional without a restart/);
});

test('the program as a process: a login does not keep it alive', async (t) => {
  const folder = webConfigFolder(t, USERS);
  const env = { WEB_CONFIG_FILE: folder.path, EXPORTER_PORT: '0', LOG_FORMAT: 'json' };
  const program = startProgram(t, ['demo'], env);
  const origin = await until('the address', () => /Status {4}(http\S+)/.exec(program.stdout())?.[1]);
  const response = await fetch(`${origin}-/healthy`, { headers: basic('prometheus', 'secret') });
  assert.equal(response.status, 200);
  await response.text();
  assert.deepEqual(await program.stop('SIGTERM'), { code: 0, signal: null });
});

test('no password, hash or key in logs, errors and pages', async (t) => {
  const { endpoint } = await scriptedEndpoint(t);
  const hash = hashOf('secret');
  const key = pemText('server-key');
  const indented = (pem: string) => pem.trimEnd().replaceAll(/^/gm, '    ');
  const inline = `tls_server_config:\n  cert: |\n${indented(pemText('server'))}\n  key: |\n${indented(key)}\n`;
  const folder = webConfigFolder(t, `${inline}basic_auth_users: {prometheus: "${hash}"}\n`);
  const env = { ECS_CONTAINER_METADATA_URI_V4: endpoint.url, EXPORTER_PORT: '0', LOG_LEVEL: 'debug' };
  const program = startInProcess(['run'], { ...env, WEB_CONFIG_FILE: folder.path });
  const port = Number(new URL(await program.origin()).port);
  const pages: string[] = [];
  for (const path of ['/', '/metrics', '/nowhere']) {
    for (const password of ['secret', 'c4n4ry']) {
      const { body } = await getSecure(port, path, { headers: basic('prometheus', password) });
      pages.push(body.toString());
    }
  }
  folder.write(`${inline}basic_auth_users: {prometheus: "${hash}c4n4ry"}\n`);
  await until('the warning', async () => {
    await getSecure(port, '/', { headers: basic('prometheus', 'secret') });
    return program.stderr().includes('web_config_failing') ? true : undefined;
  });
  program.signal('SIGTERM');
  await program.ended;
  const printed = startInProcess(['run', '--print-config'], { ...env, WEB_CONFIG_FILE: folder.path });
  assert.equal(await printed.ended, 2);
  folder.write(inline);
  const valid = startInProcess(['run', '--print-config'], { ...env, WEB_CONFIG_FILE: folder.path });
  assert.equal(await valid.ended, 0);
  assert.ok(valid.stdout().includes(`"webConfigFile": "${folder.path}"`));
  const shown = [program, printed, valid].map((one) => one.stdout() + one.stderr()).join('') + pages.join('');
  for (const secret of ['c4n4ry', hash, hash.slice(7, 20), key.split('\n').at(-3) ?? key]) {
    assert.ok(!shown.includes(secret), secret);
  }
});
