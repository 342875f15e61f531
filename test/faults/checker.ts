import { metricsOf, type OtlpExport, type OtlpMetric, type OtlpPoint, pointsOf } from '../helpers/otlp-export.ts';
import { type Exposition, parseExposition } from '../real/exposition.ts';
import type { Served } from './faulty-task.ts';
import { createCounterCheck, createPresence, isBetween, type Presence } from './point-checks.ts';
import { LIMITS, type Quantity, quantitiesOf } from './quantities.ts';
import { coresBetween, precpuOf, readingOf, type Shape, type TrueStats } from './true-task.ts';
import { createTrueTotal } from './true-totals.ts';

const TASK_PAGE_COUNTER = /^ecs_task_.*_total$/;
/** Number of polls for which an earlier sample can replace a missing one. */
const KEPT_POLLS = 8;
/** Number of polls after which a total must include a sample that was held back. */
const LATE_POLLS = 4;

export interface Report {
  readonly violations: readonly string[];
  readonly violationCount: number;
  readonly presence: Presence;
  /** The highest value of the task, with its limit. */
  readonly maxima: ReadonlyMap<string, { readonly value: number; readonly limit: number }>;
  readonly counterSeries: number;
  readonly counterPoints: number;
  /** Largest relative difference between a sum of deltas and the truth. */
  readonly largestDeltaError: number;
  readonly deltaSeries: number;
  /** Delta points that repeat the interval of the previous point. */
  readonly repeated: number;
}

/** Compares the exports of one exporter with the true state of its task. */
export interface Checker {
  /** Responses of the endpoint to the next poll. */
  poll(served: Served): void;
  page(text: string): void;
  /** Every export, in order. */
  export(exported: OtlpExport): void;
  report(): Report;
}

export function createChecker(shape: Shape): Checker {
  const quantities = quantitiesOf(shape);
  const totals = quantities.filter(hasTotal).map((quantity) => ({
    quantity,
    follow: createTrueTotal(quantity, shape),
    /** After each poll, from 1. */
    byPoll: [0],
  }));
  const polls: Served[] = [];
  /** By container and the time of the sample. */
  const samples = new Map<string, TrueStats>();
  const pollBySampleNs = new Map<bigint, number>();
  const maxima = new Map<string, { value: number; limit: number }>();
  const violations: string[] = [];
  let violationCount = 0;
  let deltaPolls = 0;
  /** Start of the last delta of the exporter's polls. */
  let countedFrom = { startNs: 0n, polls: 0 };
  const presence = createPresence();

  const violation = (what: string): void => {
    violationCount += 1;
    if (violations.length < 20) violations.push(`poll ${polls.length}: ${what}`);
  };
  const check = createCounterCheck(violation);

  function checkLimit(name: string, value: number): void {
    const limit = LIMITS[name];
    if (limit === undefined) return;
    const before = maxima.get(name);
    if (before === undefined || value > before.value) maxima.set(name, { value, limit });
    if (value > limit) violation(`${name} of the task is ${value}, above ${limit}`);
  }

  /** The allowed values of a total after a poll: up to `LATE_POLLS` late after a fault, never early. */
  function rangeOf(byPoll: readonly number[], poll: number): readonly [number, number] {
    const high = byPoll[poll] ?? 0;
    const isCalm = polls.slice(Math.max(0, poll - LATE_POLLS), poll).every(({ fault }) => fault === undefined);
    return [isCalm ? high : (byPoll[Math.max(0, poll - LATE_POLLS)] ?? 0), high];
  }

  function checkTotal(series: string, value: number, [low, high]: readonly [number, number]): void {
    if (isBetween(value, low, high)) return;
    violation(`${series} is ${value}, not ${low === high ? high : `${low} to ${high}`}`);
  }

  /** Samples that a value scraped after the poll can come from, newest first. */
  function recent(container: string, poll: number): readonly TrueStats[] {
    return polls
      .slice(Math.max(0, poll - KEPT_POLLS), poll)
      .toReversed()
      .flatMap(({ truth }) => truth.containers.get(container)?.stats ?? []);
  }

  function checkPage(page: Exposition): void {
    const poll = page.value('ecs_task_exporter_polls_total') ?? 0;
    const served = polls[poll - 1];
    if (served === undefined) return;
    for (const { name, labels, value } of page.series) {
      if (labels.get('container_name') !== '_task_') continue;
      checkLimit(name, value);
      if (TASK_PAGE_COUNTER.test(name)) check.monotonic(`page ${name}`, value);
    }
    for (const quantity of quantities) {
      const { family, pageName } = quantity;
      for (const [container, { stats }] of served.truth.containers) {
        const labels = { container_name: container, ...(family === 'page faults' && { type: 'minor' }) };
        const found = page.having(labels).filter(({ name }) => name === pageName);
        const value = found.length === 0 ? undefined : found.reduce((sum, series) => sum + series.value, 0);
        if (stats !== undefined) presence.count(`page, ${family}`, value !== undefined);
        if (value === undefined) continue;
        const isTrue = recent(container, poll).some(({ document }) => isClose(value, quantity.read(document)));
        if (!isTrue) violation(`page: ${pageName} of ${container} is ${value}, which is in no sample`);
      }
    }
    for (const { quantity, byPoll } of totals) {
      const value = page.value(quantity.pageName, { container_name: '_task_' });
      presence.count(`page, _task_ ${quantity.family}`, value !== undefined);
      if (!quantity.isCounter || value === undefined) continue;
      checkTotal(`page: ${quantity.pageName} of the task`, value, rangeOf(byPoll, poll));
    }
    presence.count('page, _task_ cpu', page.value('ecs_task_cpu_cores', { container_name: '_task_' }) !== undefined);
  }

  function sampleOf(container: string, timeNs: bigint, name: string): TrueStats | undefined {
    const sample = samples.get(`${container} ${timeNs}`);
    if (sample === undefined) violation(`${name} of ${container} has the time ${timeNs}, which is of no sample`);
    return sample;
  }

  function checkContainers(exported: OtlpExport, served: Served, isDeltas: boolean): void {
    for (const quantity of quantities) {
      const metric = metricsOf(exported).find(({ name }) => name === quantity.name);
      const isDelta = metric?.temporality === 'delta' && metric.isMonotonic;
      for (const [container, { stats }] of served.truth.containers) {
        if (shape === 'fargate' && quantity.family === 'network') continue;
        const [point, other] = pointsOf(exported, quantity.name, {
          'container.name': container,
          ...quantity.attributes,
        });
        if (stats !== undefined && !(isDeltas && quantity.isCounter) && hasPoint(quantity, stats)) {
          presence.count(`otlp, ${quantity.family}`, point !== undefined);
        }
        if (point === undefined || metric === undefined) continue;
        const series = `${quantity.name} ${JSON.stringify(quantity.attributes)} of ${container}`;
        if (other !== undefined) violation(`${series} has two points`);
        const sample = sampleOf(container, point.timeNs, series);
        const truth = sample && quantity.read(sample.document);
        if (sample === undefined || truth === undefined) continue;
        if (isDelta) {
          const base = samples.get(`${container} ${point.startNs}`);
          // Another run starts at 0.
          const isSameRun = base !== undefined && (!quantity.isPerRun || base.run === sample.run);
          check.delta(series, point, {
            value: truth,
            base: (isSameRun && quantity.read(base.document)) || 0,
            run: quantity.isPerRun ? sample.run : 0,
          });
        } else {
          if (!isClose(point.value, truth)) violation(`${series} is ${point.value}, not ${truth}`);
          if (metric.isMonotonic) check.cumulative(series, point);
        }
      }
    }
  }

  function checkTask(exported: OtlpExport, poll: number, metrics: readonly OtlpMetric[], isDeltas: boolean): void {
    for (const { quantity, byPoll } of totals) {
      const name = quantity.taskName;
      const metric = metrics.find((one) => one.name === name);
      const [point] = pointsOf(exported, name, quantity.attributes);
      const isDelta = metric?.temporality === 'delta' && metric.isMonotonic;
      if (!(isDeltas && quantity.isCounter)) presence.count(`otlp, task ${quantity.family}`, point !== undefined);
      if (point === undefined) continue;
      const series = `${name} ${JSON.stringify(quantity.attributes)}`;
      checkLimit(name, point.value);
      if (isDelta) {
        const base = byPoll[pollBySampleNs.get(point.startNs) ?? 0] ?? 0;
        const [low, value] = rangeOf(byPoll, poll);
        check.delta(series, point, { value, low, base, run: 0 });
      } else if (quantity.isCounter) {
        check.cumulative(series, point);
        checkTotal(series, point.value, rangeOf(byPoll, poll));
      } else {
        checkSum(exported, quantity, point.value, poll);
      }
    }
    checkCores(exported, poll);
  }

  /** A gauge of the task is the sum over all running containers, or absent. */
  function checkSum(
    exported: OtlpExport,
    { name, attributes }: Pick<Quantity, 'name' | 'attributes'>,
    of: number,
    poll: number,
  ): void {
    const points = pointsOf(exported, name, attributes);
    const sum = points.reduce((total, { value }) => total + value, 0);
    if (!isClose(of, sum)) violation(`the task's sum of ${name} is ${of}, not ${sum}`);
    const names = new Set(points.map((point) => point.attributes.get('container.name')));
    const missing = runningAt(poll).filter((container) => !names.has(container));
    if (missing.length > 0) violation(`the task's sum of ${name} is without ${missing.join()}`);
  }

  function runningAt(poll: number): readonly string[] {
    const containers = polls[poll - 1]?.truth.containers ?? new Map<string, never>();
    return [...containers].filter(([, { stats }]) => stats !== undefined).map(([name]) => name);
  }

  /** Cores are a rate between two samples. */
  function checkCores(exported: OtlpExport, poll: number): void {
    const [ofTask] = pointsOf(exported, 'aws.ecs.task.cpu.usage');
    presence.count('otlp, task cpu', ofTask !== undefined);
    if (ofTask !== undefined) {
      checkLimit('aws.ecs.task.cpu.usage', ofTask.value);
      checkSum(exported, { name: 'container.cpu.usage', attributes: {} }, ofTask.value, poll);
    }
    for (const point of pointsOf(exported, 'container.cpu.usage')) {
      const container = String(point.attributes.get('container.name'));
      const now = sampleOf(container, point.timeNs, 'container.cpu.usage');
      if (now === undefined) continue;
      const before = recent(container, poll).flatMap((one) => [readingOf(one), precpuOf(one.document)]);
      const isTrue = before.some(
        (one) => one !== undefined && isClose(point.value, coresBetween(one, readingOf(now)), 1e-6),
      );
      if (!isTrue) violation(`container.cpu.usage of ${container} is ${point.value}`);
    }
  }

  return {
    poll(served) {
      polls.push(served);
      for (const [container, { stats }] of served.truth.containers) {
        if (stats === undefined) continue;
        samples.set(`${container} ${stats.readNs}`, stats);
        if (!pollBySampleNs.has(stats.readNs)) pollBySampleNs.set(stats.readNs, polls.length);
      }
      for (const { follow, byPoll } of totals) byPoll.push(follow.follow(served));
    },
    page: (text) => checkPage(parseExposition(text)),
    export(exported) {
      const metrics = metricsOf(exported);
      const counted = pollsOf(exported, metrics);
      // An export whose answer was lost is repeated as a part of the next one.
      const isRepeated = counted.isDelta && counted.startNs === countedFrom.startNs;
      if (counted.isDelta && !isRepeated) countedFrom = { startNs: counted.startNs, polls: deltaPolls };
      const poll = counted.isDelta ? countedFrom.polls + counted.value : counted.value;
      if (counted.isDelta) deltaPolls = poll;
      const served = polls[poll - 1];
      if (served === undefined) return;
      for (const { name, isMonotonic, temporality, points } of metrics) {
        if (!isMonotonic || temporality !== 'delta') continue;
        for (const { value, startNs, timeNs } of points) {
          if (value < 0 || startNs > timeNs) violation(`${name}: ${value} from ${startNs} to ${timeNs}`);
        }
      }
      checkContainers(exported, served, counted.isDelta);
      checkTask(exported, poll, metrics, counted.isDelta);
    },
    report: () => ({ violations, violationCount, presence, maxima, ...check.figures() }),
  };
}

/** Containers without disk I/O have no point of a device. */
function hasPoint({ family, read }: Quantity, { document }: TrueStats): boolean {
  return family !== 'disk' || read(document) !== 0;
}

function hasTotal(quantity: Quantity): quantity is Quantity & { readonly taskName: string } {
  return quantity.taskName !== undefined;
}

function pollsOf(
  exported: OtlpExport,
  metrics: readonly OtlpMetric[],
): { readonly value: number; readonly startNs: bigint; readonly isDelta: boolean } {
  const metric = metrics.find(({ name }) => name === 'aws.ecs.exporter.polls');
  const [point]: readonly (OtlpPoint | undefined)[] = pointsOf(exported, 'aws.ecs.exporter.polls');
  return { value: point?.value ?? 0, startNs: point?.startNs ?? 0n, isDelta: metric?.temporality === 'delta' };
}

/** Floating-point sums differ in their last digits. */
export function isClose(a: number, b: number | undefined, tolerance = 1e-9): boolean {
  return b !== undefined && Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b));
}
