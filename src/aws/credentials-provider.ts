import { AuthorizationError } from '../../instrumentation/otlp/authorizer.ts';
import type { Transitions } from '../log/transitions.ts';
import type { Credentials, CredentialsEndpoint, CredentialsProvider, CredentialsSource } from './credentials.ts';
import { parseCredentials } from './credentials-document.ts';
import { type ReadCredentials, readCredentials } from './credentials-endpoint.ts';
import { CredentialsError } from './credentials-error.ts';

/** Time before the expiration at which credentials are refreshed; for short-lived ones, half of their remaining lifetime. */
const REFRESH_BEFORE_MS = 300_000;
/** Interval for credentials without an expiration. */
const REFRESH_INTERVAL_MS = 900_000;
/** Credentials that expire sooner could expire in transit, so a running refresh is awaited. */
const MIN_LIFETIME_MS = 10_000;

const FIRST_BACKOFF_MS = 1000;
/** Shorter than the usual export interval, so that each export tries again. */
const MAX_BACKOFF_MS = 30_000;

interface Cached {
  readonly credentials: Credentials;
  readonly refreshAtMs: number;
  readonly expiresAtMs: number;
}

/** Access keys are constant. Credentials of an endpoint are cached, and refreshed when they are used shortly before they expire. */
export function createCredentialsProvider(
  source: CredentialsSource,
  transitions: Transitions,
  read: ReadCredentials = readCredentials,
): CredentialsProvider {
  if ('keys' in source) return async () => source.keys;
  return createEndpointProvider(source.endpoint, transitions, read);
}

function createEndpointProvider(
  endpoint: CredentialsEndpoint,
  transitions: Transitions,
  read: ReadCredentials,
): CredentialsProvider {
  let cached: Cached | undefined;
  let refreshing: Promise<void> | undefined;
  let failure: CredentialsError | undefined;
  let backoffMs = FIRST_BACKOFF_MS;
  let retryAtMs = 0;

  async function refresh(nowMs: number): Promise<void> {
    try {
      cached = cacheEntry(await read(endpoint), nowMs);
      failure = undefined;
      backoffMs = FIRST_BACKOFF_MS;
      transitions.ok('aws_credentials');
    } catch (error) {
      failure = error instanceof CredentialsError ? error : new CredentialsError('invalid', 'an unexpected error');
      retryAtMs = performance.now() + backoffMs;
      backoffMs = Math.min(2 * backoffMs, MAX_BACKOFF_MS);
      const { reason, message } = failure;
      // One topic for all reasons: an outage is logged once.
      transitions.failing('aws_credentials', 'unavailable', `cannot get AWS credentials: ${message}`, { reason });
    }
  }

  function startRefresh(nowMs: number): void {
    if (refreshing !== undefined || (failure !== undefined && performance.now() < retryAtMs)) return;
    refreshing = refresh(nowMs).finally(() => {
      refreshing = undefined;
    });
  }

  return async (nowMs) => {
    if (cached !== undefined && nowMs < cached.refreshAtMs) return cached.credentials;
    startRefresh(nowMs);
    const startedMs = performance.now();
    if (cached === undefined || nowMs >= cached.expiresAtMs - MIN_LIFETIME_MS) await refreshing;
    const laterMs = nowMs + performance.now() - startedMs;
    if (cached !== undefined && laterMs < cached.expiresAtMs) return cached.credentials;
    throw new AuthorizationError(`no valid AWS credentials: ${failure?.message ?? 'they have expired'}`);
  };
}

/** @throws CredentialsError */
function cacheEntry(body: Buffer, nowMs: number): Cached {
  const { credentials, expiresAtMs } = parseCredentials(body);
  if (expiresAtMs === undefined) {
    return { credentials, refreshAtMs: nowMs + REFRESH_INTERVAL_MS, expiresAtMs: Number.POSITIVE_INFINITY };
  }
  const lifetimeMs = expiresAtMs - nowMs;
  if (lifetimeMs <= 0) {
    throw new CredentialsError(
      'expired',
      'the credentials endpoint returned expired credentials; check the clock of the host',
    );
  }
  return { credentials, refreshAtMs: expiresAtMs - Math.min(REFRESH_BEFORE_MS, lifetimeMs / 2), expiresAtMs };
}
