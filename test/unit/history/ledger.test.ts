import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EMPTY_LEDGER, type Ledger, type Posting, settle } from '../../../src/history/ledger.ts';
import type { TaskTotals } from '../../../src/history/view.ts';

function posting(source: string, read: number, counters: TaskTotals, owner = source): Posting {
  return { source, owner, readNs: BigInt(read), counters };
}

interface Round {
  readonly postings: readonly Posting[];
  /** Owners that began a new life. */
  readonly anew?: readonly string[];
  /** Owners whose clock was set back, and to when. */
  readonly rewoundTo?: Readonly<Record<string, number>>;
}

function settleAll(...rounds: readonly Round[]): Ledger {
  let ledger = EMPTY_LEDGER;
  for (const { postings, anew = [], rewoundTo = {} } of rounds) {
    const rewound = new Map(Object.entries(rewoundTo).map(([owner, read]) => [owner, BigInt(read)]));
    ledger = settle(ledger, postings, ({ owner }) => anew.includes(owner), rewound);
  }
  return ledger;
}

const CASES: readonly (readonly [what: string, rounds: readonly Round[], expected: TaskTotals])[] = [
  ['nothing', [], {}],
  ['what is there at first counts', [{ postings: [posting('a', 1, { cpuNs: 5 })] }], { cpuNs: 5 }],
  [
    'sources add up, key by key',
    [{ postings: [posting('a', 1, { cpuNs: 5, reads: 1 }), posting('b', 1, { cpuNs: 7, rx_bytes: 0 })] }],
    { cpuNs: 12, reads: 1, rx_bytes: 0 },
  ],
  [
    'growth is added',
    [{ postings: [posting('a', 1, { cpuNs: 5 })] }, { postings: [posting('a', 2, { cpuNs: 8 })] }],
    { cpuNs: 8 },
  ],
  [
    'a source that is gone keeps what it did',
    [{ postings: [posting('a', 1, { cpuNs: 5 })] }, { postings: [posting('b', 2, { cpuNs: 1 })] }],
    { cpuNs: 6 },
  ],
  [
    'the same reading again adds nothing',
    [{ postings: [posting('a', 1, { cpuNs: 5 })] }, { postings: [posting('a', 1, { cpuNs: 9 })] }],
    { cpuNs: 5 },
  ],
  [
    'an older reading adds nothing',
    [{ postings: [posting('a', 5, { cpuNs: 5 })] }, { postings: [posting('a', 4, { cpuNs: 9 })] }],
    { cpuNs: 5 },
  ],
  [
    'of two readings of one source in one poll the newer counts, in whatever order',
    [{ postings: [posting('eth0', 1, { rx_bytes: 5 }), posting('eth0', 3, { rx_bytes: 9 })] }],
    { rx_bytes: 9 },
  ],
  [
    'a fall is a counter that began again',
    [{ postings: [posting('a', 1, { cpuNs: 5, reads: 3 })] }, { postings: [posting('a', 2, { cpuNs: 2, reads: 4 })] }],
    { cpuNs: 7, reads: 4 },
  ],
  [
    'a new life counts in full, although nothing fell',
    [{ postings: [posting('a', 1, { cpuNs: 5 })] }, { postings: [posting('a', 2, { cpuNs: 6 })], anew: ['a'] }],
    { cpuNs: 11 },
  ],
  [
    'a new life of another owner is no matter',
    [{ postings: [posting('a', 1, { cpuNs: 5 })] }, { postings: [posting('a', 2, { cpuNs: 6 })], anew: ['b'] }],
    { cpuNs: 6 },
  ],
  [
    'a counter that is missing for once goes on from where it was',
    [
      { postings: [posting('a', 1, { cpuNs: 5, reads: 10 })] },
      { postings: [posting('a', 2, { cpuNs: 6 })] },
      { postings: [posting('a', 3, { cpuNs: 7, reads: 12 })] },
    ],
    { cpuNs: 7, reads: 12 },
  ],
  [
    'a clock that is set back: growth goes on from what was counted, at the new time',
    [
      { postings: [posting('a', 100, { cpuNs: 50 }), posting('b', 100, { cpuNs: 5 })] },
      { postings: [], rewoundTo: { a: 40 } },
      { postings: [posting('a', 50, { cpuNs: 60 }), posting('b', 90, { cpuNs: 9 })] },
    ],
    { cpuNs: 65 },
  ],
  [
    'a counter that outlives its containers and falls was divided in another way before: no growth, and on from there',
    [
      { postings: [{ ...posting('awsvpc', 1, { rx_bytes: 100 }), isLasting: true }] },
      { postings: [{ ...posting('awsvpc', 2, { rx_bytes: 50 }), isLasting: true }] },
      { postings: [{ ...posting('awsvpc', 3, { rx_bytes: 70 }), isLasting: true }] },
    ],
    { rx_bytes: 120 },
  ],
  [
    'a source that is missing for once too',
    [{ postings: [posting('a', 1, { cpuNs: 5 })] }, { postings: [] }, { postings: [posting('a', 3, { cpuNs: 7 })] }],
    { cpuNs: 7 },
  ],
];

for (const [what, rounds, expected] of CASES) {
  test(`the task's totals: ${what}`, () => assert.deepEqual(settleAll(...rounds).totals, expected));
}

test('a thousand sources that are gone are kept, more are forgotten, and what they did stays', () => {
  let ledger = EMPTY_LEDGER;
  for (let at = 1; at <= 1500; at += 1) {
    ledger = settle(ledger, [posting(`c${at}`, at, { cpuNs: 1 })], () => false);
    assert.ok(ledger.sources.size <= 1004, `${ledger.sources.size} sources after ${at}`);
  }
  assert.equal(ledger.totals.cpuNs, 1500);
});

test('sources that post nothing are kept while they are few, and forgotten while they are many', () => {
  const settled = (count: number): Ledger => {
    const all = Array.from({ length: count }, (_, at) => posting(`c${at}`, 1, { cpuNs: 1 }));
    const [one = posting('', 0, {})] = all;
    const first = settle(EMPTY_LEDGER, all, () => false);
    return settle(first, [{ ...one, readNs: 2n, counters: { cpuNs: 3 } }], () => false);
  };
  assert.deepEqual([settled(900).sources.size, settled(900).totals.cpuNs], [900, 902]);
  assert.deepEqual([settled(3000).sources.size, settled(3000).totals.cpuNs], [1, 3002]);
});
