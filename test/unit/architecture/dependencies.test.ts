import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as v from 'valibot';
import { ROOT } from './source-files.ts';

const versions = v.optional(v.record(v.string(), v.string()), {});
const manifestSchema = v.object({
  dependencies: versions,
  devDependencies: versions,
  optionalDependencies: versions,
  peerDependencies: versions,
  bundleDependencies: v.optional(v.unknown()),
  overrides: v.optional(v.unknown()),
});
const installedSchema = v.object({ name: v.string(), version: v.string() });

const manifest = v.parse(manifestSchema, JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')));
const pins = Object.entries({
  ...manifest.dependencies,
  ...manifest.devDependencies,
  ...manifest.optionalDependencies,
});

/** Directories of all installed packages of one scope. */
function installed(scope: string, folder = join(ROOT, 'node_modules')): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (!entry.isDirectory()) return [];
    const path = join(folder, entry.name);
    if (!entry.name.startsWith('@')) return entry.name === '.bin' ? [] : nested(scope, path);
    return readdirSync(path).flatMap((name) => {
      const inner = join(path, name);
      return [...(entry.name === scope ? [inner] : []), ...nested(scope, inner)];
    });
  });
}

function nested(scope: string, path: string): readonly string[] {
  const folder = join(path, 'node_modules');
  try {
    return installed(scope, folder);
  } catch {
    // Most packages have none.
    return [];
  }
}

const openTelemetry = installed('@opentelemetry').map((path) =>
  v.parse(installedSchema, JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'))),
);

test('every dependency is pinned to one version', () => {
  assert.ok(pins.length > 10);
  for (const [name, version] of pins) assert.match(version, /^\d+\.\d+\.\d+(?:-[\w.]+)?$/, name);
});

test('the API is a peer dependency: the application decides on the copy', () => {
  assert.deepEqual(manifest.peerDependencies, { '@opentelemetry/api': '>=1.9 <2' });
  assert.equal(manifest.dependencies['@opentelemetry/api'], undefined);
});

test('there is one copy of each OpenTelemetry package: classes of two copies are incompatible', () => {
  const names = openTelemetry.map(({ name }) => name);
  assert.ok(names.includes('@opentelemetry/sdk-metrics') && names.includes('@opentelemetry/api'));
  assert.deepEqual(
    names.filter((name, at) => names.indexOf(name) !== at),
    [],
  );
});

test('the installed versions are the pinned ones', () => {
  for (const [name, version] of pins) {
    const found = openTelemetry.find((one) => one.name === name);
    if (name.startsWith('@opentelemetry/')) assert.equal(found?.version, version, name);
  }
});

test('the lock file contains no registry URLs', () => {
  const lock = readFileSync(join(ROOT, 'package-lock.json'), 'utf8');
  assert.doesNotMatch(lock, /"resolved": "http/);
  assert.match(lock, /"integrity": "sha512-/);
});

test('every dependency is imported, and their number is limited', () => {
  const sources = ['src', 'instrumentation']
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
    )
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(join(ROOT, path), 'utf8'))
    .join('\n');
  const { dependencies, optionalDependencies, peerDependencies } = manifest;
  const declared = { ...dependencies, ...optionalDependencies, ...peerDependencies };
  for (const name of Object.keys(declared)) assert.ok(sources.includes(`'${name}'`), `${name} is not used`);
  const used = new Set(
    [...sources.matchAll(/(?:from|import\() ?'(@[^'/]+\/[^'/]+|[^'./][^'/]*)/g)].map(([, name = '']) => name),
  );
  const missing = [...used].filter((name) => !name.startsWith('node:') && !(name in declared));
  assert.deepEqual(missing, []);
});
