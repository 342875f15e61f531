import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CounterReading, createRateMeter } from '../../../src/status/rates.ts';

function reading(seconds: number, received: number | undefined, changes: Partial<CounterReading> = {}): CounterReading {
  return {
    timeSeconds: seconds,
    series: 'eth0',
    counters: { network_rx_bytes: received },
    ...changes,
  };
}

/** The rates of received bytes for consecutive readings of one container. */
function ratesOf(...readings: readonly (CounterReading | undefined)[]): readonly (number | undefined)[] {
  const meter = createRateMeter(45);
  return readings.map((one) => meter.rates('web', one).network_rx_bytes);
}

test('a rate needs two readings', () => {
  assert.deepEqual(ratesOf(reading(0, 100), reading(15, 1600)), [undefined, 100]);
});

test('a rate covers the last 30 s', () => {
  // Updated every 10 s: rates over single intervals would alternate between 0 and a multiple.
  const steps = [0, 0, 1000, 1000, 2000, 2000, 3000, 3000].map((bytes, at) => reading(at * 5, bytes));
  assert.deepEqual(ratesOf(...steps).slice(6), [100, 100]);
});

test('a burst no longer counts after 30 s', () => {
  const quiet = Array.from({ length: 4 }, (_, at) => reading(15 + at * 15, 9000));
  assert.deepEqual(ratesOf(reading(0, 0), ...quiet), [undefined, 600, 300, 0, 0]);
});

test('an old sample that is read again keeps its rate', () => {
  assert.deepEqual(ratesOf(reading(0, 0), reading(15, 150), reading(15, 150)), [undefined, 10, 10]);
});

test('a counter that is reset has no rate until the next reading', () => {
  assert.deepEqual(ratesOf(reading(0, 900), reading(15, 100), reading(30, 400)), [undefined, undefined, 20]);
});

test('a counter that has overtaken its value before a restart has no rate', () => {
  const restarted = { series: 'started later' };
  assert.deepEqual(ratesOf(reading(0, 100), reading(15, 5000, restarted)), [undefined, undefined]);
});

test('a clock that was set back begins a new rate', () => {
  assert.deepEqual(ratesOf(reading(100, 100), reading(50, 200), reading(60, 300)), [undefined, undefined, 10]);
});

test('without a sample there is no rate, and the next one needs two samples', () => {
  const values = ratesOf(reading(0, 0), undefined, reading(15, 100), reading(30, 250));
  assert.deepEqual(values, [undefined, undefined, undefined, 10]);
});

test('a rate does not span a long time without readings', () => {
  const readings = [reading(0, 0), reading(45, 450), reading(3600, 9000), reading(3615, 9150)];
  assert.deepEqual(ratesOf(...readings), [undefined, 10, undefined, 10]);
});

test('a missing counter has no rate', () => {
  assert.deepEqual(ratesOf(reading(0, undefined), reading(15, 100)), [undefined, undefined]);
});

test('removed containers are dropped', () => {
  const meter = createRateMeter(45);
  meter.rates('web', reading(0, 0));
  meter.keepOnly(new Set());
  assert.deepEqual(meter.rates('web', reading(15, 100)), {});
});
