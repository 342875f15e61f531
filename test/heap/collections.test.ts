/** Memory retained by collections does not grow. Run with `--expose-gc`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Reading, ResourceReadings } from '../../instrumentation/metric-definition.ts';
import {
  collectorOf,
  createRooms,
  ENERGY,
  fakeSource,
  PEOPLE,
  ROOMS,
  readingsOf,
  TEMPERATURE,
} from '../unit/instrumentation/fake-source.ts';

const METRICS = [TEMPERATURE, ENERGY, PEOPLE];
const MB = 1024 ** 2;
/** Tolerance for compiled code and bounded caches. */
const SLACK_BYTES = 4 * MB;

function heapBytes(): number {
  assert.ok(gc !== undefined, 'run with --expose-gc');
  gc();
  return process.memoryUsage().heapUsed;
}

/** Runs `step` repeatedly, and asserts that the heap size after a tenth of the steps and at the end is equal. */
async function assertFlat(steps: number, step: (number: number) => Promise<void>): Promise<void> {
  let early = 0;
  for (let number = 0; number < steps; number += 1) {
    if (number === steps / 10) early = heapBytes();
    await step(number);
  }
  const grown = heapBytes() - early;
  assert.ok(grown < SLACK_BYTES, `${(grown / MB).toFixed(1)} MB more after ${steps} steps`);
}

test('10,000 collections of constant series', async () => {
  const room = createRooms();
  const source = fakeSource();
  const collections = collectorOf(source, [ROOMS]);
  await assertFlat(10_000, async (value) => {
    source.show(
      METRICS.flatMap((metric) =>
        Array.from({ length: 40 }, (_, at) => ({ metric, attributes: room(`${at}`), value })),
      ),
    );
    await collections.collect([ROOMS]);
  });
});

test('10,000 collections of series that each last for three', async () => {
  const source = fakeSource();
  const collections = collectorOf(source, [ROOMS]);
  let known: readonly Reading[] = [];
  await assertFlat(10_000, async (number) => {
    const fresh = METRICS.flatMap((metric) =>
      Array.from({ length: 10 }, (_, at) => ({ metric, attributes: { room: `${number}-${at}` }, value: number })),
    );
    known = [...known.slice(-2 * fresh.length), ...fresh];
    source.show(known);
    await collections.collect([ROOMS]);
  });
});

test('2,000 resources that come and go', async () => {
  const source = fakeSource();
  const collections = collectorOf(source, [ROOMS]);
  await assertFlat(2000, async (number) => {
    const readings = METRICS.flatMap((metric) =>
      Array.from({ length: 160 }, (_, at) => ({ metric, attributes: { room: `${at}` }, value: at })),
    );
    const resource = { 'service.instance.id': `${number}` };
    const other: ResourceReadings = { key: `${number}`, resource, readings: readingsOf(readings) };
    source.others = [...source.others.slice(-2), other];
    await collections.collect([ROOMS]);
  });
});
