/** The bundled program, as in the image: it runs without other files and loads only the Node.js modules that it needs. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { VERSION } from '../../src/version.ts';
import { imageFlags } from '../bench/image-flags.ts';
import { startOtlpReceiver } from '../helpers/otlp-receiver.ts';
import { type Program, watchProgram } from '../helpers/program.ts';
import { scriptedEndpoint } from '../helpers/running.ts';
import { startSigV4Receiver } from '../helpers/sigv4-receiver.ts';
import { hashOf, TLS, webConfigFolder } from '../helpers/web-config-file.ts';
import { until } from '../real/wait.ts';
import { basic, getSecure } from '../unit/instrumentation/http/secure.ts';

const BUNDLER = fileURLToPath(new URL('../../scripts/bundle.ts', import.meta.url));
const DOCKERFILE = new URL('../../Dockerfile', import.meta.url);
const REPORTER = fileURLToPath(new URL('../helpers/loaded-modules.cjs', import.meta.url));

/** Modules that take megabytes of memory and that pulling over plain HTTP does not need. */
const HEAVY = ['crypto', 'tls', 'https', 'zlib', 'fs/promises', 'dns/promises', 'internal/deps/undici/undici'];

describe('the bundle', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  const file = join(folder, 'ecs-container-exporter.cjs');
  const report = join(folder, 'modules');
  before(() => execFileSync(process.execPath, [BUNDLER, folder]));
  after(() => rmSync(folder, { recursive: true }));

  function start(t: TestContext, args: readonly string[], env: Readonly<Record<string, string>> = {}): Program {
    const child = spawn(process.execPath, ['--require', REPORTER, file, ...args], {
      env: { LOADED_MODULES: report, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return watchProgram(t, child);
  }

  /** The heavy modules that the program had loaded when it exited. */
  function heavyModules(): readonly string[] {
    const loaded = new Set(readFileSync(report, 'utf8').split('\n'));
    return HEAVY.filter((name) => loaded.has(`NativeModule ${name}`));
  }

  test('--version and invalid options', async (t) => {
    const version = start(t, ['--version']);
    assert.deepEqual(await version.ended, { code: 0, signal: null });
    assert.ok(version.stdout().startsWith(`ecs-container-exporter ${VERSION} `));
    const wrong = start(t, ['run', '--interval', 'soon', '--exporter-port', '0x1']);
    assert.equal((await wrong.ended).code, 2);
    assert.match(wrong.stderr(), /interval[^\n]*\n[\s\S]*exporter-port/);
  });

  for (const [command, code] of [
    [['run'], 0],
    [['demo'], 0],
    [['once'], 1],
    [['healthcheck'], 1],
  ] as const) {
    for (const signal of ['SIGTERM', 'SIGHUP', 'SIGQUIT'] as const) {
      test(`${command[0]}: ${signal} once the file is evaluated, before anything else is loaded`, async (t) => {
        const early = join(folder, `${signal}.cjs`);
        writeFileSync(early, `process.nextTick(() => process.kill(process.pid, '${signal}'));`);
        const env = {
          ECS_CONTAINER_METADATA_URI_V4: 'http://127.0.0.1:1/v4',
          EXPORTER_PORT: command[0] === 'healthcheck' ? '1' : '0',
        };
        const argv = ['--require', early, file, ...command];
        const program = watchProgram(t, spawn(process.execPath, argv, { env, stdio: ['ignore', 'pipe', 'pipe'] }));
        assert.deepEqual(await program.ended, { code, signal: null });
        const events = program.events();
        if (code === 0) assert.deepEqual([events.includes('stopping'), events.at(-1)], [true, 'stopped']);
        else assert.equal(program.stdout() + program.stderr(), '');
      });
    }
  }

  test('pull loads neither TLS nor modules of other exporters', async (t) => {
    const { endpoint } = await scriptedEndpoint(t);
    endpoint.fault = 'hang';
    const program = start(t, ['run', '--metadata-url', endpoint.url, '--exporter-port', '0']);
    const url = `${await program.origin()}/metrics`;
    const page = async (): Promise<string> => (await fetch(url, { headers: { 'accept-encoding': 'identity' } })).text();
    assert.match(await page(), /^target_info\{/m, 'a page before the first sample');
    endpoint.fault = 'none';
    endpoint.resetConnections();
    await until('the first sample', async () =>
      /^ecs_task_cpu_usage_seconds_total\{container_name="web"\} /m.test(await page()) ? 'there' : undefined,
    );
    assert.equal((await program.stop('SIGTERM')).code, 0);
    assert.deepEqual(heavyModules(), []);
  });

  test('push: the bundle contains OTLP', async (t) => {
    const { endpoint } = await scriptedEndpoint(t);
    const receiver = await startOtlpReceiver();
    t.after(() => receiver.close());
    const program = start(t, ['run', '--metadata-url', endpoint.url, '--exporter-port', '0'], {
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: receiver.url,
    });
    await receiver.received(0);
    assert.equal((await program.stop('SIGTERM')).code, 0);
    assert.deepEqual(heavyModules(), []);
  });

  test('push to CloudWatch: the signer is loaded only if requests are signed', async (t) => {
    const { endpoint } = await scriptedEndpoint(t);
    const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' };
    const receiver = await startSigV4Receiver({ region: 'eu-west-1', service: 'monitoring', keysOf: () => keys });
    t.after(() => receiver.close());
    const program = start(t, ['run', '--metadata-url', endpoint.url, '--exporter-port', '0'], {
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: receiver.url,
      OTLP_AUTH: 'sigv4',
      OTLP_AUTH_REGION: 'eu-west-1',
      OTLP_AUTH_SERVICE: 'monitoring',
      AWS_ACCESS_KEY_ID: keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
      AWS_SESSION_TOKEN: keys.sessionToken,
    });
    await until('an export', () => receiver.accepted[0]);
    assert.equal((await program.stop('SIGTERM')).code, 0);
    assert.deepEqual(receiver.rejections, []);
    assert.deepEqual(heavyModules(), ['crypto']);
  });

  test('TLS and passwords: with the flags of the image, without other files', async (t) => {
    const { endpoint } = await scriptedEndpoint(t);
    const users = `basic_auth_users: {prometheus: "${hashOf('secret')}"}\n`;
    const { path } = webConfigFolder(t, TLS + users);
    const args = ['run', '--metadata-url', endpoint.url, '--exporter-port', '0', '--web.config.file', path];
    const argv = [...imageFlags(readFileSync(DOCKERFILE, 'utf8')), '--require', REPORTER, file, ...args];
    const env = { LOADED_MODULES: report };
    const program = watchProgram(t, spawn(process.execPath, argv, { env, stdio: ['ignore', 'pipe', 'pipe'] }));
    const { port } = new URL(await program.origin());
    for (const [password, status] of [
      ['secret', 200],
      ['wrong', 401],
      ['secret', 200],
    ] as const) {
      const reply = await getSecure(Number(port), '/-/healthy', { headers: basic('prometheus', password) });
      assert.equal(reply.status, status);
    }
    assert.equal((await program.stop('SIGTERM')).code, 0);
    assert.deepEqual(heavyModules(), ['crypto', 'tls', 'fs/promises']);
  });

  test('the text is ASCII: a single other character doubles its size in memory', () => {
    assert.doesNotMatch(readFileSync(file, 'utf8'), /[^\p{ASCII}]/u);
  });

  test('the licences of bundled packages are in the same directory', () => {
    const text = readFileSync(join(folder, 'THIRD-PARTY.txt'), 'utf8');
    for (const name of ['@opentelemetry/sdk-metrics', 'aws4', 'bcryptjs', 'node-unix-socket', 'yaml']) {
      assert.match(text, new RegExp(`^${name} \\S+ \\(`, 'm'));
    }
    assert.match(text, /Apache License/);
  });
});
