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
  /** Owners that began a new life. */
  readonly anew?: readonly string[];
  /** Owners whose clock was set back, and to when. */
  readonly setBackTo?: Readonly<Record<string, number>>;
}

function settleAll(...rounds: readonly Round[]): TaskCounters {
  let taskCounters = EMPTY_TASK_COUNTERS;
  for (const { readings, anew = [], setBackTo = {} } of rounds) {
    const rewound = new Map(Object.entries(setBackTo).map(([owner, read]) => [owner, BigInt(read)]));
    taskCounters = accumulate(taskCounters, readings, ({ owner }) => anew.includes(owner), rewound);
  }
  return taskCounters;
}

const CASES: readonly (readonly [what: string, rounds: readonly Round[], expected: TaskTotals])[] = [
  ['nothing', [], {}],
  ['what is there at first counts', [{ readings: [reading('a', 1, { cpuNs: 5 })] }], { cpuNs: 5 }],
  [
    'sources add up, key by key',
    [{ readings: [reading('a', 1, { cpuNs: 5, reads: 1 }), reading('b', 1, { cpuNs: 7, rx_bytes: 0 })] }],
    { cpuNs: 12, reads: 1, rx_bytes: 0 },
  ],
  [
    'growth is added',
    [{ readings: [reading('a', 1, { cpuNs: 5 })] }, { readings: [reading('a', 2, { cpuNs: 8 })] }],
    { cpuNs: 8 },
  ],
  [
    'a source that is gone keeps what it did',
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
    'of two readings of one source in one poll the newer counts, in whatever order',
    [{ readings: [reading('eth0', 1, { rx_bytes: 5 }), reading('eth0', 3, { rx_bytes: 9 })] }],
    { rx_bytes: 9 },
  ],
  [
    'a fall is a counter that began again',
    [{ readings: [reading('a', 1, { cpuNs: 5, reads: 3 })] }, { readings: [reading('a', 2, { cpuNs: 2, reads: 4 })] }],
    { cpuNs: 7, reads: 4 },
  ],
  [
    'a new life counts in full, although nothing hasDecreased',
    [{ readings: [reading('a', 1, { cpuNs: 5 })] }, { readings: [reading('a', 2, { cpuNs: 6 })], anew: ['a'] }],
    { cpuNs: 11 },
  ],
  [
    'a new life of another owner is no matter',
    [{ readings: [reading('a', 1, { cpuNs: 5 })] }, { readings: [reading('a', 2, { cpuNs: 6 })], anew: ['b'] }],
    { cpuNs: 6 },
  ],
  [
    'a counter that is missing for once goes on from where it was',
    [
      { readings: [reading('a', 1, { cpuNs: 5, reads: 10 })] },
      { readings: [reading('a', 2, { cpuNs: 6 })] },
      { readings: [reading('a', 3, { cpuNs: 7, reads: 12 })] },
    ],
    { cpuNs: 7, reads: 12 },
  ],
  [
    'a clock that is set back: growth goes on from what was counted, at the new time',
    [
      { readings: [reading('a', 100, { cpuNs: 50 }), reading('b', 100, { cpuNs: 5 })] },
      { readings: [], setBackTo: { a: 40 } },
      { readings: [reading('a', 50, { cpuNs: 60 }), reading('b', 90, { cpuNs: 9 })] },
    ],
    { cpuNs: 65 },
  ],
  [
    'a counter that outlives its containers and falls was divided in another way before: no growth, and on from there',
    [
      { readings: [{ ...reading('awsvpc', 1, { rx_bytes: 100 }), outlivesContainers: true }] },
      { readings: [{ ...reading('awsvpc', 2, { rx_bytes: 50 }), outlivesContainers: true }] },
      { readings: [{ ...reading('awsvpc', 3, { rx_bytes: 70 }), outlivesContainers: true }] },
    ],
    { rx_bytes: 120 },
  ],
  [
    'a source that is missing for once too',
    [{ readings: [reading('a', 1, { cpuNs: 5 })] }, { readings: [] }, { readings: [reading('a', 3, { cpuNs: 7 })] }],
    { cpuNs: 7 },
  ],
];

for (const [what, rounds, expected] of CASES) {
  test(`the task's totals: ${what}`, () => assert.deepEqual(settleAll(...rounds).totals, expected));
}

test('a thousand sources that are gone are kept, more are forgotten, and what they did stays', () => {
  let taskCounters = EMPTY_TASK_COUNTERS;
  for (let at = 1; at <= 1500; at += 1) {
    taskCounters = accumulate(taskCounters, [reading(`c${at}`, at, { cpuNs: 1 })], () => false);
    assert.ok(taskCounters.sources.size <= 1004, `${taskCounters.sources.size} sources after ${at}`);
  }
  assert.equal(taskCounters.totals.cpuNs, 1500);
});

test('sources that post nothing are kept while they are few, and forgotten while they are many', () => {
  const settled = (count: number): TaskCounters => {
    const all = Array.from({ length: count }, (_, at) => reading(`c${at}`, 1, { cpuNs: 1 }));
    const [one = reading('', 0, {})] = all;
    const first = accumulate(EMPTY_TASK_COUNTERS, all, () => false);
    return accumulate(first, [{ ...one, readNs: 2n, counters: { cpuNs: 3 } }], () => false);
  };
  assert.deepEqual([settled(900).sources.size, settled(900).totals.cpuNs], [900, 902]);
  assert.deepEqual([settled(3000).sources.size, settled(3000).totals.cpuNs], [1, 3002]);
});
