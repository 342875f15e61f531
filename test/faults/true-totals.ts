import { at } from '../real/json.ts';
import type { Served } from './faulty-task.ts';
import type { Quantity } from './quantities.ts';
import type { Shape, TrueStats } from './true-task.ts';

interface Source {
  readonly run: number;
  readonly last: number;
  readonly total: number;
  readonly isSeen: boolean;
}

/** The task's true total of one counter, as far as good samples were served. */
export interface TrueTotal {
  /** Accounts for one poll, and returns the total after it. */
  follow(served: Served): number;
}

/**
 * The first poll sets the values that growth is added to, served or not: a total without one of the containers is wrong.
 */
export function createTrueTotal(quantity: Quantity, shape: Shape): TrueTotal {
  const sources = new Map<string, Source>();
  let isFirst = true;

  function add(source: string, { run, document }: TrueStats, isSeen: boolean): void {
    const value = quantity.read(document);
    const before = sources.get(source);
    if (value === undefined || (!isSeen && !isFirst)) return;
    const isNewRun = before?.run !== run && quantity.isPerRun;
    const isUnknown = before === undefined || (!before.isSeen && isNewRun);
    const growth = isNewRun ? value : value - (before?.last ?? 0);
    sources.set(source, { run, last: value, total: isUnknown ? value : before.total + growth, isSeen });
  }

  return {
    follow(served) {
      const isShared = shape === 'fargate' && quantity.family === 'network';
      let newest: TrueStats | undefined;
      let isNewestSeen = false;
      for (const [name, { stats }] of served.truth.containers) {
        if (stats === undefined) continue;
        const isSeen = isGood(served, name, stats, quantity);
        if (!isShared) {
          add(name, stats, isSeen);
        } else if (newest === undefined || (isSeen && (!isNewestSeen || stats.readNs > newest.readNs))) {
          newest = stats;
          isNewestSeen = isSeen;
        }
      }
      if (newest !== undefined) add('task', newest, isNewestSeen);
      isFirst = false;
      return [...sources.values()].reduce((sum, { total }) => sum + total, 0);
    },
  };
}

/** Whether the container was served with the true value in a document that is a sample. */
export function isGood(
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
  // See shared/cases/01-zero-reading: such a document is no sample.
  const isZeroReading =
    at(document, 'cpu_stats', 'cpu_usage', 'total_usage') === 0 && at(document, 'memory_stats', 'usage') === undefined;
  return !isZeroReading && quantity.read(document) === quantity.read(trueStats.document);
}
