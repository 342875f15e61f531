import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { createTransitions } from '../../../../src/log/transitions.ts';
import type { TaskSnapshot } from '../../../../src/snapshot/snapshot.ts';
import { type CgroupFileSystem, realFiles } from '../../../../src/sources/cgroup/file-system.ts';
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
  return {
    task: { arn },
    containers,
    internalContainers: [],
    unknownIds: [],
    hasStats: true,
    duplicateNames: [],
    isTruncated: false,
  };
}

const SNAPSHOT = snapshotOf(TASK_ARN, 'a', 'b', 'stopped', '../a');

interface RecordingReader extends TaskCgroupReader {
  readonly log: ReturnType<typeof recordingLogger>;
  readonly calls: string[];
}

/** A reader that records its file system calls. */
function reader(root: string, options: Partial<TaskCgroupOptions> = {}): RecordingReader {
  const log = recordingLogger();
  const calls: string[] = [];
  const inner = options.files ?? realFiles;
  const files: CgroupFileSystem = {
    read: (path) => {
      calls.push(`read ${path.slice(root.length + 1)}`);
      return inner.read(path);
    },
    resolve: (path, below) => {
      calls.push('resolve');
      return inner.resolve(path, below);
    },
    list: (directory) => {
      calls.push('list');
      return inner.list(directory);
    },
  };
  const transitions = createTransitions({ logger: log });
  return { ...createTaskCgroupReader({ root, transitions, deadlineMs: 60_000, ...options, files }), log, calls };
}

test('v1: reads eight files of the task and one of each running container', () =>
  withTree({ ...version1Tree(V1), [`memory/${V1}/a/memory.oom_control`]: OOM_CONTROL }, async (root) => {
    const { read, calls, log } = reader(root, { searchAgainMs: 0 });
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
    const reads = calls.filter((one) => one.startsWith('read'));
    assert.equal(reads.length, 10);
    assert.deepEqual(reads.slice(-2), [
      `read memory/${V1}/a/memory.oom_control`,
      `read memory/${V1}/b/memory.oom_control`,
    ]);
    // The directories are known.
    calls.length = 0;
    assert.deepEqual(await read(SNAPSHOT), first);
    assert.deepEqual(calls, reads);
    assert.deepEqual(log.events, []);
  }));

test('v2: reads six files', () =>
  withTree(version2Tree(V2), async (root) => {
    const { read, calls } = reader(root);
    const { cgroup, failures } = await read(SNAPSHOT);
    assert.deepEqual(failures, []);
    assert.equal(cgroup?.oomKills, 3);
    assert.equal(cgroup?.throttledNs, 7_371_768_000);
    assert.equal(calls.filter((one) => one.startsWith('read')).length, 6);
  }));

test('v1: reads the files of at most twelve containers', () =>
  withTree(version1Tree(V1), async (root) => {
    const { read, calls } = reader(root);
    await read(snapshotOf(TASK_ARN, ...Array.from({ length: 500 }, (_, i) => `c${i}`)));
    assert.equal(calls.filter((one) => one.startsWith('read')).length, 20);
  }));

test('a missing cgroup is logged once, counted each time and searched again after a while', () =>
  withTree(version1Tree('ecs/other'), async (root) => {
    let nowMs = 0;
    const { read, calls, log } = reader(root, { monotonicMs: () => nowMs, searchAgainMs: 100 });
    assert.deepEqual(await read(SNAPSHOT), { failures: ['not_found'] });
    const searchCalls = calls.length;
    assert.ok(searchCalls > 0);
    nowMs = 99;
    assert.deepEqual(await read(SNAPSHOT), { failures: ['not_found'] });
    assert.equal(calls.length, searchCalls, 'too early');
    nowMs = 100;
    assert.deepEqual(await read(SNAPSHOT), { failures: ['not_found'] });
    assert.equal(calls.length, 2 * searchCalls);
    assert.deepEqual(
      log.events.map(({ event, level }) => [level, event]),
      [['warn', 'task_cgroup_failing']],
    );
    assert.ok(log.events[0]?.message.startsWith(`no cgroup of this task below ${root}: `));
    // The cgroup of another task (of a local endpoint) is searched immediately.
    const other = await read(snapshotOf(TASK_ARN.replace(TASK_ID, 'other')));
    assert.equal(other.cgroup?.periods, 161);
    assert.equal(log.events.at(-1)?.event, 'task_cgroup_recovered');
  }));

test('without a task ID, the file system is not read', async () => {
  for (const arn of [undefined, 'arn:aws:ecs:eu-west-1:111122223333:task/cluster/..']) {
    const { read, calls } = reader('/sys/fs/cgroup');
    assert.deepEqual(await read(snapshotOf(arn)), { failures: ['not_found'] });
    assert.deepEqual(calls, []);
  }
});

test('a cgroup that disappears is searched again', () =>
  withTree(version2Tree(V2), async (root) => {
    let isGone = false;
    const files: CgroupFileSystem = {
      ...realFiles,
      read: async (path) => (isGone ? undefined : realFiles.read(path)),
    };
    const { read, calls } = reader(root, { files, searchAgainMs: 0 });
    assert.deepEqual((await read(SNAPSHOT)).failures, []);
    isGone = true;
    assert.deepEqual(await read(SNAPSHOT), { failures: ['not_found'] });
    calls.length = 0;
    assert.deepEqual(await read(SNAPSHOT), { failures: ['not_found'] });
    assert.ok(calls.includes('list'), 'searched again');
    isGone = false;
    assert.equal((await read(SNAPSHOT)).cgroup?.periods, 1763);
  }));

test('a file that cannot be read or parsed affects only its own values', () =>
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
    assert.match(log.events[0]?.message ?? '', /^cannot read /);
  }));

test('the location stays known while its files cannot be read', () =>
  withTree(version2Tree(V2), async (root) => {
    const files = { ...realFiles, read: () => Promise.reject(new Error('EACCES')) };
    const { read, calls } = reader(root, { files, searchAgainMs: 0 });
    for (const _ of [1, 2]) assert.deepEqual(await read(SNAPSHOT), { failures: ['unreadable'] });
    assert.equal(calls.filter((one) => one === 'list').length, 1);
  }));

test('a counter that decreased was reset after the previous reading; each task has its own history', () =>
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

test('a root that cannot be read is not reported as a missing cgroup', () =>
  withTree({}, async (root) => {
    const files = { ...realFiles, list: () => Promise.reject(new Error('EACCES')) };
    assert.deepEqual(await reader(root, { files }).read(SNAPSHOT), { failures: ['unreadable'] });
  }));

test('a file system that hangs: no poll waits for it, and no second read starts', (t) =>
  withTree(version2Tree(V2), async (root) => {
    const hanging = Promise.withResolvers<undefined>();
    let isHanging = true;
    const files: CgroupFileSystem = {
      ...realFiles,
      read: (path) => (isHanging ? hanging.promise : realFiles.read(path)),
    };
    const { read, calls, log } = reader(root, { files, deadlineMs: 200 });
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const outcome = read(SNAPSHOT);
    await eventually(() => calls.some((one) => one.startsWith('read')));
    t.mock.timers.tick(200);
    assert.deepEqual(await outcome, { failures: ['timeout'] });
    const before = calls.length;
    assert.equal(calls.filter((one) => one.startsWith('read')).length, 1);
    for (const _ of [1, 2, 3]) assert.deepEqual(await read(SNAPSHOT), { failures: ['timeout'] });
    assert.equal(calls.length, before);
    // The pending read completes, and reads no further file.
    isHanging = false;
    hanging.resolve(undefined);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(calls.length, before);
    assert.equal((await read(SNAPSHOT)).cgroup?.periods, 1763);
    assert.deepEqual(
      log.events.map(({ event }) => event),
      ['task_cgroup_failing', 'task_cgroup_recovered'],
    );
  }));
