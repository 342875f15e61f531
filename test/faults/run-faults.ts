/** Runs the exporter as a separate process against the simulated task with random faults, in real time. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startOtlpReceiver } from '../helpers/otlp-receiver.ts';
import { startExporterProcess } from '../real/exporter-process.ts';
import { type Checker, createChecker, type Report } from './checker.ts';
import { startFaultyServer } from './faulty-server.ts';
import { createFaultyTask } from './faulty-task.ts';
import type { Shape } from './true-task.ts';

const POLL_MS = 1000;
/** Shorter than the interval: polls drift, and each should find a new sample. */
const SAMPLE_MS = 500;
const EXPORT_MS = 5000;
const AGE_MS = 720_000;
/** Time without new faults at the end, so that the last values are good. */
const FINAL_MS = 10_000;
const FAULT_RATE = 0.05;
const MIN_PRESENT = 0.9;

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string', default: '1' } },
});
const minutes = positive('minutes', values.minutes);
const seed = positive('seed', values.seed);

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new RangeError(`--${name}: ${text} is not a positive number`);
  return value;
}

interface Outcome {
  readonly title: string;
  readonly polls: number;
  readonly faults: ReadonlyMap<string, number>;
  readonly report: Report;
  /** Why the run failed or is inconclusive. */
  readonly problems: readonly string[];
}

async function run(shape: Shape, temporality: 'cumulative' | 'delta', ownSeed: number): Promise<Outcome> {
  const startedMs = performance.now();
  const sinceStartMs = (): number => AGE_MS + performance.now() - startedMs;
  const options = { seed: ownSeed, shape, rate: FAULT_RATE, originMs: Date.now() - AGE_MS, sampleMs: SAMPLE_MS };
  const task = createFaultyTask(options);
  const checker = createChecker(shape);
  let polls = 0;
  const server = await startFaultyServer(task, sinceStartMs, (served) => {
    polls += 1;
    checker.poll(served);
  });
  const receiver = await startOtlpReceiver();
  const args = {
    'metadata-url': server.url,
    interval: `${POLL_MS / 1000}`,
    exporters: 'prometheus,otlp',
    metrics: 'all',
    'otlp-endpoint': new URL(receiver.url).origin,
    'export-interval': `${EXPORT_MS / 1000}`,
  };
  const exporter = await startExporterProcess(
    'run',
    Object.entries(args).flatMap(([name, value]) => [`--${name}`, value]),
    undefined,
    { OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: temporality },
  );
  const problems: string[] = [];
  let exports = 0;
  try {
    const endMs = performance.now() + minutes * 60_000;
    while (performance.now() < endMs) {
      if (performance.now() > endMs - FINAL_MS) task.stopFaults();
      await sleep(POLL_MS);
      checker.page(await exporter.page());
      exports = checkExports(checker, receiver.exports, exports);
    }
  } finally {
    const { code } = await exporter.stop();
    if (code !== 0) problems.push(`the exporter ended with code ${code}:\n${exporter.log()}`);
    checkExports(checker, receiver.exports, exports);
    await receiver.close();
    await server.close();
  }
  const report = checker.report();
  if (receiver.exports.length < (minutes * 60_000) / EXPORT_MS / 2) problems.push(`${receiver.exports.length} exports`);
  if (report.presence.fraction() < MIN_PRESENT) problems.push(`less than ${MIN_PRESENT} of the points`);
  if (report.repeated > 0 && !exporter.log().includes('export failed'))
    problems.push('deltas were repeated without a failed export');
  if (report.violationCount > 0) problems.push(`${report.violationCount} values are wrong`);
  return { title: `${shape}, ${temporality}, seed ${ownSeed}`, polls, faults: task.counts, report, problems };
}

/** @returns the number of exports that have been checked. */
function checkExports(
  checker: Checker,
  exports: Awaited<ReturnType<typeof startOtlpReceiver>>['exports'],
  from: number,
): number {
  for (const exported of exports.slice(from)) checker.export(exported);
  return exports.length;
}

function textOf({ title, polls, faults, report, problems }: Outcome): string {
  const { presence, maxima, counterSeries, counterPoints, deltaSeries, largestDeltaError, violations } = report;
  const faulty = [...faults.values()].reduce((sum, count) => sum + count, 0);
  const percent = (fraction: number): string => `${(fraction * 100).toFixed(1)} %`;
  return [
    `\n${title}: ${polls} polls, ${faulty} samples with one of ${faults.size} faults`,
    ...[...presence.families].map(
      ([family, { expected, present }]) =>
        `  ${family}: ${present} of ${expected} points, ${percent(present / expected)}`,
    ),
    `  all: ${percent(presence.fraction())}`,
    ...[...maxima].map(([name, { value, limit }]) => `  highest ${name}: ${value}, limit ${limit}`),
    `  counters: ${counterSeries} series, ${counterPoints} points`,
    ...(deltaSeries > 0 ? [`  deltas: ${deltaSeries} series, largest relative error ${largestDeltaError}`] : []),
    ...violations.map((violation) => `  WRONG ${violation}`),
    ...problems.map((problem) => `  FAILED ${problem}`),
    '',
  ].join('\n');
}

const outcomes = await Promise.all([
  run('fargate', 'cumulative', seed),
  run('fargate', 'delta', seed + 1),
  run('ec2', 'cumulative', seed + 2),
  run('ec2', 'delta', seed + 3),
]);
for (const outcome of outcomes) process.stdout.write(textOf(outcome));
const failed = outcomes.filter(({ problems }) => problems.length > 0).length;
process.stdout.write(`\n${outcomes.length - failed} of ${outcomes.length} runs of ${minutes} min passed\n`);
process.exitCode = failed === 0 ? 0 : 1;
