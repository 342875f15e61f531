import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  containerDirectory,
  taskIdOf,
  version1Paths,
  version2Paths,
} from '../../../../src/sources/cgroup/file-system.ts';

const HEX = '0123456789abcdef0123456789abcdef';
const UUID = '01234567-89ab-cdef-0123-456789abcdef';

const ARNS: readonly (readonly [arn: string | undefined, id: string | undefined])[] = [
  [`arn:aws:ecs:eu-west-1:111122223333:task/cluster/${HEX}`, HEX],
  [`arn:aws-cn:ecs:cn-north-1:111122223333:task/my-cluster/${HEX}`, HEX],
  [`arn:aws:ecs:eu-west-1:111122223333:task/${UUID}`, UUID],
  [undefined, undefined],
  ['', undefined],
  ['arn:aws:ecs:eu-west-1:111122223333:task/', undefined],
  ['arn:aws:ecs:eu-west-1:111122223333:task/cluster/', undefined],
  ['arn:aws:ecs:eu-west-1:111122223333:service/cluster/web', undefined],
  ['arn:aws:ecs:eu-west-1:111122223333:task/cluster/..', undefined],
  ['arn:aws:ecs:eu-west-1:111122223333:task/cluster/.', undefined],
  ['arn:aws:ecs:eu-west-1:111122223333:task/cluster/a/b', undefined],
  ['arn:aws:ecs:eu-west-1:111122223333:task/cluster/a\0b', undefined],
  [`arn:aws:ecs:eu-west-1:111122223333:task/cluster/${'a'.repeat(129)}`, undefined],
];

for (const [arn, id] of ARNS) test(`the task ID in ${JSON.stringify(arn)}`, () => assert.equal(taskIdOf(arn), id));

test('the paths of the cgroup of a task', () => {
  assert.deepEqual(version1Paths(HEX), [`ecs/${HEX}`]);
  assert.deepEqual(version2Paths(HEX), [`ecstasks.slice/ecstasks-${HEX}.slice`]);
});

test('systemd can nest the slice of a UUID', () => {
  assert.deepEqual(version2Paths('a-b-c'), [
    'ecstasks.slice/ecstasks-a-b-c.slice',
    'ecstasks.slice/ecstasks-a.slice/ecstasks-a-b.slice/ecstasks-a-b-c.slice',
  ]);
});

test('container IDs that are not valid file names have no directory', () => {
  assert.equal(containerDirectory('4f'.repeat(32)), '4f'.repeat(32));
  for (const id of ['', '..', 'a/b', '../../etc', 'a\0', 'x'.repeat(129)])
    assert.equal(containerDirectory(id), undefined);
});
