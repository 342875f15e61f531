import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EMPTY_HISTORY, type TaskUpdate, updateTask } from '../../../src/history/task-history.ts';
import type { TaskTotals } from '../../../src/history/view.ts';
import type { ContainerInfo, ContainerSnapshot, TaskSnapshot } from '../../../src/snapshot/snapshot.ts';

const OPTIONS = { nowMs: 0, staleAfterMs: 60_000, keepForMs: 30_000, isSelected: () => true };

const EMPTY_SNAPSHOT: TaskSnapshot = {
  task: {},
  containers: [],
  internalContainers: [],
  unknownIds: [],
  hasStats: true,
  duplicateNames: [],
  isTruncated: false,
};

/** A container in the network namespace of the task, unless `info` overrides it. */
function container(
  name: string,
  readNs: bigint | undefined,
  rx_bytes?: number,
  info: Partial<ContainerInfo> = {},
): ContainerSnapshot {
  const networks = rx_bytes === undefined ? undefined : new Map([['eth0', { rx_bytes }]]);
  return {
    info: { id: name, name, networkNamespace: 'awsvpc', sharesNetworkNamespace: true, ...info },
    ...(readNs !== undefined && { sample: { readNs, networks } }),
  };
}

function play(...polls: readonly Partial<TaskSnapshot>[]): readonly TaskUpdate[] {
  const steps: TaskUpdate[] = [];
  for (const poll of polls) {
    const snapshot = { ...EMPTY_SNAPSHOT, ...poll };
    steps.push(updateTask(steps.at(-1)?.history ?? EMPTY_HISTORY, snapshot, OPTIONS));
  }
  return steps;
}

function totals(steps: readonly TaskUpdate[], key: keyof TaskTotals): readonly (number | undefined)[] {
  return steps.map(({ view }) => view.totals[key]);
}

test('a shared namespace continues after the clock was set back', () => {
  const steps = play(
    { containers: [container('a', 1000n, 10)] },
    { containers: [container('a', 500n, 12)] },
    { containers: [container('a', 600n, 15)] },
  );
  assert.deepEqual(totals(steps, 'rx_bytes'), [10, 10, 15]);
});

test('a decrease of a shared namespace adds nothing', () => {
  const steps = play(
    { containers: [container('a', 1n, 100)] },
    { containers: [container('a', 2n, 50), container('b', 2n, 50)] },
    { containers: [container('a', 3n, 60), container('b', 3n, 60)] },
  );
  assert.deepEqual(totals(steps, 'rx_bytes'), [100, 100, 110]);
});

test('zeros of one container do not reset the shared namespace', () => {
  const both = (a: bigint, bytes: number, b: bigint): Partial<TaskSnapshot> => {
    return { containers: [container('a', a, bytes), container('b', b, 0)] };
  };
  const steps = play(both(2n, 100, 1n), both(3n, 110, 4n), both(6n, 130, 5n), both(7n, 140, 8n), both(10n, 160, 9n));
  assert.deepEqual(totals(steps, 'rx_bytes'), [100, 100, 130, 130, 160]);
});

test('the last stats of a container that has stopped do not become stale', () => {
  const containers = [container('a', 1n, 1, { knownStatus: 'STOPPED' })];
  const first = updateTask(EMPTY_HISTORY, { ...EMPTY_SNAPSHOT, containers }, OPTIONS);
  const later = updateTask(first.history, { ...EMPTY_SNAPSHOT, containers }, { ...OPTIONS, nowMs: 60_001 });
  assert.equal(later.stale, 0);
});

test('a temporary decrease in the pause container is counted once', () => {
  const polls = [100, 110, 0, 130].map((bytes, at) => ({
    internalContainers: [container('pause', BigInt(at), bytes)],
  }));
  assert.deepEqual(totals(play(...polls), 'rx_bytes'), [100, 110, 110, 130]);
});

test('a device that disappears does not change the task total, and continues when it reappears', () => {
  const withDevices = (readNs: bigint, ...bytes: readonly number[]): Partial<TaskSnapshot> => {
    const { info } = container('a', readNs);
    const byDevice = new Map(bytes.map((readBytes, at) => [`8:${at}`, { readBytes }]));
    const total = { readBytes: bytes.reduce((sum, each) => sum + each, 0) };
    return { containers: [{ info, sample: { readNs, disk: { total, byDevice } } }] };
  };
  const steps = play(withDevices(1n, 5, 4), withDevices(2n, 6), withDevices(3n, 7), withDevices(4n, 8, 5));
  assert.deepEqual(totals(steps, 'readBytes'), [9, 10, 11, 13]);
});

test('the namespace of the pause container is kept over many containers', () => {
  const pause = container('pause', 1n, 7, { networkNamespace: 'own', sharesNetworkNamespace: false });
  const crowd = Array.from({ length: 3000 }, (_, index) =>
    container(`c${index}`, 1n, 1, { networkNamespace: `of ${index}`, sharesNetworkNamespace: false }),
  );
  const again = { ...pause, sample: { readNs: 2n, networks: new Map([['eth0', { rx_bytes: 9 }]]) } };
  const steps = play(
    { internalContainers: [pause] },
    { internalContainers: [pause], containers: crowd },
    { internalContainers: [pause] },
    { internalContainers: [pause] },
    { internalContainers: [again] },
  );
  assert.deepEqual(totals(steps, 'rx_bytes'), [7, 3007, 3007, 3007, 3009]);
});

test('the start time of the task is that of its first container, even if no longer listed', () => {
  const first = container('a', 1n, 1, { runStartNs: 5n });
  const second = container('b', 1n, 1, { runStartNs: 9n });
  const steps = play({ containers: [second, first] }, { containers: [second] });
  assert.deepEqual(
    steps.map(({ view }) => view.startTimeNs),
    [5n, 5n],
  );
});

test('a container that is missing from the metadata during its restart is recognized afterwards', () => {
  const life = (readNs: bigint, totalNs: number, runStartNs: bigint): ContainerSnapshot => {
    const { info } = container('a', readNs, undefined, { runStartNs });
    return { info, sample: { readNs, cpu: { totalNs } } };
  };
  const steps = play({ containers: [life(10n, 5, 1n)] }, { containers: [] }, { containers: [life(30n, 7, 20n)] });
  assert.deepEqual(totals(steps, 'cpuNs'), [5, 5, 12]);
  assert.deepEqual(steps.at(-1)?.restarted, ['a']);
});

test('a sample after an out-of-order one is not compared with earlier ones', () => {
  const cpu = (readNs: bigint, totalNs: number): ContainerSnapshot => ({
    ...container('a', readNs),
    sample: { readNs, cpu: { totalNs } },
  });
  const steps = play(
    { containers: [cpu(10n, 100)] },
    { containers: [cpu(20n, 200)] },
    { containers: [cpu(15n, 150)] },
    { containers: [cpu(15n, 150)] },
    { containers: [cpu(25n, 250)] },
  );
  const views = steps.map(({ view }) => view.containers[0]);
  assert.deepEqual(
    views.map((view) => view?.sample?.readNs),
    [10n, 20n, undefined, 15n, 25n],
  );
  assert.deepEqual(
    views.map((view) => view?.previousCpu?.readNs),
    [undefined, 10n, undefined, undefined, 15n],
  );
});

test('a container with a duplicate name counts in the totals like any other', () => {
  const twin = {
    ...container('b', 1n, 5, { networkNamespace: 'b', sharesNetworkNamespace: false }),
    isNameTaken: true,
  };
  const [step] = play({ containers: [container('a', 1n, 3), twin] });
  assert.deepEqual(
    step?.view.containers.map(({ isNameTaken }) => isNameTaken),
    [undefined, true],
  );
  assert.equal(step?.view.totals.rx_bytes, 8);
});
