import { parseArgs } from 'node:util';

/** How a fleet is run. */
export interface Plan {
  readonly workers: number;
  readonly exportersPerWorker: number;
  readonly exportIntervalMs: number;
  readonly compression: 'gzip' | 'none';
  /** All exporters start at the same moment, and stop so, instead of spread over an interval and half of one. */
  readonly isTogether: boolean;
  /** After which the Collector closes an idle connection, as load balancers do; by itself it never does. */
  readonly idleTimeoutMs: number | undefined;
  /** The Collector serves everything as a page as well, and Prometheus reads it. */
  readonly isScraped: boolean;
  /** The part of a core that the Collector gets. */
  readonly vcpu: number | undefined;
  /** From the last start to the first stop. */
  readonly runMs: number;
}

const OPTIONS = {
  seconds: { type: 'string', default: '120' },
  exporters: { type: 'string', default: '200' },
  interval: { type: 'string', default: '10' },
  together: { type: 'boolean', default: false },
  plain: { type: 'boolean', default: false },
  scraped: { type: 'boolean', default: false },
  vcpu: { type: 'string' },
  'idle-timeout': { type: 'string' },
} as const;

const WORKERS = 4;

/** @throws for an option that does not exist, and for a number that makes no sense. */
export function readPlan(args: readonly string[]): Plan {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  return {
    workers: WORKERS,
    exportersPerWorker: positive(Number(values.exporters) / WORKERS, 'exporters, divided by four'),
    exportIntervalMs: positive(Number(values.interval) * 1000, 'milliseconds'),
    compression: values.plain ? 'none' : 'gzip',
    isTogether: values.together,
    isScraped: values.scraped,
    vcpu: values.vcpu === undefined ? undefined : Number(values.vcpu),
    idleTimeoutMs:
      values['idle-timeout'] === undefined
        ? undefined
        : positive(Number(values['idle-timeout']) * 1000, 'milliseconds'),
    runMs: positive(Number(values.seconds) * 1000, 'milliseconds'),
  };
}

/** So many milliseconds, for each exporter of a worker, that those of all workers are evenly spread over `ms`, by turns. */
export function spreadOver(ms: number, plan: Plan, worker: number): number[] {
  const all = plan.workers * plan.exportersPerWorker;
  return Array.from({ length: plan.exportersPerWorker }, (_, index) => ((index * plan.workers + worker) * ms) / all);
}

function positive(number: number, what: string): number {
  if (!(Number.isSafeInteger(number) && number > 0)) throw new RangeError(`not a number of ${what}: ${number}`);
  return number;
}
