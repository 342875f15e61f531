import type { EpochNs } from '../snapshot/snapshot.ts';
import type { TaskTotals, TotalKey } from './view.ts';

/** What one source (a container, or an interface of a network namespace) had counted at its latest reading. */
export interface Posting {
  readonly source: string;
  /** The container or network namespace that the source belongs to. */
  readonly owner: string;
  readonly readNs: EpochNs;
  readonly counters: TaskTotals;
  /** Counters that reset since the previous posting. */
  readonly reset?: readonly string[] | undefined;
  /** True where the counters outlive every container that shows them: one that falls was counted in another way before. */
  readonly isLasting?: boolean;
}

/**
 * Counters of the task. Adding up what the containers show now would fall whenever one of them ends or starts again, and
 * a counter that falls reads as a reset, so as a jump of everything that is left. Hence the growth of each source is
 * added instead, and what a source has done stays.
 */
export interface Ledger {
  readonly totals: TaskTotals;
  readonly sources: ReadonlyMap<string, Posting>;
}

/** A task has tens of sources; a local endpoint that shows a whole machine may go through thousands. */
const MAX_IDLE_SOURCES = 1000;

export const EMPTY_LEDGER: Ledger = { totals: {}, sources: new Map() };

/**
 * Adds a poll's postings. A posting that is not newer than its source's last one says nothing (in a shared network
 * namespace each container has its own, older or newer, reading of the same counters). A source that posts nothing is kept
 * (stats and metadata can miss a container for once) until such sources are many; what it added stays in any case.
 *
 * @param isOver whether a source's owner began a new life since: its counters start from 0 again.
 * @param rewoundTo the stamp of an owner's sample that went back behind the one before: its clock was set back.
 */
export function settle(
  ledger: Ledger,
  postings: readonly Posting[],
  isOver: (posting: Posting) => boolean,
  rewoundTo: ReadonlyMap<string, EpochNs> = new Map(),
): Ledger {
  const totals: Partial<Record<TotalKey, number>> = { ...ledger.totals };
  const sources = new Map<string, Posting>();
  const isCrowded = ledger.sources.size > MAX_IDLE_SOURCES + 2 * postings.length;
  const posted = new Set(postings.map(({ source }) => source));
  for (const [source, posting] of ledger.sources) {
    if (isOver(posting) || (isCrowded && !posted.has(source))) continue;
    const readNs = rewoundTo.get(posting.owner);
    sources.set(source, readNs === undefined ? posting : { ...posting, readNs });
  }
  for (const posting of postings.toSorted(newestFirst)) {
    const last = sources.get(posting.source);
    if (last !== undefined && posting.readNs <= last.readNs) continue;
    // A counter that is missing for once goes on from where it was.
    const counters: Partial<Record<TotalKey, number>> = { ...last?.counters };
    for (const key of keysOf(posting.counters)) {
      const before = counters[key] ?? 0;
      const value = posting.counters[key] ?? 0;
      // Zeros of one container: a counter that outlives the containers does not return to 0.
      if (posting.isLasting && value === 0 && before > 0) continue;
      const hasReset = posting.reset?.includes(key) ?? false;
      totals[key] = (totals[key] ?? 0) + grown(before, value, hasReset, posting.isLasting);
      counters[key] = value;
    }
    sources.set(posting.source, { ...posting, counters });
  }
  return { totals, sources };
}

/** A counter that reset or decreased counts from 0 again, unless it is lasting. */
function grown(before: number, value: number, hasReset: boolean, isLasting = false): number {
  if (isLasting) return Math.max(0, value - before);
  return hasReset || value < before ? value : value - before;
}

/** Of two postings with one time, the more complete one comes first: it lacks no held-back counters. */
function newestFirst(a: Posting, b: Posting): number {
  if (a.readNs === b.readNs) return keysOf(b.counters).length - keysOf(a.counters).length;
  return a.readNs > b.readNs ? -1 : 1;
}

function keysOf(totals: TaskTotals): readonly TotalKey[] {
  return TOTAL_KEYS.filter((key) => totals[key] !== undefined);
}

const TOTAL_KEYS: readonly TotalKey[] = [
  'cpuNs',
  'rx_bytes',
  'rx_packets',
  'rx_errors',
  'rx_dropped',
  'tx_bytes',
  'tx_packets',
  'tx_errors',
  'tx_dropped',
  'readBytes',
  'writtenBytes',
  'reads',
  'writes',
];
