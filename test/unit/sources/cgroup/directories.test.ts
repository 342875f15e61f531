import assert from 'node:assert/strict';
import { relative } from 'node:path';
import { test } from 'node:test';
import { findDirectories, realFiles } from '../../../../src/sources/cgroup/file-system.ts';
import { TASK_ID, type TreeEntries, version1Tree, version2Tree, withTree } from './cgroup-tree.ts';

const V1 = `ecs/${TASK_ID}`;
const V2 = `ecstasks.slice/ecstasks-${TASK_ID}.slice`;

/** `<version> <path below the root>` by controller. */
async function directoriesIn(root: string, taskId = TASK_ID): Promise<Readonly<Record<string, string>>> {
  const found = await findDirectories(realFiles, root, taskId);
  return Object.fromEntries(
    [...found].map(([controller, { version, path }]) => [controller, `${version} ${relative(root, path)}`]),
  );
}

const TREES: Readonly<Record<string, readonly [TreeEntries, Readonly<Record<string, string>>]>> = {
  'v1, controllers in a shared hierarchy': [
    version1Tree(V1),
    { cpu: `1 cpu,cpuacct/${V1}`, cpuacct: `1 cpu,cpuacct/${V1}`, memory: `1 memory/${V1}` },
  ],
  'v1, without links': [
    { [`cpuacct,cpu/${V1}/cpu.stat`]: '', [`cpuset/${V1}/x`]: '' },
    { cpu: `1 cpuacct,cpu/${V1}`, cpuacct: `1 cpuacct,cpu/${V1}` },
  ],
  'v1, a hierarchy for each controller': [
    { [`cpu/${V1}/x`]: '', [`cpuacct/${V1}/x`]: '', [`memory/${V1}/x`]: '', 'cpu,cpuacct/x': '' },
    { cpu: `1 cpu/${V1}`, cpuacct: `1 cpuacct/${V1}`, memory: `1 memory/${V1}` },
  ],
  v2: [version2Tree(V2), { cpu: `2 ${V2}`, cpuacct: `2 ${V2}`, memory: `2 ${V2}` }],
  'both versions: v1 has the controllers': [
    { ...version1Tree(V1), 'unified/cgroup.controllers': 'hugetlb\n', [`unified/${V1}/cpu.stat`]: '' },
    { cpu: `1 cpu,cpuacct/${V1}`, cpuacct: `1 cpu,cpuacct/${V1}`, memory: `1 memory/${V1}` },
  ],
  'both versions: v2 has memory': [
    { [`cpu/${V1}/x`]: '', [`cpuacct/${V1}/x`]: '', [`unified/${V2}/memory.current`]: '' },
    { cpu: `1 cpu/${V1}`, cpuacct: `1 cpuacct/${V1}`, memory: `2 unified/${V2}` },
  ],
  'both versions: v2 has memory, and the agent does not use systemd': [
    { [`cpu/${V1}/x`]: '', [`unified/${V1}/memory.current`]: '' },
    { cpu: `1 cpu/${V1}`, cpuacct: `2 unified/${V1}`, memory: `2 unified/${V1}` },
  ],
  'only another task': [{ ...version1Tree('ecs/other'), ...version2Tree('ecstasks.slice/ecstasks-other.slice') }, {}],
  'the cgroup namespace of a container': [{ 'cgroup.controllers': '', 'cpu.stat': 'usage_usec 1\n' }, {}],
  'an empty root': [{}, {}],
};

for (const [name, [tree, directories]] of Object.entries(TREES)) {
  test(name, () => withTree(tree, async (root) => assert.deepEqual(await directoriesIn(root), directories)));
}

test('the UUID of an old ARN, flat and nested', async () => {
  for (const path of ['ecstasks-a-b.slice', 'ecstasks-a.slice/ecstasks-a-b.slice']) {
    await withTree(version2Tree(`ecstasks.slice/${path}`), async (root) => {
      assert.equal((await directoriesIn(root, 'a-b'))['cpu'], `2 ecstasks.slice/${path}`);
    });
  }
});

test('a root that does not exist or is a file', () =>
  withTree({ file: '' }, async (root) => {
    assert.deepEqual(await directoriesIn(`${root}/missing`), {});
    assert.deepEqual(await directoriesIn(`${root}/file`), {});
  }));

test('links must stay below the root; the root itself can be a link', () =>
  withTree(
    { ...version1Tree(V1), 'host/cpu': { link: '../cpu,cpuacct' }, 'host/memory': { link: '../memory' } },
    (outer) =>
      withTree({ root: { link: outer } }, async (inner) => {
        assert.deepEqual(await directoriesIn(`${outer}/host`), {});
        const found = await findDirectories(realFiles, `${inner}/root`, TASK_ID);
        assert.equal(found.get('memory')?.path, `${outer}/memory/${V1}`);
      }),
  ));
