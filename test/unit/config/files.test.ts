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
  assert.deepEqual(readTextFile(folder), { wrong: 'it is not a regular file' });
  assert.deepEqual(readTextFile('/dev/zero'), { wrong: 'it is not a regular file' });
  assert.deepEqual(readTextFile(`${path}.missing`), { wrong: 'it does not exist' });
  assert.deepEqual(readTextFile(`${path}/below`), { wrong: 'it cannot be opened (ENOTDIR)' });
  assert.deepEqual(readTextFile('a\0b'), { wrong: 'it cannot be opened (ERR_INVALID_ARG_VALUE)' });
  writeFileSync(path, Buffer.alloc(1_048_577));
  assert.deepEqual(readTextFile(path), { wrong: 'it is larger than 1 MiB' });
});
