import { parseArgs } from 'node:util';

/** Parameters of a fleet run. */
export interface Plan {
  readonly workers: number;
  readonly exportersPerWorker: number;
  readonly exportIntervalMs: number;
  readonly compression: 'gzip' | 'none';
  /** All exporters start and stop at the same time. Otherwise starts are spread over an interval, stops over half of one. */
  readonly isTogether: boolean;
  /** Idle timeout of connections to the Collector, as of a load balancer. The Collector has none by default. */
  readonly idleTimeoutMs: number | undefined;
  /** The Collector also serves a page, which is scraped. */
  readonly isScraped: boolean;
  /** CPU limit of the Collector, in cores. */
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

/** @throws for an unknown option or an invalid number. */
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

/** Delays of the exporters of a worker, such that the exporters of all workers are evenly spread over `ms`. */
export function spreadOver(ms: number, plan: Plan, worker: number): number[] {
  const all = plan.workers * plan.exportersPerWorker;
  return Array.from({ length: plan.exportersPerWorker }, (_, index) => ((index * plan.workers + worker) * ms) / all);
}

function positive(number: number, what: string): number {
  if (!(Number.isSafeInteger(number) && number > 0)) throw new RangeError(`not a number of ${what}: ${number}`);
  return number;
}
