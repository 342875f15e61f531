import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startProcessMeter } from '../../../src/self/process-meter.ts';

test('a blocked event loop is reported once, whether the timer has fired since or is overdue', (t) => {
  let nowMs = 5000;
  t.mock.method(performance, 'now', () => nowMs);
  t.mock.timers.enable({ apis: ['setInterval'] });
  const block = (ms: number): void => {
    nowMs += ms;
  };
  const wake = (): void => t.mock.timers.tick(20);
  const meter = startProcessMeter(20);
  const told = (): number | undefined => meter.read().eventLoopDelaySeconds;
  assert.equal(told(), undefined, 'nothing is known before the first wake');
  block(20);
  wake();
  assert.equal(told(), 0);
  block(20 + 150);
  assert.equal(told(), 0.15, 'overdue');
  wake();
  assert.equal(told(), 0);
  block(20 + 150);
  wake();
  assert.equal(told(), 0.15, 'fired');
  assert.equal(told(), 0);
  meter.stop();
});

test('CPU time rises, and resident memory is that of a Node process', () => {
  const meter = startProcessMeter();
  const first = meter.read();
  const second = meter.read();
  meter.stop();
  assert.ok(second.cpuSeconds >= first.cpuSeconds && first.cpuSeconds > 0);
  assert.ok(second.residentBytes > 20e6);
});
