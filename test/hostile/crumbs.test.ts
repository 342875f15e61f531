import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { until } from '../real/wait.ts';
import { type ConfinedProgram, startConfined } from './confined-program.ts';
import type { CrumbsMode } from './crumbs-process.ts';

const MAX_RSS_GROWTH_MIB = 20;
/** Polls in the mode; there is at least one export per poll. */
const POLLS = 4;

const MODES: readonly (readonly [mode: CrumbsMode, areExportsAccepted: boolean])[] = [
  ['crumbs', true],
  ['large crumbs', false],
  ['informational', false],
];

describe('answers in chunks of one byte, from the endpoint and from an OTLP receiver', { concurrency: 2 }, () => {
  for (const [mode, areExportsAccepted] of MODES) {
    test(`${mode}: memory of the size of the answer`, async (t) => {
      const peer = fork(fileURLToPath(new URL('crumbs-process.ts', import.meta.url)));
      t.after(() => peer.kill());
      const [port] = await once(peer, 'message');
      const origin = `http://127.0.0.1:${port}`;
      const program = await startConfined(t, {
        args: [
          '--interval',
          '3',
          '--exporters',
          'prometheus,otlp',
          '--otlp-endpoint',
          origin,
          '--export-interval',
          '3',
        ],
        metadataUrl: `${origin}/v4/abc`,
        confinement: { memoryMib: 128, cores: 1 },
      });
      await exportsAfter(program, POLLS);
      const beforeMib = program.rssMib();
      peer.send(mode);
      let peakMib = 0;
      const watch = setInterval(() => {
        peakMib = Math.max(peakMib, program.rssMib());
      }, 50);
      t.after(() => clearInterval(watch));
      await exportsAfter(program, POLLS);
      t.diagnostic(`${mode}: RSS ${beforeMib.toFixed(0)} MiB, up to ${peakMib.toFixed(0)}`);
      assert.ok(peakMib - beforeMib <= MAX_RSS_GROWTH_MIB, `${peakMib - beforeMib} MiB more`);
      assert.equal(program.oomKills(), 0);
      assert.equal(program.log().includes('otlp_export_failing'), !areExportsAccepted, program.log());
      assert.equal(program.log().includes('poll_failing'), false, program.log());
    });
  }
});

/** Resolves after as many polls and exports, with any result. */
async function exportsAfter(program: ConfinedProgram, count: number): Promise<void> {
  let first: readonly number[] | undefined;
  await until(`${count} polls and exports`, async () => {
    assert.ok(!program.hasEnded(), `the program ended:\n${program.log()}`);
    const metrics = await program.metrics();
    const value = (name: string): number => metrics.value(name) ?? 0;
    const sum = (name: string): number =>
      metrics.series.filter((one) => one.name === name).reduce((total, one) => total + one.value, 0);
    const now = [
      value('ecs_task_exporter_polls_total'),
      sum('ecs_task_exporter_exports_total') + sum('ecs_task_exporter_export_failures_total'),
    ];
    first ??= now;
    return now.every((one, index) => one >= (first?.[index] ?? 0) + count) ? true : undefined;
  });
}
