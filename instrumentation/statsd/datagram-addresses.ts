import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';

/** The addresses of a host, the best one first. */
export type Resolver = (signal: AbortSignal) => Promise<readonly LookupAddress[]>;

const ADDRESSES_LAST_MS = 60_000;

/**
 * Looks a host up once a minute. Only the first export waits for that: later ones take the addresses that are known, and go
 * on with them while the host cannot be looked up. IPv4 comes first, as it is what agents listen on by default.
 */
export function createResolver(
  host: string,
  {
    ask = () => lookup(host, { all: true, order: 'ipv4first' }),
    nowMs = () => performance.now(),
  }: { ask?: () => Promise<readonly LookupAddress[]>; nowMs?: () => number } = {},
): Resolver {
  let known: readonly LookupAddress[] | undefined;
  let askedMs = Number.NEGATIVE_INFINITY;
  let asking: Promise<readonly LookupAddress[]> | undefined;

  async function askAnew(): Promise<readonly LookupAddress[]> {
    const addresses = await ask();
    known = addresses;
    askedMs = nowMs();
    return addresses;
  }

  return async (signal) => {
    if (known !== undefined && nowMs() - askedMs <= ADDRESSES_LAST_MS) return known;
    asking ??= askAnew().finally(() => {
      asking = undefined;
    });
    if (known === undefined) return Promise.race([asking, abortionOf(signal)]);
    // What is known does, until the answer is there; and if there is none, on.
    asking.catch(() => {});
    return known;
  };
}

async function abortionOf(signal: AbortSignal): Promise<never> {
  await once(signal, 'abort');
  throw signal.reason;
}
