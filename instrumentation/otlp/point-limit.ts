/** The maximum number of data points in one request. */
export interface PointLimit {
  current(): number;
  /** Halves the limit after the receiver rejected a request of this size as too large. Never below 1. */
  reduce(rejectedPoints: number): void;
}

/** Time without a rejection after which a reduced limit is doubled. */
const RECOVERY_MS = 3_600_000;

/** @param maxPoints the configured limit, which the current one never exceeds */
export function createPointLimit(maxPoints: number): PointLimit {
  let limit = maxPoints;
  let changedMs = 0;
  return {
    current() {
      const nowMs = performance.now();
      if (limit < maxPoints && nowMs - changedMs >= RECOVERY_MS) {
        limit = Math.min(2 * limit, maxPoints);
        changedMs = nowMs;
      }
      return limit;
    },
    reduce(rejectedPoints) {
      // Half of the rejected request rather than of the limit: several rejections of one size halve it once.
      limit = Math.min(limit, Math.max(1, Math.floor(rejectedPoints / 2)));
      changedMs = performance.now();
    },
  };
}
