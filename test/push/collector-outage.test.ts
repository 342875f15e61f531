/** A Collector is killed and restarted: totals are complete afterwards, and memory does not grow. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { metricsOf, type OtlpExport, pointsOf } from '../helpers/otlp-export.ts';
import { parseExposition } from '../real/exposition.ts';
import { until } from '../real/wait.ts';
import { residentKib, slope, startPushingProgram, sum } from './collector-outage.ts';
import { contentOfExport, contentOfPage } from './content-as-page.ts';
import { pollOf } from './file-collector.ts';

/** When it is killed. During an export: paused before it, and killed while the export waits for the response. */
const MOMENTS = [
  { moment: 'between two exports', exportIntervalMs: 250, isMidway: false, protocol: 'http/protobuf' },
  { moment: 'between two exports', exportIntervalMs: 250, isMidway: false, protocol: 'http/json' },
  { moment: 'in the midst of one', exportIntervalMs: 500, isMidway: true, protocol: 'http/protobuf' },
  // Long enough for a retry within an export: the first one begins after 0.8 to 1.2 s.
  { moment: 'between two long ones', exportIntervalMs: 900, isMidway: false, protocol: 'http/protobuf' },
] as const;

describe('a Collector that is killed', { concurrency: true }, () => {
  for (const { moment, exportIntervalMs, isMidway, protocol } of MOMENTS) {
    test(`${moment}, ${protocol}: down for 20 intervals, then exact totals with their start times`, async (t) => {
      const intervals = 20;
      const containers = ['web', 'worker'];
      const env = { OTEL_EXPORTER_OTLP_PROTOCOL: protocol };
      const pushing = await startPushingProgram(t, { containers, exportIntervalMs, env });
      const { files, task } = pushing;
      await files.exportOfPoll(3);
      if (isMidway) {
        process.kill(files.collector.pid, 'SIGSTOP');
        await sleep(1.3 * exportIntervalMs);
      }
      const killedMs = performance.now();
      await files.collector.kill();
      const before = files.written().at(-1) ?? assert.fail('nothing was pushed');
      await until(`${intervals} failed exports`, async () =>
        sum((await pushing.failures()).values()) >= intervals ? true : undefined,
      );
      pushing.freeze();
      const atLeast = (await pushing.metrics()).value('aws_ecs_exporter_polls_total') ?? 0;
      await files.startAgain();

      const first = await until('an export', () => files.written()[0], { timeoutMs: 20_000 });
      const polls = pollOf(first) ?? 0;
      assert.ok(polls >= atLeast && atLeast > (pollOf(before) ?? 0), `poll ${polls} came after poll ${atLeast}`);

      const page = await until('two polls more', async () => {
        const text = await pushing.page();
        const count = parseExposition(text).value('aws_ecs_exporter_polls_total') ?? 0;
        return count >= polls + 2 ? { text, count } : undefined;
      });
      const after = await files.exportOfPoll(page.count);
      assert.deepEqual(contentOfExport(after), contentOfPage(page.text));
      for (const { name, cores, ageSeconds } of task.containers.values()) {
        const [point] = pointsOf(after, 'aws.ecs.container.cpu.time', { 'container.name': name });
        assert.equal(point?.value, cores * ageSeconds, name);
      }
      const starts = startsOf(after);
      assert.ok(starts.length > 60, `only ${starts.length} counters`);
      assert.deepEqual(starts, startsOf(before));

      const failures = await pushing.failures();
      const failed = sum(failures.values());
      const elapsedIntervals = (performance.now() - killedMs) / exportIntervalMs;
      assert.ok(failed >= intervals && failed <= elapsedIntervals + 1, `${failed} in ${elapsedIntervals} intervals`);
      assert.deepEqual(pushing.lines(), [
        'info listening',
        'info task_found',
        `warn otlp_export_failing ${isMidway ? 'reset' : 'unreachable'}`,
        'info otlp_export_recovered',
      ]);
      t.diagnostic(
        `failed exports: ${shown(failures)}; poll ${pollOf(before)} was the last one before, ${polls} the first after`,
      );
    });
  }

  test('down for 300 export intervals: resident memory is constant', async (t) => {
    const intervals = 300;
    const exportIntervalMs = 100;
    // With a small heap, resident memory is mostly live objects.
    const env = { NODE_OPTIONS: '--max-old-space-size=64 --max-semi-space-size=1' };
    const containers = Array.from({ length: 20 }, (_, index) => `container-${index}`);
    const pushing = await startPushingProgram(t, { containers, exportIntervalMs, env });
    const { files, program } = pushing;
    const measure = async (cycles: number): Promise<readonly number[]> => {
      const measured: number[] = [];
      for (let cycle = 0; cycle < cycles; cycle += 1) {
        await sleep(exportIntervalMs);
        measured.push(residentKib(program.child.pid));
      }
      return measured;
    };
    await measure(100);
    const before = await measure(50);
    await files.collector.kill();
    // The first failures load code; the heap stops growing after about 80 cycles.
    await measure(120);
    const during = await measure(intervals);
    const failures = await pushing.failures();
    await files.startAgain();
    const exported = await until('an export', () => files.written()[0], { timeoutMs: 20_000 });
    const after = await measure(20);

    const points = metricsOf(exported).flatMap((metric) => metric.points).length;
    const kibPerCycle = slope(during);
    t.diagnostic(
      `${points} points an export; failed exports: ${shown(failures)}; resident memory, in KiB: ${summary(before)} before, ` +
        `${summary(during)} during the outage, growing by ${kibPerCycle.toFixed(2)} a cycle, ${summary(after)} after`,
    );
    assert.ok(sum(failures.values()) >= intervals * 0.9, `failed exports: ${shown(failures)}`);
    // An export of this size takes 100 KiB as bytes and several times as much as objects.
    assert.ok(kibPerCycle < 10, `${kibPerCycle} KiB a cycle: ${during.join(' ')}`);
  });
});

/** Counter series with their start times. */
function startsOf(exported: OtlpExport): readonly (readonly [series: string, startNs: bigint])[] {
  const counters = metricsOf(exported).filter(({ isMonotonic }) => isMonotonic);
  const starts = counters.flatMap(({ name, points }) =>
    points.map(
      ({ attributes, startNs }) => [`${name} ${JSON.stringify([...attributes].toSorted())}`, startNs] as const,
    ),
  );
  return starts.toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function summary(kib: readonly number[]): string {
  return `${Math.min(...kib)} to ${Math.max(...kib)}`;
}

function shown(failures: ReadonlyMap<string, number>): string {
  return JSON.stringify(Object.fromEntries(failures));
}
