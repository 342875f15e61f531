import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SourceReading } from '../../../src/history/source-readings.ts';
import { accumulate, EMPTY_TASK_COUNTERS, type TaskCounters } from '../../../src/history/task-counters.ts';
import type { TaskTotals } from '../../../src/history/view.ts';

function reading(source: string, read: number, counters: TaskTotals, owner = source): SourceReading {
  return { source, owner, readNs: BigInt(read), counters };
}

interface Round {
  readonly readings: readonly SourceReading[];
  /** Owners that have restarted. */
  readonly restarted?: readonly string[];
  /** Owners with an older sample, and its time. */
  readonly setBackTo?: Readonly<Record<string, number>>;
}

function accumulateAll(...rounds: readonly Round[]): TaskCounters {
  let taskCounters = EMPTY_TASK_COUNTERS;
  for (const { readings, restarted = [], setBackTo = {} } of rounds) {
    const setBackTimes = new Map(Object.entries(setBackTo).map(([owner, read]) => [owner, BigInt(read)]));
    taskCounters = accumulate(taskCounters, readings, ({ owner }) => restarted.includes(owner), setBackTimes);
  }
  return taskCounters;
}

const CASES: readonly (readonly [what: string, rounds: readonly Round[], expected: TaskTotals])[] = [
  ['no readings', [], {}],
  ['the first reading counts in full', [{ readings: [reading('a', 1, { cpuNs: 5 })] }], { cpuNs: 5 }],
  [
    'sources are summed by key',
    [{ readings: [reading('a', 1, { cpuNs: 5, reads: 1 }), reading('b', 1, { cpuNs: 7, rx_bytes: 0 })] }],
    { cpuNs: 12, reads: 1, rx_bytes: 0 },
  ],
  [
    'increases are added',
    [{ readings: [reading('a', 1, { cpuNs: 5 })] }, { readings: [reading('a', 2, { cpuNs: 8 })] }],
    { cpuNs: 8 },
  ],
  [
    'the part of a source stays after it is gone',
    [{ readings: [reading('a', 1, { cpuNs: 5 })] }, { readings: [reading('b', 2, { cpuNs: 1 })] }],
    { cpuNs: 6 },
  ],
  [
    'the same reading again adds nothing',
    [{ readings: [reading('a', 1, { cpuNs: 5 })] }, { readings: [reading('a', 1, { cpuNs: 9 })] }],
    { cpuNs: 5 },
  ],
  [
    'an older reading adds nothing',
    [{ readings: [reading('a', 5, { cpuNs: 5 })] }, { readings: [reading('a', 4, { cpuNs: 9 })] }],
    { cpuNs: 5 },
  ],
  [
    'of two readings of a source in one poll, the newer counts, in any order',
    [{ readings: [reading('eth0', 1, { rx_bytes: 5 }), reading('eth0', 3, { rx_bytes: 9 })] }],
    { rx_bytes: 9 },
  ],
  [
    'a decrease is a reset',
    [{ readings: [reading('a', 1, { cpuNs: 5, reads: 3 })] }, { readings: [reading('a', 2, { cpuNs: 2, reads: 4 })] }],
    { cpuNs: 7, reads: 4 },
  ],
  [
    'a restart counts in full, although no counter decreased',
    [{ readings: [reading('a', 1, { cpuNs: 5 })] }, { readings: [reading('a', 2, { cpuNs: 6 })], restarted: ['a'] }],
    { cpuNs: 11 },
  ],
  [
    'a restart of another owner has no effect',
    [{ readings: [reading('a', 1, { cpuNs: 5 })] }, { readings: [reading('a', 2, { cpuNs: 6 })], restarted: ['b'] }],
    { cpuNs: 6 },
  ],
  [
    'a counter that is missing once continues from its last value',
    [
      { readings: [reading('a', 1, { cpuNs: 5, reads: 10 })] },
      { readings: [reading('a', 2, { cpuNs: 6 })] },
      { readings: [reading('a', 3, { cpuNs: 7, reads: 12 })] },
    ],
    { cpuNs: 7, reads: 12 },
  ],
  [
    'a clock that was set back: increases continue from the last value, at the new time',
    [
      { readings: [reading('a', 100, { cpuNs: 50 }), reading('b', 100, { cpuNs: 5 })] },
      { readings: [], setBackTo: { a: 40 } },
      { readings: [reading('a', 50, { cpuNs: 60 }), reading('b', 90, { cpuNs: 9 })] },
    ],
    { cpuNs: 65 },
  ],
  [
    'a counter that outlives its containers: a decrease adds nothing, and later increases count from there',
    [
      { readings: [{ ...reading('awsvpc', 1, { rx_bytes: 100 }), outlivesContainers: true }] },
      { readings: [{ ...reading('awsvpc', 2, { rx_bytes: 50 }), outlivesContainers: true }] },
      { readings: [{ ...reading('awsvpc', 3, { rx_bytes: 70 }), outlivesContainers: true }] },
    ],
    { rx_bytes: 120 },
  ],
  [
    'a source that is missing once continues from its last value',
    [{ readings: [reading('a', 1, { cpuNs: 5 })] }, { readings: [] }, { readings: [reading('a', 3, { cpuNs: 7 })] }],
    { cpuNs: 7 },
  ],
];

for (const [what, rounds, expected] of CASES) {
  test(`the task's totals: ${what}`, () => assert.deepEqual(accumulateAll(...rounds).totals, expected));
}

test('up to a thousand absent sources are kept; the parts of removed ones stay', () => {
  let taskCounters = EMPTY_TASK_COUNTERS;
  for (let at = 1; at <= 1500; at += 1) {
    taskCounters = accumulate(taskCounters, [reading(`c${at}`, at, { cpuNs: 1 })], () => false);
    assert.ok(taskCounters.sources.size <= 1004, `${taskCounters.sources.size} sources after ${at}`);
  }
  assert.equal(taskCounters.totals.cpuNs, 1500);
});

test('sources without readings are kept while there are few, and removed if there are many', () => {
  const settled = (count: number): TaskCounters => {
    const all = Array.from({ length: count }, (_, at) => reading(`c${at}`, 1, { cpuNs: 1 }));
    const [one = reading('', 0, {})] = all;
    const first = accumulate(EMPTY_TASK_COUNTERS, all, () => false);
    return accumulate(first, [{ ...one, readNs: 2n, counters: { cpuNs: 3 } }], () => false);
  };
  assert.deepEqual([settled(900).sources.size, settled(900).totals.cpuNs], [900, 902]);
  assert.deepEqual([settled(3000).sources.size, settled(3000).totals.cpuNs], [1, 3002]);
});
