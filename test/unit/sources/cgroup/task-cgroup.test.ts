import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { createTransitions } from '../../../../src/log/transitions.ts';
import type { TaskSnapshot } from '../../../../src/snapshot/snapshot.ts';
import { type CgroupFileSystem, realFiles } from '../../../../src/sources/cgroup/files.ts';
import {
  createTaskCgroupReader,
  type TaskCgroupOptions,
  type TaskCgroupReader,
} from '../../../../src/sources/cgroup/task-cgroup.ts';
import { eventually } from '../../../helpers/eventually.ts';
import { recordingLogger } from '../../../helpers/recording-logger.ts';
import { OOM_CONTROL, TASK_ARN, TASK_ID, version1Tree, version2Tree, withTree } from './cgroup-tree.ts';

const V1 = `ecs/${TASK_ID}`;
const V2 = `ecstasks.slice/ecstasks-${TASK_ID}.slice`;

function snapshotOf(arn: string | undefined, ...ids: readonly string[]): TaskSnapshot {
  const containers = ids.map((id) => ({
    info: { id, name: id, networkNamespace: id, sharesNetworkNamespace: false },
    ...(id !== 'stopped' && { sample: { readNs: 1n } }),
  }));
  return { task: { arn }, containers, internals: [], unknownIds: [], hasStats: true, duplicateNames: [] };
}

const SNAPSHOT = snapshotOf(TASK_ARN, 'a', 'b', 'stopped', '../a');

interface Watched extends TaskCgroupReader {
  readonly log: ReturnType<typeof recordingLogger>;
  readonly asked: string[];
}

/** A reader whose questions to the file system are written down. */
function reader(root: string, options: Partial<TaskCgroupOptions> = {}): Watched {
  const log = recordingLogger();
  const asked: string[] = [];
  const inner = options.files ?? realFiles;
  const files: CgroupFileSystem = {
    read: (path) => {
      asked.push(`read ${path.slice(root.length + 1)}`);
      return inner.read(path);
    },
    resolve: (path, below) => {
      asked.push('resolve');
      return inner.resolve(path, below);
    },
    list: (folder) => {
      asked.push('list');
      return inner.list(folder);
    },
  };
  const transitions = createTransitions({ logger: log });
  return { ...createTaskCgroupReader({ root, transitions, deadlineMs: 60_000, ...options, files }), log, asked };
}

test('v1: eight files of the task, and one of each container that runs', () =>
  withTree({ ...version1Tree(V1), [`memory/${V1}/a/memory.oom_control`]: OOM_CONTROL }, async (root) => {
    const { read, asked, log } = reader(root, { lookAgainMs: 0 });
    const first = await read(SNAPSHOT);
    assert.deepEqual(first, {
      cgroup: {
        cpuNs: 4_803_924_796,
        periods: 161,
        throttledPeriods: 158,
        throttledNs: 10_280_255_365,
        memoryLimitHits: 138,
        oomKills: 2,
        quotaCores: 0.25,
        memoryBytes: 19_496_960,
        memoryPeakBytes: 20_000_768,
        memoryLimitBytes: 67_108_864,
        startTimeNs: {},
      },
      failures: [],
    });
    const reads = asked.filter((one) => one.startsWith('read'));
    assert.equal(reads.length, 10);
    assert.deepEqual(reads.slice(-2), [
      `read memory/${V1}/a/memory.oom_control`,
      `read memory/${V1}/b/memory.oom_control`,
    ]);
    // The folders are known by now.
    asked.length = 0;
    assert.deepEqual(await read(SNAPSHOT), first);
    assert.deepEqual(asked, reads);
    assert.deepEqual(log.events, []);
  }));

test('v2: six files', () =>
  withTree(version2Tree(V2), async (root) => {
    const { read, asked } = reader(root);
    const { cgroup, failures } = await read(SNAPSHOT);
    assert.deepEqual(failures, []);
    assert.equal(cgroup?.oomKills, 3);
    assert.equal(cgroup?.throttledNs, 7_371_768_000);
    assert.equal(asked.filter((one) => one.startsWith('read')).length, 6);
  }));

test('never more files than those of twelve containers', () =>
  withTree(version1Tree(V1), async (root) => {
    const { read, asked } = reader(root);
    await read(snapshotOf(TASK_ARN, ...Array.from({ length: 500 }, (_, i) => `c${i}`)));
    assert.equal(asked.filter((one) => one.startsWith('read')).length, 20);
  }));

test('a task that has no cgroup there: told once, counted each time, looked for again after a while', () =>
  withTree(version1Tree('ecs/other'), async (root) => {
    let nowMs = 0;
    const { read, asked, log } = reader(root, { monotonicMs: () => nowMs, lookAgainMs: 100 });
    assert.deepEqual(await read(SNAPSHOT), { failures: ['not_found'] });
    const looked = asked.length;
    assert.ok(looked > 0);
    nowMs = 99;
    assert.deepEqual(await read(SNAPSHOT), { failures: ['not_found'] });
    assert.equal(asked.length, looked, 'too early');
    nowMs = 100;
    assert.deepEqual(await read(SNAPSHOT), { failures: ['not_found'] });
    assert.equal(asked.length, 2 * looked);
    assert.deepEqual(
      log.events.map(({ event, level }) => [level, event]),
      [['warn', 'task_cgroup_failing']],
    );
    assert.ok(log.events[0]?.message.startsWith(`${root}: this task has no cgroup there`));
    // Another task (of a local endpoint) is looked for at once.
    const other = await read(snapshotOf(TASK_ARN.replace(TASK_ID, 'other')));
    assert.equal(other.cgroup?.periods, 161);
    assert.equal(log.events.at(-1)?.event, 'task_cgroup_recovered');
  }));

test('no task id, and so no question', async () => {
  for (const arn of [undefined, 'arn:aws:ecs:eu-west-1:111122223333:task/cluster/..']) {
    const { read, asked } = reader('/sys/fs/cgroup');
    assert.deepEqual(await read(snapshotOf(arn)), { failures: ['not_found'] });
    assert.deepEqual(asked, []);
  }
});

test('a cgroup that goes, and comes back', () =>
  withTree(version2Tree(V2), async (root) => {
    let isGone = false;
    const files: CgroupFileSystem = {
      ...realFiles,
      read: async (path) => (isGone ? undefined : realFiles.read(path)),
    };
    const { read, asked } = reader(root, { files, lookAgainMs: 0 });
    assert.deepEqual((await read(SNAPSHOT)).failures, []);
    isGone = true;
    assert.deepEqual(await read(SNAPSHOT), { failures: ['not_found'] });
    asked.length = 0;
    assert.deepEqual(await read(SNAPSHOT), { failures: ['not_found'] });
    assert.ok(asked.includes('list'), 'it may be elsewhere by now');
    isGone = false;
    assert.equal((await read(SNAPSHOT)).cgroup?.periods, 1763);
  }));

test('what cannot be read costs itself alone', () =>
  withTree({ ...version2Tree(V2), [`${V2}/cpu.stat`]: 'junk', [`${V2}/memory.peak`]: '-5' }, async (root) => {
    const files: CgroupFileSystem = {
      ...realFiles,
      read: (path) => (path.endsWith('memory.max') ? Promise.reject(new Error('EACCES')) : realFiles.read(path)),
    };
    const { read, log } = reader(root, { files });
    const { cgroup, failures } = await read(SNAPSHOT);
    assert.deepEqual([...failures].sort(), ['malformed', 'unreadable']);
    assert.equal(cgroup?.quotaCores, 0.5);
    assert.equal(cgroup?.memoryBytes, 331_776);
    assert.deepEqual(
      [cgroup?.cpuNs, cgroup?.memoryPeakBytes, cgroup?.memoryLimitBytes],
      [undefined, undefined, undefined],
    );
    await read(SNAPSHOT);
    assert.equal(log.events.length, 1);
    assert.match(log.events[0]?.message ?? '', /cannot be read/);
  }));

test('where nothing can be read, the place is right all the same', () =>
  withTree(version2Tree(V2), async (root) => {
    const files = { ...realFiles, read: () => Promise.reject(new Error('EACCES')) };
    const { read, asked } = reader(root, { files, lookAgainMs: 0 });
    for (const _ of [1, 2]) assert.deepEqual(await read(SNAPSHOT), { failures: ['unreadable'] });
    assert.equal(asked.filter((one) => one === 'list').length, 1);
  }));

test('a counter that falls began after the reading before; another task has a history of its own', () =>
  withTree({ ...version2Tree(V2), 'ecstasks.slice/ecstasks-other.slice/cpu.stat': 'usage_usec 1\n' }, async (root) => {
    let wallMs = 5;
    const { read } = reader(root, { wallMs: () => wallMs });
    await read(SNAPSHOT);
    wallMs = 9;
    writeFileSync(`${root}/${V2}/cpu.stat`, 'usage_usec 1\n');
    assert.deepEqual((await read(SNAPSHOT)).cgroup?.startTimeNs, { cpuNs: 5_000_000n });
    const other = await read(snapshotOf(TASK_ARN.replace(TASK_ID, 'other')));
    assert.deepEqual(other.cgroup?.startTimeNs, {});
  }));

test('a root that may not be read is no root without the task', () =>
  withTree({}, async (root) => {
    const files = { ...realFiles, list: () => Promise.reject(new Error('EACCES')) };
    assert.deepEqual(await reader(root, { files }).read(SNAPSHOT), { failures: ['unreadable'] });
  }));

test('a file system that hangs: the poll does not wait, and does not read it a second time', (t) =>
  withTree(version2Tree(V2), async (root) => {
    const hanging = Promise.withResolvers<undefined>();
    let isHanging = true;
    const files: CgroupFileSystem = {
      ...realFiles,
      read: (path) => (isHanging ? hanging.promise : realFiles.read(path)),
    };
    const { read, asked, log } = reader(root, { files, deadlineMs: 200 });
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const late = read(SNAPSHOT);
    await eventually(() => asked.some((one) => one.startsWith('read')));
    t.mock.timers.tick(200);
    assert.deepEqual(await late, { failures: ['timeout'] });
    const before = asked.length;
    assert.equal(asked.filter((one) => one.startsWith('read')).length, 1);
    for (const _ of [1, 2, 3]) assert.deepEqual(await read(SNAPSHOT), { failures: ['timeout'] });
    assert.equal(asked.length, before);
    // It answers after all. The reading that hung stops there.
    isHanging = false;
    hanging.resolve(undefined);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(asked.length, before);
    assert.equal((await read(SNAPSHOT)).cgroup?.periods, 1763);
    assert.deepEqual(
      log.events.map(({ event }) => event),
      ['task_cgroup_failing', 'task_cgroup_recovered'],
    );
  }));
