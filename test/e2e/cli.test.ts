import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import manifest from '../../package.json' with { type: 'json' };
import { COMMANDS } from '../../src/config/option.ts';
import { until } from '../real/wait.ts';

const BIN = fileURLToPath(new URL('../../src/cli/bin.ts', import.meta.url));

/** Runs the program with only this environment. */
async function program(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [BIN, ...argv], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { stdout, stderr, code, signal };
}

for (const argv of [['--help'], ['-h'], ['help'], ['run', '--help', '--bogus']]) {
  test(`${argv.join(' ')} prints the help`, async () => {
    const { stdout, stderr, code } = await program(argv);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^ecs-container-exporter: /);
    for (const command of COMMANDS) assert.match(stdout, new RegExp(`^  ${command} `, 'm'));
    assert.ok(stdout.includes('--exporter-port <port>') && stdout.includes('Exit codes:'));
  });
}

for (const argv of [['--version'], ['version']]) {
  test(`${argv.join(' ')} prints three versions`, async () => {
    const { stdout, stderr, code } = await program(argv);
    assert.deepEqual([code, stderr], [0, '']);
    const sdk = manifest.dependencies['@opentelemetry/sdk-metrics'];
    assert.equal(
      stdout,
      `ecs-container-exporter ${manifest.version} (Node.js ${process.version}, OpenTelemetry SDK ${sdk})\n`,
    );
  });
}

test('many invalid values: exit code 2, every error reported, no secret shown', async () => {
  const { stdout, stderr, code } = await program(
    ['--itnerval', '5', '--exporter-port', '99999', '--metadata-url', 'http://user:c4n4ry@169.254.170.2'],
    {
      LOG_LEVEL: 'loud',
      OTEL_EXPORTER_OTLP_HEADERS: 'c4n4ry',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_CERTIFICATE: '/nowhere/ca.pem',
    },
  );
  assert.equal(code, 2);
  assert.equal(stdout, '');
  assert.ok(!stderr.includes('c4n4ry'));
  const named = stderr.split('\n').flatMap((line) => /^error: (?:unknown option )?([\w-]+)/.exec(line)?.[1] ?? []);
  assert.deepEqual(named.toSorted(), [
    '--exporter-port',
    '--itnerval',
    '--metadata-url',
    'LOG_LEVEL',
    'OTEL_EXPORTER_OTLP_CERTIFICATE',
    'OTEL_EXPORTER_OTLP_HEADERS',
    'OTEL_EXPORTER_OTLP_PROTOCOL',
  ]);
  assert.match(stderr, /did you mean --interval\?/);
  assert.match(stderr, / --help [^\n]*\n$/);
});

test('not on ECS: one line that names both variables', async () => {
  const { stderr, code } = await program([]);
  assert.equal(code, 2);
  assert.match(stderr, /^error: neither ECS_CONTAINER_METADATA_URI_V4 nor ECS_CONTAINER_METADATA_URI is set/);
  assert.equal(stderr.trimEnd().split('\n').length, 2);
});

test('healthcheck: exit code 0 with a healthy server, 1 without a server', async () => {
  const server = createServer((_request, response) => response.end('ok'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const env = { EXPORTER_PORT: String(address.port), EXPORTER_HOST: '0.0.0.0' };
  // Its own deadline may pass on a busy machine.
  const healthy = await until('a healthy result', async () => {
    const result = await program(['healthcheck'], env);
    return result.code === 0 ? result : undefined;
  });
  await new Promise((resolve) => server.close(resolve));
  const gone = await program(['healthcheck'], env);
  assert.deepEqual([healthy.code, healthy.stderr, gone.code, gone.stderr], [0, '', 1, '']);
  assert.match(healthy.stdout, /^healthy: [^\n]*\n$/);
  assert.match(gone.stdout, /^not healthy: [^\n]*ECONNREFUSED[^\n]*\n$/);
});

test('the generated documentation is up to date', async () => {
  const script = fileURLToPath(new URL('../../scripts/docs.ts', import.meta.url));
  const child = spawn(process.execPath, [script, '--check'], { env: {}, stdio: ['ignore', 'ignore', 'pipe'] });
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  assert.deepEqual([stderr, code], ['', 0]);
});

/** Starts a command that runs until it is stopped. Returns its first output, and a function that stops it and returns the exit code. */
async function running(context: TestContext, argv: readonly string[]) {
  const child = spawn(process.execPath, [BIN, ...argv], { env: {}, stdio: ['ignore', 'pipe', 'ignore'] });
  const exit = once(child, 'exit');
  context.after(() => child.kill('SIGKILL'));
  const [printed] = await once(child.stdout.setEncoding('utf8'), 'data');
  const stop = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    const [code] = await exit;
    return code;
  };
  return { printed: String(printed), stop };
}

test('demo: prints its address, is healthy, and stops on Ctrl-C', async (context) => {
  const { printed, stop } = await running(context, ['demo', '--exporter-port', '0']);
  const [, origin = '', port = ''] = /Metrics +(http:\/\/localhost:(\d+))\/metrics\n/.exec(printed) ?? [];
  assert.match(printed, new RegExp(`Status +${origin}/\n`));
  assert.match(printed, /Stop with Ctrl-C/);
  assert.match(await (await fetch(`${origin}/metrics`)).text(), /^ecs_task_exporter_build_info\{/m);
  await until('a healthy result', async () =>
    (await program(['healthcheck', '--exporter-port', port])).code === 0 ? true : undefined,
  );

  const second = await program(['demo', '--exporter-port', port]);
  assert.equal(second.code, 1);
  assert.match(second.stderr, new RegExp(`"start_failed".*localhost:${port}.*in use`));
  assert.equal(await stop('SIGINT'), 0);
});

test('demo --endpoint-only: prints the variable that once needs', async (context) => {
  const { printed, stop } = await running(context, ['demo', '--endpoint-only']);
  const [, name = '', url = ''] = /^ +export (ECS_CONTAINER_METADATA_URI_V4)=(\S+)$/m.exec(printed) ?? [];
  const page = await program(['once'], { [name]: url });
  assert.deepEqual([page.code, page.stderr], [0, '']);
  assert.match(page.stdout, /^ecs_task_mem_usage\{container_name="web"\} \d+$/m);
  const json = await program(['once', '--format', 'json'], { [name]: url });
  assert.equal(json.code, 0);
  assert.ok(JSON.parse(json.stdout).metrics.length > 0);
  assert.equal(await stop('SIGTERM'), 0);

  const gone = await program(['once'], { [name]: url });
  assert.equal(gone.code, 1);
  assert.match(gone.stderr, /^error: \S/);
});

test('demo: an endpoint port in use is one line and exit code 1', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const { code, stderr } = await program(['demo', '--exporter-port', '0', '--demo-port', String(address.port)]);
  server.close();
  assert.equal(code, 1);
  assert.match(stderr, new RegExp(`^error: [^\\n]*127\\.0\\.0\\.1:${address.port}\\n$`));
});
