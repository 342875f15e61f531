import { median, percentile, short } from '../bench/statistics.ts';
import { totalPoints } from './compare-points.ts';
import { SIZES } from './hosted-tasks.ts';
import type { SentExport } from './messages.ts';
import type { Plan } from './plan.ts';
import type { FleetRun } from './run-fleet.ts';
import type { Scraping } from './scraping.ts';

/** The figures of a run as Markdown tables. */
export function renderRun(plan: Plan, run: FleetRun): string {
  const rows = [...exportRows(plan, run), ...processRows(plan, run)];
  return `${aligned([['', 'figure'], ...rows])}\n${aligned(sizeRows(plan, run))}`;
}

type Cells = readonly string[];

function exportRows(plan: Plan, { tasks, reports, backend, gateway: { counts } }: FleetRun): readonly Cells[] {
  const exports = exportsOf({ reports });
  const points = totalPoints(exports.flatMap((each) => each.points));
  const unanswered = exports.filter(({ answer }) => answer === undefined).length;
  const others = exports.length - unanswered - exports.filter(({ answer }) => answer?.status === 200).length;
  const start = plan.isTogether ? 'all at once' : 'spread over an interval';
  return [
    ['exporters, in processes', `${tasks.length}, in ${plan.workers}`],
    ['export interval, started', `${plan.exportIntervalMs / 1000} s, ${start}`],
    ['exports, without an answer / refused', [exports.length, unanswered, others].join(' / ')],
    ['points sent / accepted / refused / failed', [points, counts.accepted, counts.refused, counts.failed].join(' / ')],
    ['- sent on / not sent on / received', [counts.sent, counts.notSent, totalPoints(backend.points())].join(' / ')],
    ['requests of the Collector', String(backend.requests)],
    ['an export took, p50 / p99 / most, ms', durations(exports.filter(({ isLate }) => !isLate))],
    [
      `- while they stopped, ${plan.isTogether ? 'all at once' : 'over half an interval'}`,
      durations(exports.filter(({ isLate }) => isLate)),
    ],
  ];
}

function processRows(plan: Plan, { tasks, reports, gateway, workers }: FleetRun): readonly Cells[] {
  const { scraping, rssMb, idle, steady, steadyPoints, whole } = gateway;
  const exports = exportsOf({ reports });
  const steadyExports = (steadyPoints / totalPoints(exports.flatMap(({ points }) => points))) * exports.length;
  const added = workers.rssMb.end - workers.rssMb.start;
  return [
    ...(scraping === undefined ? [] : scrapingRows(scraping)),
    ['Collector RSS, start / peak / end, MB', [rssMb.start, rssMb.peak, rssMb.end].map(short).join(' / ')],
    ['Collector CPU, idle, % of a core', short(idle.cores * 100)],
    [`- with ${short(steadyPoints / steady.seconds)} points a second`, short(steady.cores * 100)],
    ['- for an export, ms', short((steady.cpuSeconds / steadyExports) * 1000)],
    ['- for a million points, s', short((steady.cpuSeconds / steadyPoints) * 1e6)],
    [`- of the whole run, ${short(whole.seconds)} s`, `${short(whole.cpuSeconds)} s`],
    [
      `an exporter's CPU, a poll and an export every ${plan.exportIntervalMs / 1000} s, % of a core`,
      short((workers.steady.cores / tasks.length) * 100),
    ],
    [
      "an exporter's RSS, part of its process / what it adds, MB",
      `${short(workers.rssMb.end / tasks.length)} / ${short(added / tasks.length)}`,
    ],
  ];
}

function scrapingRows({ page, durationsMs }: Scraping): readonly Cells[] {
  const series = page.match(/^[^#\n]/gm)?.length ?? 0;
  return [
    ["the Collector's page, series / MB", `${series} / ${short(page.length / 1e6)}`],
    ['- a scrape of it took, p50 / most, ms', `${short(median(durationsMs))} / ${short(Math.max(...durationsMs))}`],
  ];
}

/** Medians: the first export of a task is smaller, since rates need two samples. */
function sizeRows({ compression }: Plan, { reports }: Pick<FleetRun, 'reports'>): readonly Cells[] {
  const isPlain = compression === 'none';
  const rows = SIZES.map((size) => {
    const exports = exportsOf({ reports }).filter(({ containers }) => containers === size);
    const figure = (of: (each: SentExport) => number): string => median(exports.map(of)).toFixed(0);
    return [
      String(size),
      figure(({ points }) => totalPoints(points)),
      figure(({ plainBytes }) => plainBytes),
      isPlain ? '-' : figure(({ bodyBytes }) => bodyBytes),
      figure(({ answer }) => answer?.wireBytes ?? Number.NaN),
    ];
  });
  return [['containers', 'points of an export', 'plain, bytes', 'gzip, bytes', 'on the wire, bytes'], ...rows];
}

function exportsOf({ reports }: Pick<FleetRun, 'reports'>): readonly SentExport[] {
  return reports.flatMap((report) => report.exports);
}

function durations(exports: readonly SentExport[]): string {
  const ms = exports.flatMap(({ answer }) => (answer === undefined ? [] : [answer.durationMs]));
  return [0.5, 0.99, 1].map((part) => short(percentile(ms, part))).join(' / ');
}

/** Aligns the first column left and numbers right. */
export function aligned(lines: readonly Cells[]): string {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  const row = (cells: Cells): string => {
    const padded = cells.map((cell, column) => {
      const width = widths[column] ?? 0;
      return column === 0 ? cell.padEnd(width) : cell.padStart(width);
    });
    return `| ${padded.join(' | ')} |`;
  };
  const [head = [], ...body] = lines;
  return [row(head), row(rule), ...body.map(row), ''].join('\n');
}
