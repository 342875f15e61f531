import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';

/** Returns the addresses of a host in the order of preference. Rejects with the signal's reason on abort. */
export type Resolver = (signal: AbortSignal) => Promise<readonly LookupAddress[]>;

const CACHE_MS = 60_000;

/**
 * Looks up a host once per minute. Only the first export waits for the result. Later exports use the previous addresses, even
 * while lookups fail. IPv4 comes first, because agents listen on it by default.
 */
export function createResolver(
  host: string,
  {
    lookUp = () => lookup(host, { all: true, order: 'ipv4first' }),
    nowMs = () => performance.now(),
  }: { lookUp?: () => Promise<readonly LookupAddress[]>; nowMs?: () => number } = {},
): Resolver {
  let cached: readonly LookupAddress[] | undefined;
  let cachedAtMs = Number.NEGATIVE_INFINITY;
  let pending: Promise<readonly LookupAddress[]> | undefined;

  async function refresh(): Promise<readonly LookupAddress[]> {
    const addresses = await lookUp();
    cached = addresses;
    cachedAtMs = nowMs();
    return addresses;
  }

  return async (signal) => {
    if (cached !== undefined && nowMs() - cachedAtMs <= CACHE_MS) return cached;
    pending ??= refresh().finally(() => {
      pending = undefined;
    });
    if (cached === undefined) return Promise.race([pending, rejectOnAbort(signal)]);
    // A failed refresh keeps the cached addresses; the next export tries again.
    pending.catch(() => {});
    return cached;
  };
}

async function rejectOnAbort(signal: AbortSignal): Promise<never> {
  await once(signal, 'abort');
  throw signal.reason;
}
