import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { until } from '../real/wait.ts';
import { ABSURD } from './absurd-documents.ts';
import { type ConfinedProgram, startConfined } from './confined-program.ts';

const CONFINEMENT = { memoryMib: 128, cores: 0.25 };
const POLLS = 4;
/** What one poll may cost: at full speed the event loop cannot stall for longer than the CPU time. */
const MAX_CPU_SECONDS_PER_POLL = 0.25;
const MAX_RSS_GROWTH_MIB = 20;
const MAX_LOG_LINES = 12;

const POLLED = 'ecs_task_exporter_polls_total';
const CPU_SECONDS = 'ecs_task_exporter_process_cpu_seconds_total';

for (const name of Object.keys(ABSURD)) {
  test(`${name}: the program lives, within its bounds, and recovers`, async (t) => {
    const endpoint = await startEndpoint(t);
    const program = await startConfined(
      t,
      ['--interval', '2', '--container-labels', '*', '--task-tags', '*'],
      { ECS_CONTAINER_METADATA_URI_V4: endpoint.url },
      CONFINEMENT,
    );
    const before = await polled(program, 2);
    assert.equal(before.status, 1);
    const rssMib = program.rssMib();

    endpoint.send(name);
    await polled(program, 1);
    const costs: number[] = [];
    for (let last = await polled(program, 1); costs.length < POLLS; ) {
      const next = await polled(program, 1);
      costs.push((next.cpuSeconds - last.cpuSeconds) / (next.polls - last.polls));
      last = next;
    }
    const peakMib = program.rssMib();

    endpoint.send('honest');
    await until('the honest task again', async () => {
      const { status, containers } = await polled(program, 1);
      return status === 1 && containers === 5 ? true : undefined;
    });
    const cheapest = Math.min(...costs);
    const afterMib = await until('memory given back', () => {
      const now = program.rssMib();
      return now <= rssMib + MAX_RSS_GROWTH_MIB ? now : undefined;
    });
    const mib = [rssMib, peakMib, afterMib].map((value) => value.toFixed(0)).join(' -> ');
    t.diagnostic(`${name}: ${(cheapest * 1000).toFixed(0)} ms of CPU per poll, RSS ${mib} MiB`);
    assert.equal(program.oomKills(), 0);
    assert.ok(cheapest <= MAX_CPU_SECONDS_PER_POLL, `${cheapest} s of CPU per poll`);
    const lines = program.log().trimEnd().split('\n');
    assert.ok(lines.length <= MAX_LOG_LINES, program.log());
  });
}

interface Figures {
  readonly polls: number;
  readonly cpuSeconds: number;
  readonly status: number;
  readonly containers: number;
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
    return { polls, cpuSeconds: value(CPU_SECONDS), status: value('ecs_task_exporter_status'), containers };
  });
}

async function startEndpoint(t: TestContext): Promise<{ url: string; send: ChildProcess['send'] }> {
  const child = fork(fileURLToPath(new URL('document-endpoint-process.ts', import.meta.url)));
  t.after(() => child.kill());
  const [port] = await once(child, 'message');
  return { url: `http://127.0.0.1:${port}/v4/task`, send: child.send.bind(child) };
}
