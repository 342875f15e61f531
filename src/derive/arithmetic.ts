/** To 4 decimal places, exact ties to the even digit, as the old program rounded (Python's `round`). */
export function round4(value: number): number {
  // A double that lies exactly between two 4-digit decimals is an odd multiple of 1/32 (20000 = 2^5 x 625), and scaling
  // by 32 is exact.
  const thirtySeconds = value * 32;
  if (Number.isInteger(thirtySeconds) && thirtySeconds % 2 !== 0) {
    const below = Math.floor(value * 10_000);
    return (below % 2 === 0 ? below : below + 1) / 10_000;
  }
  return Number(value.toFixed(4));
}

/** `value / by`, or undefined where one is missing or `by` is 0. */
export function divided(value: number | undefined, by: number | undefined): number | undefined {
  return value === undefined || by === undefined || by === 0 ? undefined : value / by;
}

/** The value, or undefined where it is not above 0. */
export function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined;
}

/** `to - from`, or undefined where one is missing or the counter fell. */
export function growth(from: number | undefined, to: number | undefined): number | undefined {
  if (from === undefined || to === undefined || to < from) return undefined;
  return to - from;
}
