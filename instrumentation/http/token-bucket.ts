/** Allows `burst` events at once, and one more per interval. */
export interface TokenBucketOptions {
  readonly intervalMs: number;
  readonly burst: number;
}

export interface TokenBucket {
  /** Takes a token; false if there is none. */
  take(nowMs: number): boolean;
  giveBack(): void;
  /** Whole seconds until there is a token, at least 1. */
  secondsToNext(nowMs: number): number;
}

export function createTokenBucket({ intervalMs, burst }: TokenBucketOptions): TokenBucket {
  let tokens = burst;
  let atMs: number | undefined;

  function refill(nowMs: number): void {
    tokens = Math.min(burst, tokens + (nowMs - (atMs ?? nowMs)) / intervalMs);
    atMs = nowMs;
  }

  return {
    take(nowMs) {
      refill(nowMs);
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
    giveBack() {
      tokens = Math.min(burst, tokens + 1);
    },
    secondsToNext(nowMs) {
      refill(nowMs);
      return Math.max(1, Math.ceil(((1 - tokens) * intervalMs) / 1_000));
    },
  };
}

/** Adds a value at the end of a map, and removes the oldest ones beyond `max`. */
export function remember<Key, Value>(map: Map<Key, Value>, key: Key, value: Value, max: number): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (oldest !== undefined && map.size > max) map.delete(oldest);
}
