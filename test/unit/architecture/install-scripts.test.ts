import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as v from 'valibot';
import { ROOT } from './source-files.ts';

const lockSchema = v.object({
  packages: v.record(
    v.string(),
    v.object({ dev: v.optional(v.boolean(), false), hasInstallScript: v.optional(v.boolean(), false) }),
  ),
});

const lock = v.parse(lockSchema, JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')));
const packages = Object.entries(lock.packages);

test('no production dependency has an install script', () => {
  assert.ok(packages.filter(([path, { dev }]) => path.startsWith('node_modules/') && !dev).length > 10, 'no lock file');
  const scripted = packages.filter(([, { dev, hasInstallScript }]) => hasInstallScript && !dev).map(([path]) => path);
  assert.deepEqual(scripted, []);
});

test('the lock file records install scripts', () => {
  // The bundler has one, which --ignore-scripts disables.
  assert.ok(packages.some(([, { hasInstallScript }]) => hasInstallScript));
});
