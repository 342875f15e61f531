/** Hashes verify all shipped parts: packages, native binaries and base images. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as v from 'valibot';
import { ROOT } from './source-files.ts';

const lockSchema = v.object({
  packages: v.record(
    v.string(),
    v.object({ integrity: v.optional(v.string()), link: v.optional(v.boolean()), dev: v.optional(v.boolean()) }),
  ),
});
type Lock = v.InferOutput<typeof lockSchema>;

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const lock = v.parse(lockSchema, JSON.parse(read('package-lock.json')));

/** The native binaries that the image may contain: path and SHA-256. */
const hashes = read('scripts/native-binaries.sha256')
  .trim()
  .split('\n')
  .map((line) => /^([0-9a-f]{64}) {2}(\S+)$/.exec(line))
  .map((match) => ({ sha256: match?.[1] ?? '', path: match?.[2] ?? '' }));

const NATIVE = /^node_modules\/node-unix-socket-/;
const isListed = (path: string): boolean => hashes.some((hash) => hash.path.startsWith(`${path}/`));

/** Packages that are not verified: without a SHA-512 in the lock file, unless the image leaves them out. */
function unverified({ packages }: Lock): readonly string[] {
  return Object.entries(packages)
    .filter(([path, { link }]) => path.includes('node_modules/') && link !== true)
    .filter(
      ([path, { integrity = '' }]) =>
        !/^sha512-[\w+/]{86}==$/.test(integrity) && (!NATIVE.test(path) || isListed(path)),
    )
    .map(([path]) => path);
}

test('every package of the lock file has a hash, or is left out of the image', () => {
  assert.ok(Object.keys(lock.packages).length > 20);
  assert.deepEqual(unverified(lock), []);
});

test('docs/releasing.md lists the packages without a hash', () => {
  const without = Object.entries(lock.packages)
    .filter(([path, { integrity, link }]) => path.includes('node_modules/') && link !== true && integrity === undefined)
    .map(([path]) => path.slice('node_modules/'.length));
  const listed = [...read('docs/releasing.md').matchAll(/^- `(.+)`$/gm)].map(([, name = '']) => name);
  assert.deepEqual(listed, without.sort());
});

test('a package without a hash, or with a weak one, is found', () => {
  const integrity = lock.packages['node_modules/@opentelemetry/core']?.integrity ?? '';
  assert.match(integrity, /^sha512-/);
  for (const [path, entry] of [
    ['node_modules/planted', {}],
    ['node_modules/planted', { dev: true }],
    ['node_modules/planted', { integrity: 'sha1-2y8+XdZq+AYc+PLCTN5AV19EU9E=' }],
    ['node_modules/a/node_modules/planted', {}],
    ['node_modules/node-unix-socket', {}],
    ['node_modules/node-unix-socket-linux-x64-gnu', {}],
  ] as const) {
    assert.deepEqual(unverified({ packages: { ...lock.packages, [path]: entry } }), [path]);
  }
  assert.deepEqual(unverified({ packages: { 'node_modules/fine': { integrity } } }), []);
});

test('the listed hashes are those of the installed binaries, and the lock file has their packages', () => {
  assert.ok(hashes.length > 0);
  for (const { sha256, path } of hashes) {
    assert.match(path, /^node_modules\/node-unix-socket-linux-\w+-gnu\/[\w.-]+\.node$/);
    assert.ok(path.slice(0, path.lastIndexOf('/')) in lock.packages, path);
    // npm installs the binary of this platform only.
    if (!existsSync(join(ROOT, path))) continue;
    assert.equal(
      createHash('sha256')
        .update(readFileSync(join(ROOT, path)))
        .digest('hex'),
      sha256,
      path,
    );
  }
});

test('both base images of the Dockerfile can be pinned by digest', () => {
  const dockerfile = read('Dockerfile');
  const bases = [...dockerfile.matchAll(/^FROM (?:--platform=\S+ )?(\S+)/gm)].map(([, base]) => base);
  // The whole reference is an argument: a tag in the Dockerfile would follow the digest.
  const names = bases.map((base) => base?.replace(/^\$\{(\w+)\}$/, '$1'));
  assert.deepEqual(names, ['RUNTIME_IMAGE', 'BUILD_IMAGE', 'scratch']);
  for (const name of ['RUNTIME_IMAGE', 'BUILD_IMAGE']) assert.match(dockerfile, new RegExp(`^ARG ${name}=\\S+$`, 'm'));
  assert.deepEqual(
    [...dockerfile.matchAll(/--from=(\S+)/g)]
      .map(([, stage]) => stage)
      .filter((stage) => !/^(?:runtime|build)$/.test(stage ?? '')),
    [],
  );
});
