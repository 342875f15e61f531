import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import manifest from '../../package.json' with { type: 'json' };
import { COMMANDS } from '../../src/config/option.ts';

const BIN = fileURLToPath(new URL('../../src/cli/bin.ts', import.meta.url));

/** The real program with nothing but this environment. */
async function program(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const start = performance.now();
  const child = spawn(process.execPath, [BIN, ...argv], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { stdout, stderr, code, signal, ms: performance.now() - start };
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

test('junk everywhere: exit code 2 within a second, every mistake named, no secret shown', async () => {
  const { stdout, stderr, code, ms } = await program(
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
  assert.ok(ms < 1_000, `took ${ms} ms`);
  assert.equal(stdout, '');
  assert.ok(!stderr.includes('c4n4ry'));
  const named = stderr.split('\n').flatMap((line) => /^error: ([\w-]+)/.exec(line)?.[1] ?? []);
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
  assert.match(stderr, /See --help [^\n]*\n$/);
});

test('not on ECS: one clear line about both variables', async () => {
  const { stderr, code } = await program([]);
  assert.equal(code, 2);
  assert.match(stderr, /^error: neither ECS_CONTAINER_METADATA_URI_V4 nor ECS_CONTAINER_METADATA_URI is set/);
  assert.equal(stderr.trimEnd().split('\n').length, 2);
});

test('healthcheck: 0 beside a healthy server, 1 beside none', async () => {
  const server = createServer((_request, response) => response.end('ok'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const env = { EXPORTER_PORT: String(address.port), EXPORTER_HOST: '0.0.0.0' };
  const healthy = await program(['healthcheck'], env);
  await new Promise((resolve) => server.close(resolve));
  const gone = await program(['healthcheck'], env);
  assert.deepEqual([healthy.code, healthy.stderr, gone.code, gone.stderr], [0, '', 1, '']);
  assert.match(healthy.stdout, /^healthy: [^\n]*\n$/);
  assert.match(gone.stdout, /^not healthy: [^\n]*ECONNREFUSED[^\n]*\n$/);
});

test('a closed stdout ends nothing with a stack trace', async () => {
  const child = spawn(process.execPath, [BIN, '--help'], { env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  assert.deepEqual([stderr, code], ['', 0]);
});

test('the documentation is what the tables say', async () => {
  const script = fileURLToPath(new URL('../../scripts/docs.ts', import.meta.url));
  const child = spawn(process.execPath, [script, '--check'], { env: {}, stdio: ['ignore', 'ignore', 'pipe'] });
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  assert.deepEqual([stderr, code], ['', 0]);
});
