import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { checkFile } from '../../../src/config/check-file.ts';

test('a readable file has nothing wrong; a folder and a missing file do', () => {
  const here = fileURLToPath(import.meta.url);
  assert.equal(checkFile(here), undefined);
  assert.equal(checkFile(fileURLToPath(new URL('.', import.meta.url))), 'it is not a file');
  assert.equal(checkFile(`${here}.missing`), 'it does not exist');
  assert.match(checkFile(`${here}/below`) ?? '', /cannot be opened \(ENOTDIR\)/);
  assert.match(checkFile('a\0b') ?? '', /cannot be opened/);
});
