import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { test } from 'node:test';
import { realFiles } from '../../../../src/sources/cgroup/file-system.ts';
import { withTree } from './cgroup-tree.ts';

test('read returns the text of a file, or undefined if it does not exist', () =>
  withTree({ file: 'text\n', empty: '' }, async (root) => {
    assert.equal(await realFiles.read(`${root}/file`), 'text\n');
    assert.equal(await realFiles.read(`${root}/empty`), '');
    assert.equal(await realFiles.read(`${root}/missing`), undefined);
    assert.equal(await realFiles.read(`${root}/file/below`), undefined);
  }));

test('read rejects directories, links and large files', () =>
  withTree(
    { large: 'x'.repeat(16_385), fits: 'x'.repeat(16_384), target: '', link: { link: 'target' } },
    async (root) => {
      mkdirSync(`${root}/directory`);
      await assert.rejects(realFiles.read(`${root}/directory`));
      await assert.rejects(realFiles.read(`${root}/link`), { code: 'ELOOP' });
      await assert.rejects(realFiles.read(`${root}/large`), /more than 16384 bytes/);
      assert.equal((await realFiles.read(`${root}/fits`))?.length, 16_384);
      await assert.rejects(realFiles.read('/dev/zero'), /not a file/);
    },
  ));

test('read does not block on a pipe without a writer', { timeout: 60_000 }, () =>
  withTree({ file: '' }, async (root) => {
    execFileSync('mkfifo', [`${root}/pipe`]);
    await assert.rejects(realFiles.read(`${root}/pipe`), /not a file/);
  }),
);

test('read works on a kernel file', async () => {
  assert.match((await realFiles.read('/proc/self/cgroup')) ?? '', /^\d+:/);
});

test('resolve returns real paths below the root only', () =>
  withTree(
    { 'a/bb/file': '', inside: { link: 'a/bb' }, outside: { link: '/proc' }, broken: { link: 'nowhere' } },
    async (root) => {
      assert.equal(await realFiles.resolve(`${root}/inside`, root), `${root}/a/bb`);
      assert.equal(await realFiles.resolve(`${root}/outside`, root), undefined);
      assert.equal(await realFiles.resolve(`${root}/outside`), '/proc');
      assert.equal(await realFiles.resolve(`${root}/broken`, root), undefined);
      // A common prefix is not a parent directory.
      assert.equal(await realFiles.resolve(`${root}/a/bb`, `${root}/a/b`), undefined);
      assert.equal(await realFiles.resolve('/proc', '/'), '/proc');
    },
  ));

test('list returns at most 256 names', () =>
  withTree(Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`f${i}`, ''])), async (root) => {
    assert.equal((await realFiles.list(root)).length, 256);
    assert.deepEqual(await realFiles.list(`${root}/missing`), []);
    assert.deepEqual(await realFiles.list(`${root}/f1`), []);
  }));
