import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type ContainerHistory,
  type ContainerUpdate,
  updateContainer,
} from '../../../src/history/container-history.ts';
import type { ContainerInfo, ContainerSample } from '../../../src/snapshot/snapshot.ts';

const STALE_AFTER_MS = 60_000;

/** Seconds since some epoch, as nanoseconds. */
const at = (seconds: number): bigint => 1_700_000_000_000_000_000n + BigInt(Math.round(seconds * 1e9));

type Parts = Omit<Partial<ContainerSample>, 'readNs' | 'cpu'>;
type Sample = Parts & { readonly read: number; readonly used?: number };

function sampleOf({ read, used, ...rest }: Sample): ContainerSample {
  return { readNs: at(read), ...rest, ...(used !== undefined && { cpu: { totalNs: used } }) };
}

function faults(minorFaults: number): Parts {
  return { memory: { minorFaults } };
}

interface Poll {
  readonly started?: number | undefined;
  readonly sample?: Sample;
  readonly nowMs?: number;
  readonly info?: Partial<ContainerInfo>;
}

/** Updates one container over polls. `nowMs` is 0 where it does not matter. */
function updateAll(...polls: readonly Poll[]): ContainerUpdate {
  let history: ContainerHistory | undefined;
  let step: ContainerUpdate | undefined;
  for (const { started, sample, nowMs = 0, info } of polls) {
    const runStartNs = started === undefined ? undefined : at(started);
    step = updateContainer(
      history,
      {
        info: { id: 'id', name: 'c', networkNamespace: 'id', sharesNetworkNamespace: false, runStartNs, ...info },
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
  readonly isFullReset?: boolean;
  /** Seconds of the sample, the previous CPU reading and the start time. */
  readonly sample?: number;
  readonly previousCpu?: number;
  readonly countedFrom?: number;
}

const CASES: readonly (readonly [what: string, polls: readonly Poll[], expected: Expected])[] = [
  ['no stats at all', [{ started: 1 }, { started: 1 }], { isCurrent: false }],
  [
    'the first sample has no previous reading',
    [{ started: 1, sample: { read: 10, used: 5 } }],
    { isCurrent: true, sample: 10, countedFrom: 1 },
  ],
  [
    'the second sample is compared with the first',
    [
      { started: 1, sample: { read: 10, used: 5 } },
      { started: 1, sample: { read: 20, used: 6 } },
    ],
    { isCurrent: true, sample: 20, previousCpu: 10, countedFrom: 1 },
  ],
  [
    'no stats: the history is kept',
    [{ started: 1, sample: { read: 10, used: 5 } }, { started: 1 }],
    { isCurrent: false, sample: 10, countedFrom: 1 },
  ],
  [
    'the sample after a gap is compared with the one before it',
    [{ started: 1, sample: { read: 10, used: 5 } }, { started: 1 }, { started: 1, sample: { read: 30, used: 6 } }],
    { isCurrent: true, sample: 30, previousCpu: 10, countedFrom: 1 },
  ],
  [
    'read did not advance: the same sample and usage',
    [
      { started: 1, sample: { read: 10, used: 5 } },
      { started: 1, sample: { read: 20, used: 6 }, nowMs: 10 },
      { started: 1, sample: { read: 20, used: 6 }, nowMs: 10 + STALE_AFTER_MS },
    ],
    { isCurrent: true, sample: 20, previousCpu: 10, countedFrom: 1 },
  ],
  [
    'read did not advance for too long: stale',
    [
      { started: 1, sample: { read: 20, used: 6 }, nowMs: 10 },
      { started: 1, sample: { read: 20, used: 6 }, nowMs: 11 + STALE_AFTER_MS },
    ],
    { isCurrent: false, sample: 20, countedFrom: 1 },
  ],
  [
    'a renewed stale sample is current again',
    [
      { started: 1, sample: { read: 20, used: 6 }, nowMs: 10 },
      { started: 1, sample: { read: 20, used: 6 }, nowMs: 11 + STALE_AFTER_MS },
      { started: 1, sample: { read: 30, used: 7 }, nowMs: 12 + STALE_AFTER_MS },
    ],
    { isCurrent: true, sample: 30, previousCpu: 20, countedFrom: 1 },
  ],
  [
    'read went back: out of order',
    [
      { started: 1, sample: { read: 20, used: 6 } },
      { started: 1, sample: { read: 15, used: 9 } },
    ],
    { isCurrent: false, sample: 15, countedFrom: 1 },
  ],
  [
    'the next sample is compared with the out-of-order one',
    [
      { started: 1, sample: { read: 20, used: 6 } },
      { started: 1, sample: { read: 15, used: 9 } },
      { started: 1, sample: { read: 17, used: 10 } },
    ],
    { isCurrent: true, sample: 17, previousCpu: 15, countedFrom: 1 },
  ],
  [
    'a new start after the last sample: a new run, although no counter decreased',
    [
      { started: 1, sample: { read: 10, used: 5 } },
      { started: 11, sample: { read: 20, used: 6 } },
    ],
    { isCurrent: true, hasRestarted: true, isFullReset: true, sample: 20, countedFrom: 11 },
  ],
  [
    'correct again at the next sample',
    [
      { started: 1, sample: { read: 10, used: 5 } },
      { started: 11, sample: { read: 20, used: 2 } },
      { started: 11, sample: { read: 30, used: 3 } },
    ],
    { isCurrent: true, sample: 30, previousCpu: 20, countedFrom: 11 },
  ],
  [
    'a decrease of CPU time is held back: no restart yet, and no usage',
    [
      { started: 1, sample: { read: 10, used: 5 } },
      { started: 1, sample: { read: 20, used: 4 } },
    ],
    { isCurrent: true, sample: 20, countedFrom: 1 },
  ],
  [
    'CPU time continues from the low value: a reset since the last accepted reading',
    [
      { started: 1, sample: { read: 10, used: 5 } },
      { started: 1, sample: { read: 20, used: 2 } },
      { started: 1, sample: { read: 30, used: 3 } },
    ],
    { isCurrent: true, hasRestarted: true, sample: 30, previousCpu: 20, countedFrom: 10 },
  ],
  [
    'CPU time recovers: the decrease was a wrong reading',
    [
      { started: 1, sample: { read: 10, used: 5 } },
      { started: 1, sample: { read: 20, used: 0 } },
      { started: 1, sample: { read: 30, used: 7 } },
    ],
    { isCurrent: true, sample: 30, previousCpu: 10, countedFrom: 1 },
  ],
  [
    'CPU time stays at the low value: still held back',
    [
      { started: 1, sample: { read: 10, used: 5 } },
      { started: 1, sample: { read: 20, used: 0 } },
      { started: 1, sample: { read: 30, used: 0 } },
    ],
    { isCurrent: true, sample: 30, countedFrom: 1 },
  ],
  [
    'CPU time recovers after two low readings',
    [
      { started: 1, sample: { read: 10, used: 5 } },
      { started: 1, sample: { read: 20, used: 0 } },
      { started: 1, sample: { read: 30, used: 0 } },
      { started: 1, sample: { read: 40, used: 8 } },
    ],
    { isCurrent: true, sample: 40, previousCpu: 10, countedFrom: 1 },
  ],
  [
    'CPU time has passed its old value, but page faults continue from a low value: a reset',
    [
      { started: 1, sample: { read: 10, used: 5, ...faults(100) } },
      { started: 1, sample: { read: 20, used: 2, ...faults(10) } },
      { started: 1, sample: { read: 30, used: 6, ...faults(20) } },
    ],
    { isCurrent: true, hasRestarted: true, sample: 30, previousCpu: 20, countedFrom: 10 },
  ],
  [
    'the metadata explains the decrease one poll late: a restart, compared with the held-back reading',
    [
      { started: 1, sample: { read: 10, used: 5 } },
      { started: 1, sample: { read: 20, used: 4 } },
      { started: 12, sample: { read: 30, used: 6 } },
    ],
    { isCurrent: true, hasRestarted: true, sample: 30, previousCpu: 20, countedFrom: 12 },
  ],
  [
    'a higher RestartCount explains a decrease at once',
    [
      { started: 1, sample: { read: 10, used: 5 }, info: { restartCount: 2 } },
      { started: 1, sample: { read: 20, used: 4 }, info: { restartCount: 3 } },
    ],
    { isCurrent: true, hasRestarted: true, sample: 20, countedFrom: 10 },
  ],
  [
    'a higher RestartCount is a restart, even if the agent adds up the counters and no start time changes',
    [
      { started: 1, sample: { read: 10, used: 5 }, info: { restartCount: 2 } },
      { started: 1, sample: { read: 20, used: 6 }, info: { restartCount: 3 } },
    ],
    { isCurrent: true, hasRestarted: true, sample: 20, previousCpu: 10, countedFrom: 1 },
  ],
  [
    'a RestartCount of a run without a sample does not apply yet',
    [
      { started: 1, sample: { read: 10, used: 5 }, info: { restartCount: 0 } },
      { started: 21, sample: { read: 20, used: 6 }, info: { restartCount: 1 } },
    ],
    { isCurrent: true, sample: 20, previousCpu: 10, countedFrom: 1 },
  ],
  [
    'a RestartCount applies to the first sample of its run',
    [
      { started: 1, sample: { read: 10, used: 5 }, info: { restartCount: 0 } },
      { started: 21, sample: { read: 20, used: 6 }, info: { restartCount: 1 } },
      { started: 21, sample: { read: 30, used: 7 }, info: { restartCount: 1 } },
    ],
    { isCurrent: true, hasRestarted: true, sample: 30, previousCpu: 20, countedFrom: 1 },
  ],
  [
    'the last sample of a container that has stopped is not current',
    [
      { started: 1, sample: { read: 10, used: 5 } },
      { started: 1, sample: { read: 20, used: 6 }, info: { knownStatus: 'STOPPED' } },
    ],
    { isCurrent: false, sample: 20, previousCpu: 10, countedFrom: 1 },
  ],
  [
    'a reported start after the sample: the sample is of the previous run',
    [
      { started: 1, sample: { read: 10, used: 5 } },
      { started: 21, sample: { read: 20, used: 6 } },
    ],
    { isCurrent: true, sample: 20, previousCpu: 10, countedFrom: 1 },
  ],
  [
    'the new run begins with its first sample',
    [
      { started: 1, sample: { read: 10, used: 5 } },
      { started: 21, sample: { read: 20, used: 6 } },
      { started: 21, sample: { read: 30, used: 7 } },
    ],
    { isCurrent: true, hasRestarted: true, isFullReset: true, sample: 30, countedFrom: 21 },
  ],
  [
    'a reported start after the very first sample',
    [
      { started: 21, sample: { read: 20, used: 6 } },
      { started: 21, sample: { read: 30, used: 7 } },
    ],
    { isCurrent: true, hasRestarted: true, isFullReset: true, sample: 30, countedFrom: 21 },
  ],
  [
    'a late start time is not a restart',
    [{ sample: { read: 10, used: 5 } }, { started: 1, sample: { read: 20, used: 6 } }],
    { isCurrent: true, sample: 20, previousCpu: 10, countedFrom: 1 },
  ],
  [
    'a start time is kept if it goes missing',
    [{ started: 1, sample: { read: 10, used: 5 } }, { sample: { read: 20, used: 6 } }],
    { isCurrent: true, sample: 20, previousCpu: 10, countedFrom: 1 },
  ],
  [
    'a new start after a gap without stats',
    [{ started: 1, sample: { read: 10, used: 5 } }, { started: 1 }, { started: 25, sample: { read: 30, used: 9 } }],
    { isCurrent: true, hasRestarted: true, isFullReset: true, sample: 30, countedFrom: 25 },
  ],
  [
    'a restart policy: the agent sums over runs, so counters continue',
    [
      { started: 1, sample: { read: 10, used: 5 }, info: { restartCount: 0 } },
      { started: 11, sample: { read: 20, used: 6 }, info: { restartCount: 1 } },
    ],
    { isCurrent: true, hasRestarted: true, sample: 20, previousCpu: 10, countedFrom: 1 },
  ],
  [
    'a restart policy under an agent that does not sum over runs: counters decrease',
    [
      { started: 1, sample: { read: 10, used: 5 }, info: { restartCount: 0 } },
      { started: 11, sample: { read: 20, used: 4 }, info: { restartCount: 1 } },
    ],
    { isCurrent: true, hasRestarted: true, isFullReset: true, sample: 20, countedFrom: 11 },
  ],
  [
    'no previous CPU stats: precpu_stats is used',
    [
      { started: 1, sample: { read: 10 } },
      { started: 1, sample: { read: 20, used: 6, precpu: { readNs: at(19), cpu: { totalNs: 5 } } } },
    ],
    { isCurrent: true, sample: 20, previousCpu: 19, countedFrom: 1 },
  ],
];

for (const [what, polls, expected] of CASES) {
  test(`a container, poll by poll: ${what}`, () => {
    const { history, state, hasRestarted, isFullReset } = updateAll(...polls);
    const ns = (seconds: number | undefined): bigint | undefined => (seconds === undefined ? undefined : at(seconds));
    assert.deepEqual(
      {
        isCurrent: state === 'current',
        hasRestarted,
        isFullReset,
        sample: history?.sample.readNs,
        previousCpu: history?.previousCpu?.readNs,
        countedFrom: history?.startTimeNs,
      },
      {
        isCurrent: expected.isCurrent,
        hasRestarted: expected.hasRestarted ?? false,
        isFullReset: expected.isFullReset ?? false,
        sample: ns(expected.sample),
        previousCpu: ns(expected.previousCpu),
        countedFrom: ns(expected.countedFrom),
      },
    );
  });
}

const precpu = (read: number, totalNs: number): ContainerSample['precpu'] => ({ readNs: at(read), cpu: { totalNs } });

const FIRST: readonly (readonly [what: string, poll: Poll, previousCpu: number | undefined])[] = [
  ['valid', { started: 1, sample: { read: 20, used: 6, precpu: precpu(19, 5) } }, 19],
  ['without a start time', { sample: { read: 20, used: 6, precpu: precpu(19, 5) } }, 19],
  ['of the previous run', { started: 19.5, sample: { read: 20, used: 6, precpu: precpu(19, 5) } }, undefined],
  [
    'with more CPU time than the sample',
    { started: 1, sample: { read: 20, used: 6, precpu: precpu(19, 7) } },
    undefined,
  ],
  ['with the time of the sample', { started: 1, sample: { read: 20, used: 6, precpu: precpu(20, 5) } }, undefined],
  [
    'more than a minute older: the clock has jumped',
    { started: 1, sample: { read: 80, used: 6, precpu: precpu(19, 5) } },
    undefined,
  ],
];

for (const [what, poll, previousCpu] of FIRST) {
  test(`precpu_stats of the first sample: ${what}`, () => {
    const readNs = updateAll(poll).history?.previousCpu?.readNs;
    assert.equal(readNs, previousCpu === undefined ? undefined : at(previousCpu));
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

/** Exported network and disk counters at the last poll, and the start of the group if it has reset. */
function groupAfter(parts: readonly Parts[], group: string, info: Partial<ContainerInfo> = {}) {
  const polls = parts.map((part, index) => ({ started: 0, sample: { read: index + 1, used: index, ...part }, info }));
  const { history, hasRestarted } = updateAll(...polls);
  assert.equal(hasRestarted, false, 'a reset of one group is not a restart of the container');
  assert.equal(history?.startTimeNs, at(0), 'CPU time did not reset: no new start time');
  const { networks, disk: disks, memory } = history.sample;
  return {
    rx: networks?.get('eth0')?.rx_bytes,
    tx: networks?.get('eth0')?.tx_bytes,
    read: disks?.total.readBytes,
    faults: memory?.minorFaults,
    startNs: Object.values(history.counterStates.get(group)?.starts ?? {})[0],
  };
}

const NOTHING = { rx: undefined, tx: undefined, read: undefined, faults: undefined, startNs: undefined };

type GroupCase = readonly [what: string, parts: readonly Parts[], group: string, expected: object];

const GROUP_CASES: readonly GroupCase[] = [
  ['bytes received decrease', [eth0(5, 1), eth0(0, 2)], 'network eth0', { ...NOTHING, tx: 2 }],
  ['bytes received recover', [eth0(5, 1), eth0(0, 2), eth0(7, 3)], 'network eth0', { ...NOTHING, rx: 7, tx: 3 }],
  [
    'or continue from the low value',
    [eth0(5, 1), eth0(0, 2), eth0(3, 3)],
    'network eth0',
    { ...NOTHING, rx: 3, tx: 3, startNs: at(1) },
  ],
  ['bytes received stay low', [eth0(5, 1), eth0(0, 2), eth0(0, 3)], 'network eth0', { ...NOTHING, tx: 3 }],
  ['an interface is missing once', [eth0(5, 1), {}, eth0(6, 1)], 'network eth0', { ...NOTHING, rx: 6, tx: 1 }],
  ['bytes read decrease', [disk(5), disk(4)], 'disk', NOTHING],
  ['bytes read recover', [disk(5), disk(4), disk(9)], 'disk', { ...NOTHING, read: 9 }],
  [
    'bytes read continue from the low value',
    [disk(5), disk(1), disk(2)],
    'disk',
    { ...NOTHING, read: 2, startNs: at(1) },
  ],
  ['a disk counter is missing once', [disk(5), disk(), disk(6)], 'disk', { ...NOTHING, read: 6 }],
  ['page faults decrease', [faults(5), faults(1)], 'memory faults', NOTHING],
  [
    'page faults continue from the low value',
    [faults(5), faults(1), faults(2)],
    'memory faults',
    { ...NOTHING, faults: 2, startNs: at(1) },
  ],
];

for (const [what, parts, group, expected] of GROUP_CASES) {
  test(`counters of one group: ${what}`, () => assert.deepEqual(groupAfter(parts, group), expected));
}

function devices(a: number, b?: number): Parts {
  const byDevice = new Map([['8:0', { readBytes: a }]]);
  if (b !== undefined) byDevice.set('8:16', { readBytes: b });
  return { disk: { total: { readBytes: a + (b ?? 0) }, byDevice } };
}

test('a total without a held-back device is absent', () => {
  const step = updateAll({ sample: { read: 1, ...devices(5, 5) } }, { sample: { read: 2, ...devices(1, 50) } });
  assert.deepEqual(step.history?.sample.disk, {
    total: {},
    byDevice: new Map([
      ['8:0', {}],
      ['8:16', { readBytes: 50 }],
    ]),
  });
});

const DEVICE_CASES: readonly (readonly [what: string, parts: readonly Parts[], total: object])[] = [
  ['one disappears: its part of the total stays', [devices(5, 4), devices(6), devices(7)], { read: 11 }],
  ['one reappears', [devices(5, 4), devices(6), devices(7, 4)], { read: 11 }],
  ['one is low twice while the other grows', [devices(5, 4), devices(6, 0), devices(7, 0)], {}],
  ['one recovers after two low readings', [devices(5, 4), devices(6, 0), devices(7, 0), devices(8, 6)], { read: 14 }],
  ['all decrease, then one is missing', [devices(5, 4), devices(0, 0), devices(6)], { read: 10 }],
  ['all continue from low values', [devices(5, 4), devices(0, 0), devices(1, 1)], { read: 2, startNs: at(1) }],
  [
    'one disappears while the other continues from a low value',
    [devices(5, 9), devices(1), devices(2)],
    { read: 2, startNs: at(1) },
  ],
];

for (const [what, parts, total] of DEVICE_CASES) {
  test(`total over devices: ${what}`, () => {
    assert.deepEqual(groupAfter(parts, 'disk'), { ...NOTHING, ...total });
  });
}

test('a reset of the total over devices does not explain other decreases', () => {
  const sample = (read: number, used: number, parts: Parts): Poll => ({ sample: { read, used, ...parts } });
  const step = updateAll(sample(1, 5, devices(5, 4)), sample(2, 0, devices(0, 0)), sample(3, 0, devices(6)));
  assert.equal(step.hasRestarted, false);
});

test('page faults that reset with a run do not explain other decreases', () => {
  const info = (restartCount: number): Partial<ContainerInfo> => ({ restartCount, firstRunStartNs: at(0) });
  const poll = (read: number, used: number, count: number, restarts: number): Poll => {
    return { started: restarts * 25, sample: { read, used, ...faults(count) }, info: info(restarts) };
  };
  const { history } = updateAll(poll(10, 5, 9, 0), poll(20, 1, 0, 0), poll(30, 7, 3, 1));
  assert.equal(history?.previousCpu?.readNs, at(10), 'CPU time went on from before the fall');
  assert.equal(history?.startTimeNs, at(0));
});

test('a reading without CPU time is not a previous reading', () => {
  const step = updateAll({ sample: { read: 10, used: 0 } }, { sample: { read: 20, used: 300 } });
  assert.equal(step.history?.previousCpu, undefined);
});

test('a container that has just started can have a CPU time of 0', () => {
  const step = updateAll(
    { started: 10, sample: { read: 10, used: 0 } },
    { started: 10, sample: { read: 20, used: 3 } },
  );
  assert.equal(step.history?.previousCpu?.readNs, at(10));
});

test('a run that began after a decrease is not compared with it', () => {
  const old = { started: 1, sample: { read: 10, used: 50 } };
  const step = updateAll(
    old,
    { started: 1, sample: { read: 20, used: 2 } },
    { started: 25, sample: { read: 30, used: 4 } },
  );
  assert.equal(step.hasRestarted, true);
  assert.equal(step.history?.previousCpu, undefined);
});

test('a shared network namespace is held back separately and continues over a restart', () => {
  const info = { sharesNetworkNamespace: true };
  assert.deepEqual(groupAfter([eth0(5, 1), eth0(4, 2)], 'network eth0', info), { ...NOTHING, tx: 2 });
  const step = updateAll(
    { started: 0, sample: { read: 1, used: 5, ...eth0(5) }, info },
    { started: 2, sample: { read: 3, used: 1, ...eth0(4) }, info },
  );
  assert.equal(step.hasRestarted, true);
  assert.equal(step.history?.sample.networks?.get('eth0')?.rx_bytes, undefined);
});

test('page faults reset with each run, even if they have passed their old value', () => {
  const info = (restartCount: number, startedSeconds: number): Partial<ContainerInfo> => ({
    restartCount,
    firstRunStartNs: at(0),
    runStartNs: at(startedSeconds),
  });
  const first = { sample: { read: 10, used: 5, ...faults(3) }, info: info(0, 0) };
  const second = { sample: { read: 20, used: 6, ...faults(9) }, info: info(1, 12) };
  const { history } = updateAll(first, second);
  assert.equal(history?.counterStates.get('memory faults')?.starts?.['minorFaults'], at(12));
  assert.equal(history?.startTimeNs, at(0), 'the agent sums CPU time over runs');
  // The container restarted before the exporter started.
  assert.equal(updateAll(second).history?.counterStates.get('memory faults')?.starts?.['minorFaults'], at(12));
});
