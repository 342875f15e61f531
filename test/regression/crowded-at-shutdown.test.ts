/** A pipeline whose series have come and gone by the thousand begins anew, but not while the program ends. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ExportResultCode } from '@opentelemetry/core';
import { createPushPipeline } from '../../instrumentation/readers/push.ts';
import { eventually } from '../helpers/eventually.ts';
import { ENERGY, fakeSource, pipelineOptions } from '../unit/instrumentation/made-up.ts';

test('the last sample is sent, the exporter closed, and nothing follows', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval', 'setTimeout'] });
  const source = fakeSource();
  const log: string[] = [];
  let held: (() => void) | undefined;
  let isHolding = false;
  const pipeline = createPushPipeline(pipelineOptions(source), {
    exporter: {
      export({ scopeMetrics }, done) {
        const points = scopeMetrics.flatMap(({ metrics }) => metrics).flatMap(({ dataPoints }) => [...dataPoints]);
        log.push(`export ${String(points.find(({ attributes }) => attributes['room'] === 'cellar')?.value)}`);
        const end = (): void => done({ code: ExportResultCode.SUCCESS });
        if (isHolding) held = end;
        else end();
      },
      forceFlush: async () => {},
      shutdown: async () => void log.push('closed'),
    },
    intervalMs: 200,
    timeoutMs: 150,
    watchedFromNs: 0n,
    onExport: () => {},
  });
  const show = (value: number): void => {
    const others = Array.from({ length: 1000 }, (_, at) => ({
      metric: ENERGY,
      attributes: { room: `${value}-${at}` },
      value: 1,
    }));
    source.show([...others, { metric: ENERGY, attributes: { room: 'cellar' }, value }]);
  };
  for (let value = 0; value < 6; value += 1) {
    show(value);
    await pipeline.flush(1000);
  }
  // The export that finds the pipeline crowded is still under way.
  isHolding = true;
  show(6);
  void pipeline.flush(1000);
  await eventually(() => held !== undefined);
  isHolding = false;
  show(7);
  const closed = pipeline.shutdown(1000);
  held?.();
  await closed;
  show(8);
  for (let interval = 0; interval < 3; interval += 1) {
    t.mock.timers.tick(200);
    await turn();
  }
  assert.deepEqual(log.slice(-3), ['export 6', 'export 7', 'closed']);
});
