/** The timeout of one document: set by an option, limited by the interval, and aborted at shutdown. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Config } from '../../src/config/config.ts';
import { createTransitions } from '../../src/log/transitions.ts';
import { createTaskSource } from '../../src/wiring.ts';
import { testConfig } from '../helpers/config.ts';
import { startFaultEndpoint } from '../helpers/fault-endpoint.ts';
import { recordingLogger } from '../helpers/recording-logger.ts';
import { startRunningExporter } from '../helpers/running.ts';
import { stopClock } from '../helpers/test-clock.ts';

/** The log message for an endpoint that never responds. */
async function timeoutMessage(t: TestContext, changes: Partial<Config>): Promise<string> {
  const server = await startFaultEndpoint();
  t.after(() => server.close());
  server.fault = 'hang';
  const transitions = createTransitions({ logger: recordingLogger() });
  const source = await createTaskSource(testConfig(server.url, changes), transitions);
  t.after(() => source.close());
  const [failure] = (await source.poll()).failures;
  assert.equal(failure?.code, 'timeout');
  return failure.message;
}

test('the option sets the timeout of a document', async (t) => {
  assert.match(await timeoutMessage(t, { endpointTimeoutMs: 70, intervalMs: 3_600_000 }), /within 70 ms/);
});

test('the interval limits the timeout', async (t) => {
  assert.match(await timeoutMessage(t, { endpointTimeoutMs: 3_600_000, intervalMs: 80 }), /within 80 ms/);
});

test('shutdown does not wait for a long timeout', async (t) => {
  const running = await startRunningExporter(t, { endpointTimeoutMs: 3_600_000 });
  running.endpoint.fault = 'hang';
  await stopClock(t).during(running.exporter.shutdown(), () => true);
  const last = running.lines().at(-1);
  assert.deepEqual([last?.event, last?.fields['reason']], ['poll_failing', 'reset']);
  assert.match(last?.message ?? '', /shutting down/);
});
