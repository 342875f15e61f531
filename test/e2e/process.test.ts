/** The program as a process: ports, pipes and secrets. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { createServer } from 'node:http';
import { describe, test } from 'node:test';
import { BIN, startProgram, watchProgram } from '../helpers/program.ts';
import { scriptedEndpoint } from '../helpers/running.ts';
import { type Exposition, parseExposition } from '../real/exposition.ts';
import { lastingPort } from '../real/lasting-port.ts';
import { until } from '../real/wait.ts';

async function page(origin: string): Promise<Exposition> {
  return parseExposition(await (await fetch(`${origin}/metrics`)).text());
}

const status = (metrics: Exposition): number | undefined => metrics.value('ecs_task_exporter_status');

describe('processes', { concurrency: 4 }, () => {
  for (const host of ['127.0.0.1', 'localhost', '0.0.0.0']) {
    test(`a port in use on ${host}: exit code 1, and the line names host and port`, async (t) => {
      const { endpoint } = await scriptedEndpoint(t);
      const taken = createServer();
      await new Promise<void>((resolve) => taken.listen(0, host, resolve));
      t.after(() => taken.close());
      const address = taken.address();
      assert.ok(typeof address === 'object' && address !== null);
      const where = ['--exporter-host', host, '--exporter-port', String(address.port)];
      const program = startProgram(t, ['run', '--metadata-url', endpoint.url, ...where]);
      assert.deepEqual(await program.ended, { code: 1, signal: null });
      assert.deepEqual(program.events(), ['start_failed']);
      const message = await program.message('start_failed');
      assert.ok(message.includes(`${host}:${address.port}`) && message.includes('in use'), message);
      assert.equal(program.stdout(), '');
    });
  }

  test('an unknown option: exit code 2', async (t) => {
    const program = startProgram(t, ['run', '--prot', '1']);
    assert.deepEqual(await program.ended, { code: 2, signal: null });
    assert.match(program.stderr(), /^error: unknown option --prot/);
  });

  test('stdout and stderr are closed pipes: metrics continue, and the program stops normally', async (t) => {
    const { endpoint } = await scriptedEndpoint(t);
    const program = startProgram(t, ['run', '--metadata-url', endpoint.url, '--exporter-port', '0', '--interval', '1']);
    const origin = await program.origin();
    program.child.stdout?.destroy();
    program.child.stderr?.destroy();
    // Each change writes a line to a closed pipe.
    for (const [fault, expected] of [
      ['html', 0],
      ['none', 1],
      ['redirect', 0],
      ['none', 1],
    ] as const) {
      endpoint.fault = fault;
      await until(`status ${expected}`, async () => (status(await page(origin)) === expected ? true : undefined));
    }
    assert.equal((await program.stop('SIGTERM')).code, 0);
  });

  test('started with stdin, stdout and stderr closed', async (t) => {
    const { endpoint } = await scriptedEndpoint(t);
    const port = await lastingPort();
    const where = ['--exporter-host', '127.0.0.1', '--exporter-port', String(port)];
    const argv = [process.execPath, BIN, 'run', '--metadata-url', endpoint.url, ...where];
    const program = watchProgram(t, spawn('sh', ['-c', 'exec "$0" "$@" <&- >&- 2>&-', ...argv], { env: {} }));
    const origin = `http://127.0.0.1:${port}`;
    await until('a good scrape', async () => (status(await page(origin)) === 1 ? true : undefined));
    assert.equal((await program.stop('SIGTERM')).code, 0);
  });

  test('SIGUSR1 opens no debugger', async (t) => {
    const { endpoint } = await scriptedEndpoint(t);
    const program = startProgram(t, ['run', '--metadata-url', endpoint.url, '--exporter-port', '0']);
    const origin = await program.origin();
    program.child.kill('SIGUSR1');
    await until('a good scrape', async () => (status(await page(origin)) === 1 ? true : undefined));
    assert.equal((await program.stop('SIGTERM')).code, 0);
    assert.doesNotMatch(program.stderr(), /debugger/i);
  });

  for (const argv of [['once'], ['once', '--format', 'json'], ['run', '--print-config'], ['help'], ['version']]) {
    test(`${argv.join(' ')} on a full disk: exit code 1 and a message`, async (t) => {
      const { endpoint } = await scriptedEndpoint(t);
      const disk = openSync('/dev/full', 'w');
      t.after(() => closeSync(disk));
      const child = spawn(process.execPath, [BIN, ...argv], {
        env: { ECS_CONTAINER_METADATA_URI_V4: endpoint.url },
        stdio: ['ignore', disk, 'pipe'],
      });
      const program = watchProgram(t, child);
      assert.equal((await program.ended).code, 1);
      assert.equal(program.stderr(), 'error: cannot write to stdout (ENOSPC)\n');
    });

    test(`${argv.join(' ')} into a closed pipe: exit code 1 and a message`, async (t) => {
      const { endpoint } = await scriptedEndpoint(t);
      const program = startProgram(t, argv, { ECS_CONTAINER_METADATA_URI_V4: endpoint.url });
      program.child.stdout?.destroy();
      assert.equal((await program.ended).code, 1);
      assert.equal(program.stderr(), 'error: cannot write to stdout (EPIPE)\n');
    });
  }

  test('no secret of the options is in the log, even at level debug', async (t) => {
    const { endpoint } = await scriptedEndpoint(t);
    const program = startProgram(t, ['run', '--exporter-port', '0', '--interval', '1', '--log-level', 'debug'], {
      ECS_CONTAINER_METADATA_URI_V4: endpoint.url,
      OTEL_METRICS_EXPORTER: 'prometheus,otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: new URL(endpoint.url).origin,
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20c4n4ry-token',
      OTEL_METRIC_EXPORT_INTERVAL: '200',
    });
    // The endpoint is not a receiver, so every export fails.
    await program.message('otlp_export_failing');
    const origin = await program.origin();
    const pages = await Promise.all(['/', '/metrics', '/-/ready', '/nowhere'].map((path) => fetch(`${origin}${path}`)));
    const shown = await Promise.all(pages.map((response) => response.text()));
    await program.stop('SIGTERM');
    const sent = endpoint.requests.filter(({ path }) => path === '/v1/metrics');
    assert.equal(sent[0]?.headers.authorization, 'Bearer c4n4ry-token');
    assert.match(program.stderr(), /"level":"debug"/);
    assert.ok(![program.stdout(), program.stderr(), ...shown].join().includes('c4n4ry'));
  });
});
