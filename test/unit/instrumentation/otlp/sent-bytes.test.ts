import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { createOtlpExporter } from '../../../../instrumentation/otlp/otlp-exporter.ts';
import { startFaultReceiver } from '../../../helpers/fault-receiver.ts';
import { stopClock } from '../../../helpers/test-clock.ts';
import { GOOD, refused } from '../../../outages/responses.ts';

const METRICS = [{ resource: resourceFromAttributes({ 'service.name': 'test' }), scopeMetrics: [] }];

async function sentBy(url: string, clock: ReturnType<typeof stopClock>): Promise<readonly number[]> {
  const sent: number[] = [];
  const options = { protocol: 'http/json', headers: {}, compression: 'none', temporality: 'cumulative' } as const;
  const exporter = await createOtlpExporter({ ...options, url: new URL(url), timeoutMs: 60_000 }, 'test/1', (bytes) =>
    sent.push(bytes),
  );
  await clock.during(exporter.export(METRICS, new AbortController().signal));
  await exporter.close();
  return sent;
}

test('the body of each attempt counts, even if the receiver rejects it', async (t) => {
  const clock = stopClock(t);
  const receiver = await startFaultReceiver(({ number }) => (number === 0 ? refused(503) : GOOD));
  t.after(() => receiver.down());
  const sent = await sentBy(receiver.url, clock);
  assert.deepEqual(
    sent,
    receiver.arrivals.map(({ headers }) => Number(headers['content-length'])),
  );
  assert.equal(sent.length, 2);
});

test('without a connection, nothing is counted', async (t) => {
  const clock = stopClock(t);
  const receiver = await startFaultReceiver(GOOD);
  await receiver.down();
  assert.deepEqual(await sentBy(receiver.url, clock), []);
});
