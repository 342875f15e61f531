import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { layerViolations } from '../../../scripts/layers.ts';
import { VERSION } from '../../../src/version.ts';
import { codeOf, ROOT, type SourceFile, sourceFiles } from './source-files.ts';

const files = [...sourceFiles('src'), ...sourceFiles('instrumentation')];

/** Violations of one rule in all files: `path: what`. */
function complaints(rule: (file: SourceFile) => readonly string[]): readonly string[] {
  return files.flatMap((file) => rule(file).map((what) => `${file.path}: ${what}`));
}

test('source files are found', () => {
  assert.ok(files.length > 80, `${files.length}`);
  assert.ok(files.some(({ path }) => path === 'src/metrics/cpu.ts'));
  assert.ok(files.every(({ imports, text }) => imports.length > 0 || !/^import /m.test(text)));
});

test('comments and strings are not code', () => {
  assert.equal(codeOf("a; // let b\n/* let\n c */ d = 'let e'; `f`; \"it's\"; g"), "a; \n d = ''; ''; ''; g");
});

const PURE = /^src\/(?:metrics|history|snapshot|text)\//;

const OUTSIDE: readonly (readonly [from: RegExp, to: RegExp, why: string])[] = [
  [PURE, /^(?:node:|@opentelemetry\/)/, 'pure code'],
  [/^src\/(?:sampler|sources|config|self)\//, /^@opentelemetry\//, 'only instrumentation uses OpenTelemetry'],
];

for (const [from, to, why] of OUTSIDE) {
  test(`no import from ${from.source} to ${to.source}: ${why}`, () => {
    assert.ok(files.some(({ path }) => from.test(path)));
    const wrong = complaints((file) => (from.test(file.path) ? file.imports.filter((name) => to.test(name)) : []));
    assert.deepEqual(wrong, []);
  });
}

test('an import from a higher layer is found', () => {
  const line = (path: string) => `import { x } from '${path}';`;
  assert.deepEqual(layerViolations('src/metrics/cpu.ts', line('../history/view.ts')), []);
  assert.deepEqual(layerViolations('src/exporter.ts', line('../instrumentation/telemetry.ts')), []);
  assert.deepEqual(layerViolations('src/log/logger.ts', line('../version.ts')), []);
  for (const [from, to, target] of [
    ['src/metrics/cpu.ts', '../sampler/sampler.ts', 'src/sampler/sampler.ts'],
    ['src/snapshot/cpu-stats.ts', '../exporter.ts', 'src/exporter.ts'],
    ['instrumentation/http/server.ts', '../../src/version.ts', 'src/version.ts'],
  ] as const) {
    assert.deepEqual(layerViolations(from, line(to)), [`${from} imports ${target}, which is above it`]);
  }
  assert.match(layerViolations('src/cli/main.ts', line('../../test/real/wait.ts')).join(), /no part of the program$/);
  assert.match(layerViolations('src/attic/old.ts', '').join(), /is in no layer/);
});

test('pure code uses neither the clock nor the process', () => {
  const impure =
    /\b(?:process|performance|setTimeout|setInterval|setImmediate|fetch|console|Math\.random|Date\.now)\b|\bnew Date\b/g;
  const wrong = complaints(({ path, code }) =>
    PURE.test(path) ? [...code.matchAll(impure)].map(([found]) => found) : [],
  );
  assert.deepEqual(wrong, []);
});

test('no file is longer than 300 lines', () => {
  assert.deepEqual(
    complaints(({ text }) => (text.split('\n').length > 301 ? [`${text.split('\n').length - 1} lines`] : [])),
    [],
  );
});

test('no module has state: exporters in one process are independent', () => {
  const wrong = complaints(({ code }) => {
    const variables = [...code.matchAll(/^(?:export )?(?:let|var) .*$/gm)].map(([line]) => line);
    const constants = [...code.matchAll(/^(?:export )?const ([\w$]+)/gm)].map(([, name = '']) => name);
    const changed = constants.filter((name) =>
      new RegExp(
        `(?<![\\w$.])${name}(?:\\.(?:set|add|delete|clear|push|pop|shift|unshift|splice|sort|reverse|fill)\\(|(?:\\.\\w+|\\[[^\\]]*\\])+ (?:[-+*/|&?]{0,2})=(?!=))`,
      ).test(code),
    );
    return [...variables, ...changed.map((name) => `${name} is changed`)];
  });
  assert.deepEqual(wrong, []);
});

/** Justified casts, each with its reason. */
const ALLOWED_CASTS: readonly string[] = [];

test('no code uses any or a type assertion', () => {
  const wrong = complaints(({ code }) => {
    const withoutImports = code.replace(/^(?:import|export) (?:type )?(?:\*|\{)[^;]*;/gm, '');
    const casts = [...withoutImports.matchAll(/^.*\bas (?!const\b).*$/gm)].map(([line]) => line.trim());
    const anys = [...withoutImports.matchAll(/^.*(?:[:<|&,(]\s*any\b|\bany\[\]|\bas any\b).*$/gm)].map(([line]) =>
      line.trim(),
    );
    const bangs = [...withoutImports.matchAll(/^.*[\w)\]]!(?:[.;,)[]|$).*$/gm)].map(([line]) => line.trim());
    return [...casts, ...anys, ...bangs];
  });
  assert.deepEqual(
    wrong.filter((complaint) => !ALLOWED_CASTS.includes(complaint)),
    [],
  );
  assert.deepEqual(
    ALLOWED_CASTS.filter((allowed) => !wrong.includes(allowed)),
    [],
    'no longer needed',
  );
});

test('OpenMetrics is loaded only if it is configured', () => {
  const isStatic = /^(?:import|export) (?!type\b)[^;]*\/open-metrics\.ts'/m;
  assert.deepEqual(
    complaints(({ text }) => (isStatic.test(text) ? ['imports it statically'] : [])),
    [],
  );
  assert.ok(files.some(({ text }) => text.includes("import('./prometheus/open-metrics.ts')")));
});

test('every lint suppression has a reason', () => {
  const wrong = complaints(({ text }) =>
    [...text.matchAll(/^.*(?:@ts-(?:ignore|expect-error|nocheck)|biome-ignore (?!\S+: \S)).*$/gm)].map(([line]) =>
      line.trim(),
    ),
  );
  assert.deepEqual(wrong, []);
});

test('only the command line ends the process, and no code prints to the console', () => {
  const wrong = complaints(({ path, code }) => {
    const exits = path.startsWith('src/cli/') ? [] : [...code.matchAll(/\bprocess\.(?:exit|exitCode|abort)\b/g)];
    return [...exits, ...code.matchAll(/(?<![.\w])console\.\w+\(/g)].map(([found]) => found);
  });
  assert.deepEqual(wrong, []);
});

test('the version equals that of package.json', () => {
  const manifest: unknown = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  assert.ok(typeof manifest === 'object' && manifest !== null && 'version' in manifest);
  assert.equal(VERSION, manifest.version);
});
