/** Why a value is invalid. Stable: these are label values of a metric. */
export const REFUSAL_REASONS = [
  'wrong_type',
  'negative',
  'out_of_range',
  'bad_time',
  'no_id',
  'no_name',
  'duplicate_id',
  'duplicate_name',
  'reserved_name',
  'unknown_id',
  'too_many',
  'internal',
] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** Counts what was refused while one document was read. */
export interface Refusals {
  add(reason: RefusalReason): void;
  readonly counts: ReadonlyMap<RefusalReason, number>;
}

export function createRefusals(): Refusals {
  const counts = new Map<RefusalReason, number>();
  return {
    counts,
    add(reason) {
      counts.set(reason, (counts.get(reason) ?? 0) + 1);
    },
  };
}
