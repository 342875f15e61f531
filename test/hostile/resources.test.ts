/** The program without descriptors, without /proc, and with little memory. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { describe, test } from 'node:test';
import { imageFlags } from '../bench/image-flags.ts';
import { until } from '../real/wait.ts';
import { type ConfinedProgram, startConfined } from './confined-program.ts';
import { createControlGroup } from './control-group.ts';
import { startDocumentEndpoint } from './document-endpoint.ts';

const CLIENTS = 100;
const STATUS = 'ecs_task_exporter_status';
const POLLS = 'ecs_task_exporter_polls_total';
/** Self metrics that need /proc. */
const FROM_PROC = ['ecs_task_exporter_process_resident_memory_bytes'];

async function recovers(program: ConfinedProgram): Promise<void> {
  let first: number | undefined;
  await until('a successful poll', async () => {
    assert.ok(!program.hasEnded(), `the program ended:\n${program.log()}`);
    const metrics = await program.metrics();
    const polls = metrics.value(POLLS) ?? 0;
    first ??= polls;
    return metrics.value(STATUS) === 1 && polls > first ? true : undefined;
  });
}

/** Connects, and resolves when each connection has been accepted, refused or closed. */
function occupy(port: number): Promise<readonly Socket[]> {
  return Promise.all(
    Array.from({ length: CLIENTS }, () => {
      const socket = connect(port, '127.0.0.1');
      return new Promise<Socket>((resolve) => {
        socket.once('connect', () => resolve(socket)).once('close', () => resolve(socket));
        socket.on('error', () => {});
      });
    }),
  );
}

describe('resources', { concurrency: 2 }, () => {
  for (const descriptors of [28, 32, 40, 64]) {
    test(`${descriptors} descriptors and ${CLIENTS} clients: the program keeps running, and recovers when they leave`, async (t) => {
      const endpoint = await startDocumentEndpoint(t);
      const program = await startConfined(t, {
        args: ['--interval', '1'],
        metadataUrl: endpoint.url,
        confinement: { memoryMib: 128, cores: 0.5 },
        wrapper: ['sh', '-c', `ulimit -n ${descriptors} && exec "$@"`, 'sh'],
      });
      const sockets = await occupy(program.port);
      // Three polls or their failures.
      await until('time passes', () => (program.hasEnded() ? true : undefined), { timeoutMs: 3000 }).catch(() => {});
      for (const socket of sockets) socket.destroy();
      await recovers(program);
    });
  }

  test('without /proc, the self metrics that need it are absent', async (t) => {
    const endpoint = await startDocumentEndpoint(t);
    const program = await startConfined(t, {
      args: ['--interval', '1', '--metrics', 'all'],
      metadataUrl: endpoint.url,
      confinement: { memoryMib: 128, cores: 0.5 },
      wrapper: ['unshare', '--mount', 'sh', '-c', 'mount -t tmpfs none /proc && exec "$@"', 'sh'],
    });
    await recovers(program);
    const { series } = await program.metrics();
    for (const name of FROM_PROC)
      assert.equal(
        series.some((one) => one.name === name),
        false,
        name,
      );
    assert.equal(
      series.some(({ value }) => Number.isNaN(value)),
      false,
    );
  });

  for (const memoryMib of [64, 128, 256]) {
    test(`in ${memoryMib} MiB, V8 limits its heap to less`, (t) => {
      const group = createControlGroup(`heap-${process.pid}-${memoryMib}`, { memoryMib, cores: 1 });
      t.after(() => group.remove());
      const flags = imageFlags(readFileSync(new URL('../../Dockerfile', import.meta.url), 'utf8'));
      const enter = group.procs.map((file) => `echo $$ > ${file}`).join(' && ');
      const print = ['-p', 'v8.getHeapStatistics().heap_size_limit'];
      const { stdout } = spawnSync('sh', ['-c', `${enter} && exec "$@"`, 'sh', process.execPath, ...flags, ...print]);
      const limitMib = Number(stdout) / 2 ** 20;
      t.diagnostic(`${limitMib.toFixed(0)} MiB`);
      assert.ok(limitMib > 0.4 * memoryMib && limitMib < 0.75 * memoryMib, `${stdout}`);
    });
  }
});
