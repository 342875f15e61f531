import assert from 'node:assert/strict';
import { syncBuiltinESMExports } from 'node:module';
import type { TestContext } from 'node:test';
import timers from 'node:timers/promises';
import { createEndpoint, type Endpoint, type EndpointOptions } from '../../../../src/sources/ecs-task/endpoint.ts';
import { EndpointError } from '../../../../src/sources/ecs-task/endpoint-error.ts';
import { type FaultEndpoint, type FaultEndpointOptions, startFaultEndpoint } from '../../../helpers/fault-endpoint.ts';

/** Longer than a busy machine takes for any fetch. */
export const PATIENT_MS = 60_000;

/** A client that is closed with the test. Unless the test sets a deadline, no fetch misses it. */
export function createClient(t: TestContext, url: string, options?: EndpointOptions): Endpoint {
  const client = createEndpoint(new URL(url), { deadlineMs: PATIENT_MS, tagsDeadlineMs: PATIENT_MS, ...options });
  t.after(() => client.close());
  return client;
}

/** An endpoint with two small documents, and a client of it. */
export async function setUp(
  t: TestContext,
  options?: EndpointOptions,
  serverOptions?: FaultEndpointOptions,
): Promise<{ server: FaultEndpoint; client: Endpoint }> {
  const server = await startFaultEndpoint(serverOptions);
  t.after(() => server.close());
  server.task = { Family: 'demo' };
  server.stats = { 'abc-1': null };
  return { server, client: createClient(t, server.url, options) };
}

/** What a fetch fails with; fails itself where the fetch does not, or throws anything that is not an EndpointError. */
export async function failureOf(fetched: Promise<unknown>): Promise<EndpointError> {
  const error: unknown = await fetched.then(
    () => assert.fail('expected a failure'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof EndpointError, String(error));
  return error;
}

/** Records how long the client waits before a retry, and lets it wait no longer than `onWait` does. */
export function recordWaits(t: TestContext, onWait: (signal: AbortSignal) => Promise<void> = async () => {}): number[] {
  const waits: number[] = [];
  t.mock.method(timers, 'setTimeout', async (ms: number, _: unknown, { signal }: { signal: AbortSignal }) => {
    waits.push(ms);
    await onWait(signal);
  });
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
  return waits;
}
