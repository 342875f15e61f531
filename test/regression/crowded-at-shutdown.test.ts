/** The meter is replaced during shutdown, after thousands of series have ended. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { MetricExporter } from '../../instrumentation/metric-exporter.ts';
import { eventually } from '../helpers/eventually.ts';
import { ENERGY, fakeSource, startLoop } from '../unit/instrumentation/fake-source.ts';

test('the last sample is sent, the exporter is closed, and nothing is sent after that', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval', 'setTimeout'] });
  const source = fakeSource();
  const log: string[] = [];
  let held: (() => void) | undefined;
  let isHolding = false;
  const exporter: MetricExporter = {
    temporality: 'cumulative',
    async export(all) {
      const points = all
        .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
        .flatMap(({ dataPoints }) => [...dataPoints]);
      log.push(`export ${String(points.find(({ attributes }) => attributes['room'] === 'cellar')?.value)}`);
      if (isHolding) {
        await new Promise<void>((resolve) => {
          held = resolve;
        });
      }
      return {};
    },
    close: async () => void log.push('closed'),
  };
  const { loop } = startLoop(source, exporter, { intervalMs: 200, timeoutMs: 150 });
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
    await loop.flush(1000);
  }
  isHolding = true;
  show(6);
  void loop.flush(1000);
  await eventually(() => held !== undefined);
  isHolding = false;
  show(7);
  const closed = loop.shutdown(1000);
  held?.();
  await closed;
  show(8);
  for (let interval = 0; interval < 3; interval += 1) {
    t.mock.timers.tick(200);
    await turn();
  }
  assert.deepEqual(log.slice(-3), ['export 6', 'export 7', 'closed']);
});
