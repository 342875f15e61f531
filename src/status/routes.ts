import type { Route } from '../../instrumentation/http/router.ts';
import type { LoggedEvent } from '../log/recent-events.ts';
import type { Status } from './status.ts';
import { isTrusted } from './trust.ts';

export interface StatusRoutesOptions {
  readonly current: () => Status;
  /** The last log events; a new list when there are more. */
  readonly log: () => readonly LoggedEvent[];
  /** The configuration without secrets. */
  readonly config: () => object;
}

/** The paths of the status page. The code is loaded at the first request. */
export function createStatusRoutes({ current, log, config }: StatusRoutesOptions): ReadonlyMap<string, Route> {
  let loading: Promise<import('./pages.ts').StatusPages> | undefined;
  /** By the status for all clients, with which it leaves memory. */
  const trusted = new WeakMap<Status, { readonly log: readonly LoggedEvent[]; readonly status: Status }>();

  const pages = () => {
    loading ??= import('./pages.ts').then(({ createStatusPages }) => createStatusPages());
    return loading;
  };

  /** The same object until its content changes. */
  const statusFor: (...request: Parameters<Route>) => Status = (request, client) => {
    const from = current();
    if (!isTrusted(client, request)) return from;
    const events = log();
    const known = trusted.get(from);
    if (known?.log === events) return known.status;
    const status = { ...from, log: events, config: config() };
    trusted.set(from, { log: events, status });
    return status;
  };

  return new Map<string, Route>([
    [
      '/',
      async (request, client) => (await pages()).page(statusFor(request, client), request.headers['accept-encoding']),
    ],
    [
      '/api/status',
      async (request, client) => (await pages()).json(statusFor(request, client), request.headers['accept-encoding']),
    ],
    ['/status.css', async () => (await pages()).style],
    ['/status.js', async () => (await pages()).script],
  ]);
}
