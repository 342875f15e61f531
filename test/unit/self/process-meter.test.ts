import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startProcessMeter } from '../../../src/self/process-meter.ts';

test('a blocked event loop is reported once, both before and after the timer fires', (t) => {
  let nowMs = 5000;
  t.mock.method(performance, 'now', () => nowMs);
  t.mock.timers.enable({ apis: ['setInterval'] });
  const block = (ms: number): void => {
    nowMs += ms;
  };
  const fire = (): void => t.mock.timers.tick(20);
  const meter = startProcessMeter(20);
  const delay = (): number | undefined => meter.read().eventLoopDelaySeconds;
  assert.equal(delay(), undefined, 'undefined until the timer has fired');
  block(20);
  fire();
  assert.equal(delay(), 0);
  block(20 + 150);
  assert.equal(delay(), 0.15, 'overdue');
  fire();
  assert.equal(delay(), 0);
  block(20 + 150);
  fire();
  assert.equal(delay(), 0.15, 'fired');
  assert.equal(delay(), 0);
  meter.stop();
});

test('CPU time and resident memory are those of the process', () => {
  const meter = startProcessMeter();
  const first = meter.read();
  const second = meter.read();
  meter.stop();
  assert.ok(second.cpuSeconds >= first.cpuSeconds && first.cpuSeconds > 0);
  assert.ok(second.residentBytes > 20e6);
});
