import assert from 'node:assert/strict';
import { syncBuiltinESMExports } from 'node:module';
import type { TestContext } from 'node:test';
import timers from 'node:timers/promises';
import { createEndpoint, type Endpoint, type EndpointOptions } from '../../../../src/sources/ecs-task/endpoint.ts';
import { EndpointError } from '../../../../src/sources/ecs-task/endpoint-error.ts';
import { type FaultEndpoint, type FaultEndpointOptions, startFaultEndpoint } from '../../../helpers/fault-endpoint.ts';

/** Longer than any fetch takes on a busy machine. */
export const LONG_DEADLINE_MS = 60_000;

/** A client that is closed with the test. By default, no fetch exceeds its deadline. */
export function createClient(t: TestContext, url: string, options?: EndpointOptions): Endpoint {
  const client = createEndpoint(new URL(url), {
    deadlineMs: LONG_DEADLINE_MS,
    tagsDeadlineMs: LONG_DEADLINE_MS,
    ...options,
  });
  t.after(() => client.close());
  return client;
}

/** An endpoint with two small documents, and its client. */
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

/** The EndpointError of a fetch. Rejects if the fetch succeeds or throws another error. */
export async function failureOf(fetched: Promise<unknown>): Promise<EndpointError> {
  const error: unknown = await fetched.then(
    () => assert.fail('expected a failure'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof EndpointError, String(error));
  return error;
}

/** Records the delays before retries; each lasts only as long as `onWait`. */
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
