/** The bundle with the flags of the image as process 1 of a PID namespace: the kernel drops signals that it does not handle. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { prepareProgram } from '../bench/program.ts';
import { watchProgram } from '../helpers/program.ts';
import { scriptedEndpoint } from '../helpers/running.ts';
import { until } from '../real/wait.ts';

const { file, nodeFlags } = prepareProgram({ file: undefined, nodeFlags: undefined });

/** The only child of a process. */
function childOf(pid: number): number | undefined {
  const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
  return child === undefined || child === '' ? undefined : Number(child);
}

/** Node.js itself handles SIGTERM and SIGINT while it starts, by raising them again. The program handles SIGQUIT last. */
const SIGQUIT_BIT = 1n << 2n;

/** Whether the program has installed its handlers. */
function handlesSignals(pid: number): boolean {
  const caught = /^SigCgt:\t([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  return (BigInt(`0x${caught}`) & SIGQUIT_BIT) !== 0n;
}

for (const signal of ['SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGINT'] as const) {
  test(`${signal} as soon as a handler is installed: a shutdown with exit code 0`, async (t) => {
    const { endpoint } = await scriptedEndpoint(t);
    const argv = [...nodeFlags, file, 'run', '--metadata-url', endpoint.url, '--exporter-port', '0'];
    const startedMs = performance.now();
    const unshare = ['--pid', '--fork', '--mount-proc', '--kill-child', process.execPath];
    const child = spawn('unshare', [...unshare, ...argv], { env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
    const program = watchProgram(t, child);
    const pid = await until(
      'process 1',
      () => {
        const one = childOf(child.pid ?? 0);
        return one !== undefined && handlesSignals(one) ? one : undefined;
      },
      { everyMs: 1 },
    );
    t.diagnostic(`handled ${(performance.now() - startedMs).toFixed(0)} ms after the start`);
    process.kill(pid, signal);
    assert.deepEqual(await program.ended, { code: 0, signal: null });
    assert.ok(program.events().includes('stopping'));
    assert.equal(program.events().at(-1), 'stopped');
  });
}

test('once, while the endpoint does not respond: SIGTERM ends it', async (t) => {
  const { endpoint } = await scriptedEndpoint(t);
  endpoint.fault = 'hang';
  const argv = [...nodeFlags, file, 'once', '--metadata-url', endpoint.url];
  const child = spawn('unshare', ['--pid', '--fork', '--kill-child', process.execPath, ...argv], {
    env: {},
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const program = watchProgram(t, child);
  await until('a request', () => endpoint.requests.at(0));
  process.kill(await until('process 1', () => childOf(child.pid ?? 0)), 'SIGTERM');
  assert.deepEqual(await program.ended, { code: 1, signal: null });
  // Without the signal, the timeout would end it with a message.
  assert.equal(program.stderr(), '');
});

test('SIGUSR1 opens no debugger', async (t) => {
  const { endpoint } = await scriptedEndpoint(t);
  const argv = [...nodeFlags, file, 'run', '--metadata-url', endpoint.url, '--exporter-port', '0'];
  const child = spawn('unshare', ['--pid', '--fork', '--kill-child', process.execPath, ...argv], {
    env: {},
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const program = watchProgram(t, child);
  const origin = await program.origin();
  const pid = await until('process 1', () => childOf(child.pid ?? 0));
  process.kill(pid, 'SIGUSR1');
  assert.equal((await fetch(`${origin}/-/healthy`)).status, 200);
  process.kill(pid, 'SIGTERM');
  assert.equal((await program.ended).code, 0);
  assert.doesNotMatch(program.stderr(), /debugger/i);
});
