import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ContainerHistory, followContainer, type Step } from '../../../src/sampler/container-history.ts';
import type { ContainerInfo, ContainerSample } from '../../../src/snapshot/snapshot.ts';

const STALE_AFTER_MS = 60_000;

/** Seconds since some epoch, as nanoseconds. */
const at = (seconds: number): bigint => 1_700_000_000_000_000_000n + BigInt(Math.round(seconds * 1e9));

type Parts = Omit<Partial<ContainerSample>, 'readNs' | 'cpu'>;
type Sample = Parts & { readonly read: number; readonly used?: number };

function sampleOf({ read, used, ...rest }: Sample): ContainerSample {
  return { readNs: at(read), ...rest, ...(used !== undefined && { cpu: { totalNs: used } }) };
}

interface Poll {
  readonly started?: number | undefined;
  readonly sample?: Sample;
  readonly nowMs?: number;
  readonly info?: Partial<ContainerInfo>;
}

/** Follows one container over polls; `nowMs` is 0 where it does not matter. */
function follow(...polls: readonly Poll[]): Step {
  let history: ContainerHistory | undefined;
  let step: Step | undefined;
  for (const { started, sample, nowMs = 0, info } of polls) {
    const startedNs = started === undefined ? undefined : at(started);
    step = followContainer(
      history,
      {
        info: { id: 'id', name: 'c', sandbox: 'id', sharesSandbox: false, startedNs, ...info },
        ...(sample !== undefined && { sample: sampleOf(sample) }),
      },
      nowMs,
      STALE_AFTER_MS,
    );
    history = step.history;
  }
  assert.ok(step !== undefined);
  return step;
}

interface Expected {
  readonly isCurrent: boolean;
  readonly hasRestarted?: boolean;
  readonly hasBegunAnew?: boolean;
  /** Seconds of the sample, of the baseline, of the start of counting. */
  readonly sample?: number;
  readonly baseline?: number;
  readonly countedFrom?: number;
}

const CASES: readonly (readonly [what: string, polls: readonly Poll[], expected: Expected])[] = [
  ['never any stats', [{ started: 1 }, { started: 1 }], { isCurrent: false }],
  [
    'the first sample: nothing to compare with yet',
    [{ started: 1, sample: { read: 10, used: 5 } }],
    { isCurrent: true, sample: 10, countedFrom: 1 },
  ],
  [
    'the second sample is compared with the first',
    [
      { started: 1, sample: { read: 10, used: 5 } },
      { started: 1, sample: { read: 20, used: 6 } },
    ],
    { isCurrent: true, sample: 20, baseline: 10, countedFrom: 1 },
  ],
  [
    'no stats now: the history waits',
    [{ started: 1, sample: { read: 10, used: 5 } }, { started: 1 }],
    { isCurrent: false, sample: 10, countedFrom: 1 },
  ],
  [
    'and the next sample is compared with the one before the gap',
    [{ started: 1, sample: { read: 10, used: 5 } }, { started: 1 }, { started: 1, sample: { read: 30, used: 6 } }],
    { isCurrent: true, sample: 30, baseline: 10, countedFrom: 1 },
  ],
  [
    'read did not advance: the same sample and the same differences',
    [
      { started: 1, sample: { read: 10, used: 5 } },
      { started: 1, sample: { read: 20, used: 6 }, nowMs: 10 },
      { started: 1, sample: { read: 20, used: 6 }, nowMs: 10 + STALE_AFTER_MS },
    ],
    { isCurrent: true, sample: 20, baseline: 10, countedFrom: 1 },
  ],
  [
    'until it is stale',
    [
      { started: 1, sample: { read: 20, used: 6 }, nowMs: 10 },
      { started: 1, sample: { read: 20, used: 6 }, nowMs: 11 + STALE_AFTER_MS },
    ],
    { isCurrent: false, sample: 20, countedFrom: 1 },
  ],
  [
    'a stale one that is renewed is current again',
    [
      { started: 1, sample: { read: 20, used: 6 }, nowMs: 10 },
      { started: 1, sample: { read: 20, used: 6 }, nowMs: 11 + STALE_AFTER_MS },
      { started: 1, sample: { read: 30, used: 7 }, nowMs: 12 + STALE_AFTER_MS },
    ],
    { isCurrent: true, sample: 30, baseline: 20, countedFrom: 1 },
  ],
  [
    'read went back: skipped this time',
    [
      { started: 1, sample: { read: 20, used: 6 } },
      { started: 1, sample: { read: 15, used: 9 } },
    ],
    { isCurrent: false, sample: 15, countedFrom: 1 },
  ],
  [
    'and the next is compared with that one',
    [
      { started: 1, sample: { read: 20, used: 6 } },
      { started: 1, sample: { read: 15, used: 9 } },
      { started: 1, sample: { read: 17, used: 10 } },
    ],
    { isCurrent: true, sample: 17, baseline: 15, countedFrom: 1 },
  ],
  [
    'a new start after the last sample: a new life, although nothing fell',
    [
      { started: 1, sample: { read: 10, used: 5 } },
      { started: 11, sample: { read: 20, used: 6 } },
    ],
    { isCurrent: true, hasRestarted: true, hasBegunAnew: true, sample: 20, countedFrom: 11 },
  ],
  [
    'right again at the next sample',
    [
      { started: 1, sample: { read: 10, used: 5 } },
      { started: 11, sample: { read: 20, used: 2 } },
      { started: 11, sample: { read: 30, used: 3 } },
    ],
    { isCurrent: true, sample: 30, baseline: 20, countedFrom: 11 },
  ],
  [
    'CPU time that fell: a new life since the last reading',
    [
      { started: 1, sample: { read: 10, used: 5 } },
      { started: 1, sample: { read: 20, used: 4 } },
    ],
    { isCurrent: true, hasRestarted: true, sample: 20, countedFrom: 10 },
  ],
  [
    'the metadata tells of that start one poll late: not a second restart',
    [
      { started: 1, sample: { read: 10, used: 5 } },
      { started: 1, sample: { read: 20, used: 4 } },
      { started: 12, sample: { read: 30, used: 6 } },
    ],
    { isCurrent: true, sample: 30, baseline: 20, countedFrom: 10 },
  ],
  [
    'the metadata tells of a start that the sample does not know yet: the old life still',
    [
      { started: 1, sample: { read: 10, used: 5 } },
      { started: 21, sample: { read: 20, used: 6 } },
    ],
    { isCurrent: true, sample: 20, baseline: 10, countedFrom: 1 },
  ],
  [
    'and the new life comes with its first sample',
    [
      { started: 1, sample: { read: 10, used: 5 } },
      { started: 21, sample: { read: 20, used: 6 } },
      { started: 21, sample: { read: 30, used: 7 } },
    ],
    { isCurrent: true, hasRestarted: true, hasBegunAnew: true, sample: 30, countedFrom: 21 },
  ],
  [
    'so with the very first sample',
    [
      { started: 21, sample: { read: 20, used: 6 } },
      { started: 21, sample: { read: 30, used: 7 } },
    ],
    { isCurrent: true, hasRestarted: true, hasBegunAnew: true, sample: 30, countedFrom: 21 },
  ],
  [
    'a start time that comes late is no new start',
    [{ sample: { read: 10, used: 5 } }, { started: 1, sample: { read: 20, used: 6 } }],
    { isCurrent: true, sample: 20, baseline: 10, countedFrom: 1 },
  ],
  [
    'a start time that goes missing is still known',
    [{ started: 1, sample: { read: 10, used: 5 } }, { sample: { read: 20, used: 6 } }],
    { isCurrent: true, sample: 20, baseline: 10, countedFrom: 1 },
  ],
  [
    'a new start after a gap without stats',
    [{ started: 1, sample: { read: 10, used: 5 } }, { started: 1 }, { started: 25, sample: { read: 30, used: 9 } }],
    { isCurrent: true, hasRestarted: true, hasBegunAnew: true, sample: 30, countedFrom: 25 },
  ],
  [
    'a restart policy: the agent adds the old lives up, so counters go on',
    [
      { started: 1, sample: { read: 10, used: 5 }, info: { restartCount: 0 } },
      { started: 11, sample: { read: 20, used: 6 }, info: { restartCount: 1 } },
    ],
    { isCurrent: true, hasRestarted: true, sample: 20, baseline: 10, countedFrom: 1 },
  ],
  [
    'a restart policy under an agent that does not add up: they fell',
    [
      { started: 1, sample: { read: 10, used: 5 }, info: { restartCount: 0 } },
      { started: 11, sample: { read: 20, used: 4 }, info: { restartCount: 1 } },
    ],
    { isCurrent: true, hasRestarted: true, hasBegunAnew: true, sample: 20, countedFrom: 11 },
  ],
  [
    'no CPU stats last time: the sample’s own earlier reading',
    [
      { started: 1, sample: { read: 10 } },
      { started: 1, sample: { read: 20, used: 6, before: { readNs: at(19), cpu: { totalNs: 5 } } } },
    ],
    { isCurrent: true, sample: 20, baseline: 19, countedFrom: 1 },
  ],
];

for (const [what, polls, expected] of CASES) {
  test(`a container, poll by poll: ${what}`, () => {
    const { history, isCurrent, hasRestarted, hasBegunAnew } = follow(...polls);
    const ns = (seconds: number | undefined): bigint | undefined => (seconds === undefined ? undefined : at(seconds));
    assert.deepEqual(
      {
        isCurrent,
        hasRestarted,
        hasBegunAnew,
        sample: history?.sample.readNs,
        baseline: history?.baseline?.readNs,
        countedFrom: history?.countedFromNs,
      },
      {
        isCurrent: expected.isCurrent,
        hasRestarted: expected.hasRestarted ?? false,
        hasBegunAnew: expected.hasBegunAnew ?? false,
        sample: ns(expected.sample),
        baseline: ns(expected.baseline),
        countedFrom: ns(expected.countedFrom),
      },
    );
  });
}

const before = (read: number, totalNs: number): ContainerSample['before'] => ({ readNs: at(read), cpu: { totalNs } });

const FIRST: readonly (readonly [what: string, poll: Poll, baseline: number | undefined])[] = [
  ['a real one', { started: 1, sample: { read: 20, used: 6, before: before(19, 5) } }, 19],
  ['without a start time', { sample: { read: 20, used: 6, before: before(19, 5) } }, 19],
  ['of the life before', { started: 19.5, sample: { read: 20, used: 6, before: before(19, 5) } }, undefined],
  ['with more CPU time than now', { started: 1, sample: { read: 20, used: 6, before: before(19, 7) } }, undefined],
  ['of the same moment', { started: 1, sample: { read: 20, used: 6, before: before(20, 5) } }, undefined],
  ['without CPU time now', { started: 1, sample: { read: 20, before: before(19, 5) } }, undefined],
];

for (const [what, poll, baseline] of FIRST) {
  test(`an earlier reading that comes with the first sample: ${what}`, () => {
    const readNs = follow(poll).history?.baseline?.readNs;
    assert.equal(readNs, baseline === undefined ? undefined : at(baseline));
  });
}

const eth0 = (rx_bytes: number, tx_bytes = 0): Parts => ({
  networks: new Map([['eth0', { rx_bytes, tx_bytes }]]),
});
const disk = (readBytes?: number, writtenBytes?: number): Parts => ({
  disk: {
    total: { ...(readBytes !== undefined && { readBytes }), ...(writtenBytes !== undefined && { writtenBytes }) },
  },
});

type Fall = readonly [what: string, last: Parts, now: Parts, fell: boolean];

const FALLS: readonly Fall[] = [
  ['bytes read', disk(5), disk(4), true],
  ['bytes written', disk(5, 5), disk(5, 4), true],
  ['a disk counter that is missing now', disk(5), disk(), false],
  ['bytes received', eth0(5), eth0(4), true],
  ['bytes sent', eth0(5, 5), eth0(5, 4), true],
  ['an interface that is gone', eth0(5), {}, false],
  ['nothing', { ...eth0(5), ...disk(5) }, { ...eth0(5), ...disk(5) }, false],
];

for (const [what, last, now, fell] of FALLS) {
  test(`a fall of ${what} is ${fell ? 'a' : 'no'} new life`, () => {
    const { hasRestarted } = follow({ sample: { read: 1, ...last } }, { sample: { read: 2, ...now } });
    assert.equal(hasRestarted, fell);
    const told = follow({ started: 0, sample: { read: 1, ...last } }, { started: 0, sample: { read: 2, ...now } });
    assert.equal(told.hasRestarted, fell);
    assert.equal(told.history?.countedFromNs, at(0), 'the CPU did not begin anew: no new start for its counter');
  });
}

test('counters of a shared network namespace are not the container’s', () => {
  const info = { sharesSandbox: true };
  const step = follow({ sample: { read: 1, ...eth0(5) }, info }, { sample: { read: 2, ...eth0(4) }, info });
  assert.equal(step.hasRestarted, false);
});
