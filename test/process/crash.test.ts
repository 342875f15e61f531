/** An uncaught error ends the program after a last export; the code that throws is loaded before the program. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startOtlpReceiver } from '../helpers/otlp-receiver.ts';
import { BIN, watchProgram } from '../helpers/program.ts';
import { scriptedEndpoint } from '../helpers/running.ts';

const CRASHES = {
  'uncaught exception': "throw new Error('planted');",
  'unhandled rejection': "void Promise.reject(new Error('planted'));",
} as const;

/** A module that runs this code on SIGUSR2. */
function plant(t: TestContext, code: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'crash-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const planted = join(folder, 'planted.cjs');
  writeFileSync(planted, `process.on('SIGUSR2', () => { ${code} });`);
  return planted;
}

for (const [name, code] of Object.entries(CRASHES)) {
  for (const behaviour of [200, 'hang'] as const) {
    test(`${name}, and a receiver that ${behaviour === 200 ? 'accepts' : 'hangs'}: logged, exit code 1`, async (t) => {
      const planted = plant(t, code);
      const { endpoint } = await scriptedEndpoint(t);
      const receiver = await startOtlpReceiver();
      t.after(() => receiver.close());
      const env = {
        ECS_CONTAINER_METADATA_URI_V4: endpoint.url,
        EXPORTERS: 'prometheus,otlp',
        EXPORTER_PORT: '0',
        INTERVAL: '1',
        OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: receiver.url,
        OTEL_METRIC_EXPORT_INTERVAL: '3600000',
      };
      const child = spawn(process.execPath, ['--require', planted, BIN, 'run'], {
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const program = watchProgram(t, child);
      await program.origin();
      await receiver.received(0);
      receiver.behaviour = behaviour;
      child.kill('SIGUSR2');
      assert.deepEqual(await program.ended, { code: 1, signal: null });
      assert.match(await program.message('crashed'), /^internal error: planted$/);
      assert.match(program.stderr(), /"event":"crashed".*"stack":"Error: planted/);
      assert.equal(program.events().at(-1), behaviour === 200 ? 'stopped' : 'stop_timed_out');
      if (behaviour === 200) assert.ok(receiver.exports.length >= 2, 'no last export');
    });
  }
}

for (const argv of [['once'], ['demo'], ['demo', '--endpoint-only'], ['run']]) {
  test(`${argv.join(' ')}: the report of a crash has no secret and no control character`, async (t) => {
    const error = String.raw`Object.assign(new Error('planted \u001b[31m s3cr3t-token \u202e'), { sent: 's3cr3t-token' })`;
    const planted = plant(t, `throw ${error};`);
    const endpoint = createServer();
    endpoint.listen(0, '127.0.0.1');
    await once(endpoint, 'listening');
    t.after(() => {
      endpoint.closeAllConnections();
      endpoint.close();
    });
    const address = endpoint.address();
    assert.ok(address !== null && typeof address === 'object');
    const env = {
      ECS_CONTAINER_METADATA_URI_V4: `http://127.0.0.1:${address.port}`,
      EXPORTER_PORT: '0',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-token=s3cr3t-token',
    };
    const requested = once(endpoint, 'request');
    const child = spawn(process.execPath, ['--require', planted, BIN, ...argv], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const program = watchProgram(t, child);
    // `demo` has its own endpoint and prints its address.
    await (argv[0] === 'demo' ? once(child.stdout, 'data') : requested);
    child.kill('SIGUSR2');
    assert.deepEqual(await program.ended, { code: 1, signal: null });
    assert.match(program.stderr(), /internal error: (?:Error: )?planted/);
    assert.doesNotMatch(program.stderr(), /s3cr3t|token|[^\P{C}\n]/u);
  });
}
