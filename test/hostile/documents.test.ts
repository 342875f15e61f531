import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { until } from '../real/wait.ts';
import { ABSURD } from './absurd-documents.ts';
import { type ConfinedProgram, startConfined } from './confined-program.ts';
import { startDocumentEndpoint } from './document-endpoint.ts';
import { longestStallMs } from './stall.ts';

const POLLS = 3;
/** 250 ms on a machine at rest. The same work needs up to 40 % more CPU time while others use the caches. */
const MAX_STALL_MS = 350;
const MAX_RSS_GROWTH_MIB = 20;
const MAX_LOG_LINES = 12;

const POLLED = 'ecs_task_exporter_polls_total';

// Each program is limited to a quarter of a core, so several can run at once.
describe('valid but absurd documents', { concurrency: 3 }, () => {
  for (const name of Object.keys(ABSURD)) {
    test(`${name}: the program stays within its limits and recovers`, async (t) => {
      const endpoint = await startDocumentEndpoint(t);
      const program = await startConfined(t, {
        args: ['--interval', '5', '--container-labels', '*', '--task-tags', '*'],
        metadataUrl: endpoint.url,
        confinement: { memoryMib: 128, cores: 0.25 },
      });
      const before = await polled(program, 2);
      assert.equal(before.status, 1);
      const rssMib = program.rssMib();

      endpoint.send(name);
      await polled(program, 1);
      const stallsMs: number[] = [];
      while (stallsMs.length < POLLS) stallsMs.push(await longestStallMs(program, polled(program, 1)));
      const peakMib = program.rssMib();

      endpoint.send('honest');
      await until('the honest task again', async () => {
        const { status, containers } = await polled(program, 1);
        return status === 1 && containers === 5 ? true : undefined;
      });
      const afterMib = await until('memory given back', () => {
        const now = program.rssMib();
        return now <= rssMib + MAX_RSS_GROWTH_MIB ? now : undefined;
      });
      const mib = [rssMib, peakMib, afterMib].map((value) => value.toFixed(0)).join(' -> ');
      t.diagnostic(`${name}: stall ${stallsMs.map(Math.round).join(', ')} ms, RSS ${mib} MiB`);
      const { timeouts } = await polled(program, 0);
      assert.equal(timeouts, 0);
      assert.equal(program.oomKills(), 0);
      // Other work on the machine only adds CPU time.
      assert.ok(Math.min(...stallsMs) <= MAX_STALL_MS, `${stallsMs} ms`);
      const lines = program.log().trimEnd().split('\n');
      assert.ok(lines.length <= MAX_LOG_LINES, program.log());
    });
  }
});

interface Figures {
  readonly polls: number;
  readonly status: number;
  readonly containers: number;
  readonly timeouts: number;
}

/** Resolves after `more` further polls. */
async function polled(program: ConfinedProgram, more: number): Promise<Figures> {
  let first: number | undefined;
  return await until(`${more} polls`, async () => {
    assert.ok(!program.hasEnded(), `the program ended:\n${program.log()}`);
    const metrics = await program.metrics();
    const polls = metrics.value(POLLED) ?? 0;
    first ??= polls;
    if (polls < first + more) return undefined;
    const value = (name: string): number => metrics.value(name) ?? Number.NaN;
    const limits = metrics.series.filter((series) => series.name === 'ecs_task_mem_limit');
    const containers = limits.filter(({ labels }) => labels.get('container_name') !== '_task_').length;
    const timeouts = metrics.value('ecs_task_exporter_poll_failures_total', { reason: 'timeout' }) ?? 0;
    return { polls, status: value('ecs_task_exporter_status'), containers, timeouts };
  });
}
