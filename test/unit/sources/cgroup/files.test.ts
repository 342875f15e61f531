import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { test } from 'node:test';
import { realFiles } from '../../../../src/sources/cgroup/files.ts';
import { withTree } from './cgroup-tree.ts';

test('a file is its text, and what is not there is nothing', () =>
  withTree({ file: 'text\n', empty: '' }, async (root) => {
    assert.equal(await realFiles.read(`${root}/file`), 'text\n');
    assert.equal(await realFiles.read(`${root}/empty`), '');
    assert.equal(await realFiles.read(`${root}/missing`), undefined);
    assert.equal(await realFiles.read(`${root}/file/below`), undefined);
  }));

test('neither a folder nor a link, nor more than a kernel ever writes', () =>
  withTree(
    { large: 'x'.repeat(16_385), fits: 'x'.repeat(16_384), target: '', link: { link: 'target' } },
    async (root) => {
      mkdirSync(`${root}/folder`);
      await assert.rejects(realFiles.read(`${root}/folder`));
      await assert.rejects(realFiles.read(`${root}/link`), { code: 'ELOOP' });
      await assert.rejects(realFiles.read(`${root}/large`), /more than 16384 bytes/);
      assert.equal((await realFiles.read(`${root}/fits`))?.length, 16_384);
      await assert.rejects(realFiles.read('/dev/zero'), /not a file/);
    },
  ));

test('reading does not wait for a pipe without a writer', { timeout: 60_000 }, () =>
  withTree({ file: '' }, async (root) => {
    execFileSync('mkfifo', [`${root}/pipe`]);
    await assert.rejects(realFiles.read(`${root}/pipe`), /not a file/);
  }),
);

test('a real file of the kernel', async () => {
  assert.match((await realFiles.read('/proc/self/cgroup')) ?? '', /^\d+:/);
});

test('where a path is, as long as it is below the root', () =>
  withTree(
    { 'a/bb/file': '', inside: { link: 'a/bb' }, outside: { link: '/proc' }, broken: { link: 'nowhere' } },
    async (root) => {
      assert.equal(await realFiles.resolve(`${root}/inside`, root), `${root}/a/bb`);
      assert.equal(await realFiles.resolve(`${root}/outside`, root), undefined);
      assert.equal(await realFiles.resolve(`${root}/outside`), '/proc');
      assert.equal(await realFiles.resolve(`${root}/broken`, root), undefined);
      // The name begins alike, and yet it is not below.
      assert.equal(await realFiles.resolve(`${root}/a/bb`, `${root}/a/b`), undefined);
      assert.equal(await realFiles.resolve('/proc', '/'), '/proc');
    },
  ));

test('names in a folder, but not without end', () =>
  withTree(Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`f${i}`, ''])), async (root) => {
    assert.equal((await realFiles.list(root)).length, 256);
    assert.deepEqual(await realFiles.list(`${root}/missing`), []);
    assert.deepEqual(await realFiles.list(`${root}/f1`), []);
  }));
