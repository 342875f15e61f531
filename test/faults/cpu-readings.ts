import { timeOf } from '../../src/snapshot/time.ts';
import { createInvalidValues } from '../../src/snapshot/values.ts';
import { at } from '../real/json.ts';
import type { TrueStats } from './demo-truth.ts';

/** A reading of a container's CPU time. */
export interface CpuTime {
  readonly readNs: bigint;
  readonly totalNs: unknown;
}

const TOTAL = ['cpu_usage', 'total_usage'] as const;

export function readingOf({ readNs, document }: TrueStats): CpuTime {
  return { readNs, totalNs: at(document, 'cpu_stats', ...TOTAL) };
}

/** The earlier reading in the same document. */
export function precpuOf(document: unknown): CpuTime | undefined {
  const readNs = timeOf(at(document, 'preread'), createInvalidValues());
  return readNs === undefined ? undefined : { readNs, totalNs: at(document, 'precpu_stats', ...TOTAL) };
}

export function coresBetween(before: CpuTime, now: CpuTime): number {
  return (Number(now.totalNs) - Number(before.totalNs)) / Number(now.readNs - before.readNs);
}
