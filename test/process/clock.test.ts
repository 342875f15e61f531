/** libfaketime sets the wall clock of the running program. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { metricsOf } from '../helpers/otlp-export.ts';
import { startOtlpReceiver } from '../helpers/otlp-receiver.ts';
import { BIN, watchProgram } from '../helpers/program.ts';
import { serveFakeTask } from '../prometheus/fake-task.ts';
import { parseExposition } from '../real/exposition.ts';
import { until } from '../real/wait.ts';

/** Debian's faketime. */
const LIBRARY = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';
const STEPS = ['+3600', '-3600', '-1', '+1', '+0'] as const;
const CONTAINER = { container_name: 'web' } as const;

for (const temporality of ['cumulative', 'delta'] as const) {
  test(`steps of the wall clock (${temporality}): rates, polls and exports continue`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'faketime-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const offset = join(folder, 'offset');
    writeFileSync(offset, '+0');
    const task = await serveFakeTask(['web']);
    t.after(() => task.close());
    const receiver = await startOtlpReceiver();
    t.after(() => receiver.close());
    const child = spawn(process.execPath, [BIN, 'run', '--interval', '1', '--exporters', 'prometheus,otlp'], {
      env: {
        LD_PRELOAD: LIBRARY,
        FAKETIME_TIMESTAMP_FILE: offset,
        FAKETIME_NO_CACHE: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
        DONT_FAKE_MONOTONIC: '1',
        ECS_CONTAINER_METADATA_URI_V4: task.url,
        EXPORTER_PORT: '0',
        OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: receiver.url,
        OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: temporality,
        OTEL_METRIC_EXPORT_INTERVAL: '500',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const program = watchProgram(t, child);
    const origin = await program.origin();
    const page = async () => parseExposition(await (await fetch(`${origin}/metrics`)).text());
    const polls = async () => (await page()).value('ecs_task_exporter_polls_total') ?? 0;

    const startMs = performance.now();
    for (const step of STEPS) {
      writeFileSync(offset, step);
      const before = { polls: await polls(), exports: receiver.exports.length };
      await until(`three polls and exports at ${step}`, async () => {
        const isDone = (await polls()) >= before.polls + 3 && receiver.exports.length >= before.exports + 3;
        return isDone || undefined;
      });
      const metrics = await page();
      // A constant load of a tenth of a CPU.
      const cores = metrics.value('ecs_task_cpu_cores', CONTAINER) ?? Number.NaN;
      assert.ok(cores > 0.05 && cores < 0.2, `${cores} cores at ${step}`);
      assert.equal(metrics.value('ecs_task_exporter_status'), 1);
      assert.ok(metrics.having(CONTAINER).every(({ value }) => value >= 0));
    }
    const elapsed = (performance.now() - startMs) / 1000;
    const total = await polls();
    t.diagnostic(`${total} polls in ${elapsed.toFixed(1)} s, ${receiver.exports.length} exports`);
    assert.ok(total <= elapsed + 5, 'a burst of polls');
    assert.equal((await program.stop('SIGTERM')).code, 0);

    const sums = receiver.exports.flatMap(metricsOf).filter(({ kind, isMonotonic }) => kind === 'sum' && isMonotonic);
    const points = sums.flatMap((sum) => sum.points);
    assert.ok(points.length > 20);
    for (const { startNs, timeNs, value } of points) assert.ok(startNs <= timeNs && value >= 0, `${startNs} ${timeNs}`);
    const times = receiver.exports.flatMap(metricsOf).flatMap((metric) => metric.points.map(({ timeNs }) => timeNs));
    const aheadNs = Math.max(...times.map((timeNs) => Number(timeNs / 1_000_000n))) - Date.now();
    assert.ok(aheadNs > 3_000_000, 'the clock of the program was not set');
  });
}
