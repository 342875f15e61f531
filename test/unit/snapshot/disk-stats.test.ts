import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDisk } from '../../../src/snapshot/disk-stats.ts';
import { createInvalidValues } from '../../../src/snapshot/json-values.ts';
import type { DeviceCounters } from '../../../src/snapshot/snapshot.ts';

interface Expected {
  readonly total: DeviceCounters;
  readonly byDevice?: Readonly<Record<string, DeviceCounters>>;
}

type Case = readonly [what: string, stats: Record<string, unknown>, cgroup: 1 | 2 | undefined, Expected | undefined];

const row = (op: unknown, value?: unknown, major: unknown = 8, minor: unknown = 0): object => ({
  major,
  minor,
  op,
  ...(value !== undefined && { value }),
});
const bytes = (...list: unknown[]): Record<string, unknown> => ({ blkio_stats: { io_service_bytes_recursive: list } });

const CASES: readonly Case[] = [
  ['missing', {}, 1, undefined],
  ['null', { blkio_stats: null }, 1, undefined],
  ['null lists mean no data', { blkio_stats: { io_service_bytes_recursive: null } }, 2, undefined],
  ['an empty list of bytes means 0', bytes(), 1, { total: { readBytes: 0, writtenBytes: 0 }, byDevice: {} }],
  [
    'an empty list of operations on cgroup v1 means 0',
    { blkio_stats: { io_serviced_recursive: [] } },
    1,
    { total: { reads: 0, writes: 0 }, byDevice: {} },
  ],
  [
    'an empty list of operations on cgroup v2 means no data',
    { blkio_stats: { io_serviced_recursive: [] } },
    2,
    undefined,
  ],
  [
    'only Read and Write count',
    bytes(row('Read', 1), row('Write', 2), row('Sync', 3), row('Async', 4), row('Discard', 5), row('Total', 3)),
    1,
    { total: { readBytes: 1, writtenBytes: 2 }, byDevice: { '8:0': { readBytes: 1, writtenBytes: 2 } } },
  ],
  [
    'operations are case-insensitive',
    bytes(row('read', 1), row('WRITE', 2)),
    2,
    { total: { readBytes: 1, writtenBytes: 2 }, byDevice: { '8:0': { readBytes: 1, writtenBytes: 2 } } },
  ],
  [
    'summed over devices, and per device',
    bytes(row('Read', 1), row('Read', 10, 259, 3), row('Read', 100, 8, 0)),
    1,
    { total: { readBytes: 111, writtenBytes: 0 }, byDevice: { '8:0': { readBytes: 101 }, '259:3': { readBytes: 10 } } },
  ],
  [
    'a missing value is 0',
    bytes(row('Read')),
    1,
    { total: { readBytes: 0, writtenBytes: 0 }, byDevice: { '8:0': { readBytes: 0 } } },
  ],
  [
    'unknown operations are ignored',
    bytes(null, 5, row(7, 1), row('', 1), row('toString', 1), row('Read', 2)),
    1,
    { total: { readBytes: 2, writtenBytes: 0 }, byDevice: { '8:0': { readBytes: 2 } } },
  ],
  [
    'a sum with an invalid part is absent, for its device and in total',
    bytes(row('Read', -1), row('Read', 2), row('Write', 3)),
    1,
    { total: { writtenBytes: 3 }, byDevice: { '8:0': { writtenBytes: 3 } } },
  ],
  [
    'a sum with a part of the wrong type is absent',
    bytes(row('Read', 'x'), row('Read', 2)),
    1,
    { total: { writtenBytes: 0 }, byDevice: { '8:0': {} } },
  ],
  [
    'without a device number: total only',
    bytes(row('Read', 2, 'x')),
    1,
    { total: { readBytes: 2, writtenBytes: 0 }, byDevice: {} },
  ],
  [
    'Windows',
    {
      storage_stats: {
        read_size_bytes: 1,
        write_size_bytes: 2,
        read_count_normalized: 3,
        write_count_normalized: 4,
      },
    },
    undefined,
    { total: { readBytes: 1, writtenBytes: 2, reads: 3, writes: 4 } },
  ],
  ['empty storage_stats on Linux', { storage_stats: {}, blkio_stats: {} }, 1, undefined],
];

for (const [what, stats, cgroup, expected] of CASES) {
  test(`disk: ${what}`, () => {
    const disk = parseDisk(stats, cgroup, createInvalidValues());
    assert.deepEqual(disk?.total, expected?.total);
    assert.deepEqual(disk?.byDevice && Object.fromEntries(disk.byDevice), expected?.byDevice);
  });
}

test('the number of devices is bounded, and the total includes all', () => {
  const invalidValues = createInvalidValues();
  const rows = Array.from({ length: 300 }, (_, minor) => row('Read', 1, 8, minor));
  const disk = parseDisk(bytes(...rows), 1, invalidValues);
  assert.equal(disk?.byDevice?.size, 256);
  assert.equal(disk?.total.readBytes, 300);
  assert.deepEqual([...invalidValues.counts], [['too_many', 44]]);
});
