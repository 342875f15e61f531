import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readTextFile } from '../../../src/config/files.ts';

test('reads a file; a folder, a missing file and a large file are errors with a reason', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'text-file-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'a.txt');
  writeFileSync(path, 'some ü');
  assert.deepEqual(readTextFile(path), { text: 'some ü' });
  assert.deepEqual(readTextFile(folder), { error: 'it is not a regular file' });
  assert.deepEqual(readTextFile('/dev/zero'), { error: 'it is not a regular file' });
  assert.deepEqual(readTextFile(`${path}.missing`), { error: 'it does not exist' });
  assert.deepEqual(readTextFile(`${path}/below`), { error: 'it cannot be opened (ENOTDIR)' });
  assert.deepEqual(readTextFile('a\0b'), { error: 'it cannot be opened (ERR_INVALID_ARG_VALUE)' });
  writeFileSync(path, Buffer.alloc(1_048_577));
  assert.deepEqual(readTextFile(path), { error: 'it is larger than 1 MiB' });
});
