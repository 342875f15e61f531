import { at } from '../real/json.ts';
import type { Served } from './faulty-task.ts';
import type { Quantity } from './quantities.ts';
import type { Shape, TrueStats } from './true-task.ts';

interface Source {
  readonly run: number;
  readonly last: number;
  readonly total: number;
  readonly isGoodSample: boolean;
}

/** The true total of one counter of the task, as far as good samples were served. */
export interface TrueTotal {
  /** Adds one poll. Returns the total after it. */
  follow(served: Served): number;
}

/** The first poll sets the initial values even without good samples: a total must include every container. */
export function createTrueTotal(quantity: Quantity, shape: Shape): TrueTotal {
  const sources = new Map<string, Source>();
  let isFirst = true;

  function add(source: string, { run, document }: TrueStats, isGoodSample: boolean): void {
    const value = quantity.read(document);
    const before = sources.get(source);
    if (value === undefined || (!isGoodSample && !isFirst)) return;
    const isNewRun = before?.run !== run && quantity.isPerRun;
    const isUnknown = before === undefined || (!before.isGoodSample && isNewRun);
    const growth = isNewRun ? value : value - (before?.last ?? 0);
    sources.set(source, { run, last: value, total: isUnknown ? value : before.total + growth, isGoodSample });
  }

  return {
    follow(served) {
      const isShared = shape === 'fargate' && quantity.family === 'network';
      let newest: TrueStats | undefined;
      let isNewestGood = false;
      for (const [name, { stats }] of served.truth.containers) {
        if (stats === undefined) continue;
        const isGoodSample = isSuccessful(served, name, stats, quantity);
        if (!isShared) {
          add(name, stats, isGoodSample);
        } else if (newest === undefined || (isGoodSample && (!isNewestGood || stats.readNs > newest.readNs))) {
          newest = stats;
          isNewestGood = isGoodSample;
        }
      }
      if (newest !== undefined) add('task', newest, isNewestGood);
      isFirst = false;
      return [...sources.values()].reduce((sum, { total }) => sum + total, 0);
    },
  };
}

/** True if the container was served with the true value, in a document that is a sample. */
export function isSuccessful(
  { truth, task, stats }: Served,
  name: string,
  trueStats: TrueStats,
  quantity: Quantity,
): boolean {
  const id = truth.containers.get(name)?.id ?? '';
  const containers = at(task, 'Containers');
  const isListed = Array.isArray(containers) && containers.some((entry) => at(entry, 'DockerId') === id);
  if (!isListed || typeof stats !== 'object') return false;
  const document = at(stats.body, id);
  // Such a document is not a sample: CPU time 0 and no memory.
  const isZeroReading =
    at(document, 'cpu_stats', 'cpu_usage', 'total_usage') === 0 && at(document, 'memory_stats', 'usage') === undefined;
  return !isZeroReading && quantity.read(document) === quantity.read(trueStats.document);
}
