/**
 * Delta temporality with a Collector: the deltas of each series add up to its growth on the page, also over an outage of the
 * Collector.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { asValues, pushedValues } from '../helpers/otlp-as-prometheus.ts';
import { metricsOf, type OtlpExport } from '../helpers/otlp-export.ts';
import { until } from '../real/wait.ts';
import { startFileCollector } from './file-collector.ts';
import { startPushExporter } from './push-exporter.ts';

type Values = ReadonlyMap<string, number>;

/** Counter values by series. */
function deltasOf(exports: readonly OtlpExport[]): Values {
  const sums = new Map<string, number>();
  for (const exported of exports) {
    const deltas = metricsOf(exported).filter(({ isMonotonic }) => isMonotonic);
    for (const { temporality } of deltas) assert.equal(temporality, 'delta');
    for (const [series, value] of pushedValues(deltas)) sums.set(series, (sums.get(series) ?? 0) + value);
  }
  return sums;
}

/** Growth from page to page. A decrease is a reset. */
function grown(pages: readonly Values[], series: string): number {
  return pages.reduce((all, page, at) => {
    const value = page.get(series) ?? 0;
    const before = pages[at - 1]?.get(series);
    if (before === undefined) return all;
    return all + (value < before ? value : value - before);
  }, 0);
}

/** Undefined: one request per export. */
for (const maxPoints of [undefined, 50]) {
  test(`deltas add up over a restart of a container and an outage of 20 intervals, at most ${maxPoints ?? 'all'} points per request`, async (t) => {
    const files = await startFileCollector(t);
    const exportIntervalMs = 200;
    const running = await startPushExporter(t, files.collector.otlpUrl, ['semconv'], {
      otlp: { temporality: 'delta', maxPoints },
      exportIntervalMs,
    });
    const { task } = running;
    const arrived: OtlpExport[] = [];
    const all = (): readonly OtlpExport[] => [...arrived, ...files.written()];
    const pages: Values[] = [];
    const pollsOf = (values: Values): number =>
      values.get('aws_ecs_exporter_polls_total ') ?? assert.fail('polls are not counted');

    async function see(): Promise<void> {
      const page = await running.metrics();
      pages.push(new Map(asValues(page.series.filter(({ name }) => name !== 'target_info'))));
    }
    /** Waits for an acknowledged export with all polls. */
    const settled = () =>
      until(
        'all polls to have arrived',
        () => (all().length > 0 && pollsOf(deltasOf(all())) === pollsOf(pages.at(-1) ?? new Map()) ? true : undefined),
        { timeoutMs: 20_000 },
      );

    await see();
    await settled();
    for (const step of [() => {}, () => task.restart('worker'), () => {}]) {
      task.advance(10);
      step();
      task.advance(5);
      await running.poll();
      await see();
      await settled();
    }
    // Later exports have no growth, so an aborted one does not matter.
    await sleep(3 * exportIntervalMs);
    await files.collector.kill();
    arrived.push(...files.written());
    for (let poll = 0; poll < 4; poll += 1) {
      task.advance(10);
      await running.poll();
      await see();
      await sleep(5 * exportIntervalMs);
    }
    await files.startAgain();
    await settled();

    const sums = deltasOf(all());
    const counters = [...sums.keys()].filter((series) => !/exporter|^process_/.test(series));
    assert.ok(counters.length > 20, `only ${counters.length} series`);
    const last = pages.at(-1) ?? new Map();
    for (const series of counters) {
      assert.ok(last.has(series), series);
      const expected = grown(pages, series);
      const sum = sums.get(series) ?? 0;
      assert.ok(Math.abs(sum - expected) <= 1e-9 * Math.max(1, expected), `${series}: ${sum} instead of ${expected}`);
    }
    assert.ok(counters.some((series) => grown(pages, series) > 0));
    const failures = [...last].filter(([series]) => series.startsWith('aws_ecs_exporter_export_failures_total'));
    assert.ok(failures.reduce((sum, [, count]) => sum + count, 0) >= 10, 'the outage was none');
    const sizes = all().map((exported) => metricsOf(exported).flatMap(({ points }) => points).length);
    assert.ok(Math.max(...sizes) <= (maxPoints ?? Number.POSITIVE_INFINITY));
    t.diagnostic(`${counters.length} series, ${all().length} exports that arrived`);
  });
}
