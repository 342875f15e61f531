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

/** The paths of the status page. Its code is loaded with the first request. */
export function createStatusRoutes({ current, log, config }: StatusRoutesOptions): ReadonlyMap<string, Route> {
  let loading: Promise<import('./pages.ts').StatusPages> | undefined;
  let trusted: { readonly from: Status; readonly log: readonly LoggedEvent[]; readonly status: Status } | undefined;

  const pages = () => {
    loading ??= import('./pages.ts').then(({ createStatusPages }) => createStatusPages());
    return loading;
  };

  /** The same object until its content changes. */
  const statusFor: (...request: Parameters<Route>) => Status = (request, client) => {
    const from = current();
    if (!isTrusted(client, request)) return from;
    const events = log();
    if (trusted?.from !== from || trusted.log !== events) {
      trusted = { from, log: events, status: { ...from, log: events, config: config() } };
    }
    return trusted.status;
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
