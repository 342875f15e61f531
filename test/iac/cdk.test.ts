/** The CDK construct and its app in examples/cdk: compiled, tested and synthesized, as they are and with mistakes. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import * as v from 'valibot';
import { isSecretVariable } from '../../examples/cdk/lib/secret-variables.ts';
import { variablesOf } from '../../src/config/option.ts';
import { OPTION_LIST } from '../../src/config/options.ts';
import { serviceOfTemplate } from '../examples/cloudformation-service.ts';
import { pathOf } from '../examples/example-files.ts';
import { serviceFindings } from '../examples/service-rules.ts';
import { VARIANTS } from '../examples/sidecar-rules.ts';
import { cdkPackages, cfnLint, type Result, run, temporaryFolder } from './programs.ts';

const SOURCES = ['bin', 'lib', 'test', 'cdk.json', 'package.json', 'package-lock.json', 'tsconfig.json'];
const { folder, remove } = temporaryFolder();
after(remove);

/** A copy of examples/cdk with its packages. */
const project = join(folder, 'cdk');
const env = { HOME: folder, TMPDIR: join(folder, 'tmp') };

before(() => {
  mkdirSync(env.TMPDIR);
  for (const name of SOURCES) cpSync(pathOf(`examples/cdk/${name}`), join(project, name), { recursive: true });
  symlinkSync(cdkPackages(), join(project, 'node_modules'));
});

const compile = (): Result => run('node_modules/.bin/tsc', ['--noEmit'], { cwd: project, env });
const synthesize = (): Result =>
  run('node_modules/.bin/cdk', ['synth', '--quiet', '--strict', '--no-notices'], { cwd: project, env });
const runTests = (...files: readonly string[]): Result =>
  run('node', ['--test', '--test-reporter=tap', ...files.map((file) => `test/${file}`)], { cwd: project, env });

/** Runs the work with a mistake in a file of the project. */
function withMistake(file: string, mistake: string, made: string, work: () => Result): Result {
  const path = join(project, file);
  const text = readFileSync(path, 'utf8');
  assert.ok(text.includes(mistake), `${file}: ${mistake}`);
  writeFileSync(path, text.replace(mistake, made));
  try {
    return work();
  } finally {
    writeFileSync(path, text);
  }
}

const lockfile = v.object({ packages: v.record(v.string(), v.looseObject({ version: v.optional(v.string()) })) });

test('the installed packages are those of the lockfile', () => {
  const versionsIn = (path: string) => {
    const { packages } = v.parse(lockfile, JSON.parse(readFileSync(path, 'utf8')));
    const names = Object.keys(packages).filter((name) => name !== '');
    return Object.fromEntries(names.map((name) => [name, packages[name]?.version]));
  };
  const expected = versionsIn(pathOf('examples/cdk/package-lock.json'));
  const installed = Object.entries(versionsIn(join(cdkPackages(), '.package-lock.json')));
  assert.ok(installed.length >= 6);
  for (const [name, version] of installed) assert.equal(version, expected[name], `${name}: run .ci/install-iac-parts`);
});

test('the TypeScript compiler accepts the project, and finds a misspelt property', () => {
  assert.deepEqual(compile(), { code: 0, output: '', log: '' });
  const file = 'lib/ecs-container-exporter.ts';
  const { code, log } = withMistake(file, 'readonlyRootFilesystem: true', 'readOnlyRootFilesystem: true', compile);
  assert.notEqual(code, 0);
  assert.match(log, /readOnlyRootFilesystem/);
});

test('the synthesized templates have the documented exporter, and cfn-lint finds nothing in them', () => {
  const { code, log } = synthesize();
  assert.equal(code, 0, log);
  assert.doesNotMatch(log, /WARNING|ERROR/);
  const files = VARIANTS.map((variant) => join(project, `cdk.out/shop-${variant}.template.json`));
  for (const [index, variant] of VARIANTS.entries()) {
    const template: unknown = JSON.parse(readFileSync(files[index] ?? '', 'utf8'));
    assert.deepEqual(serviceFindings(variant, serviceOfTemplate(template, {})), [], variant);
  }
  assert.deepEqual(cfnLint(...files), { code: 0, problems: [] });
});

/** An injected mistake and the expected message of `cdk synth`. */
const MISTAKES: readonly (readonly [file: string, mistake: string, made: string, message: RegExp])[] = [
  ['lib/shop-stack.ts', 'readCgroup: !isFargate', 'readCgroup: true', /readCgroup: not available on Fargate/],
  [
    'lib/shop-stack.ts',
    'readCgroup: !isFargate',
    "environment: { OTEL_EXPORTER_OTLP_HEADERS: 'a=b' }",
    /OTEL_EXPORTER_OTLP_HEADERS holds a secret/,
  ],
  ['bin/app.ts', "'sg-0123456789abcdef1'", "'prometheus'", /'prometheus' does not match format/],
];

for (const [file, mistake, made, message] of MISTAKES) {
  test(`cdk synth fails with ${made}`, () => {
    const { code, log } = withMistake(file, mistake, made, synthesize);
    assert.notEqual(code, 0);
    assert.match(log, message);
  });
}

test('the checks of the templates notice a mistake in the construct', () => {
  const result = withMistake('lib/destinations.ts', "'delta'", "'cumulative'", synthesize);
  assert.equal(result.code, 0, result.log);
  const template: unknown = JSON.parse(readFileSync(join(project, 'cdk.out/shop-datadog.template.json'), 'utf8'));
  assert.match(
    serviceFindings('datadog', serviceOfTemplate(template, {})).join(),
    /TEMPORALITY_PREFERENCE is cumulative, but delta/,
  );
});

test('the tests of the project pass', () => {
  const { code, log } = runTests('*.test.ts');
  assert.equal(code, 0, log);
  assert.match(log, /^# pass [1-9]/m);
  assert.match(log, /^# skipped 0/m);
});

test('the tests of the project fail with an essential exporter', () => {
  const file = 'lib/ecs-container-exporter.ts';
  const { code, log } = withMistake(file, 'essential: false', 'essential: true', () =>
    runTests('ecs-container-exporter.test.ts'),
  );
  assert.notEqual(code, 0);
  assert.match(log, /Expected false but received true/);
});

test('the construct rejects exactly the variables with secrets in plain text', () => {
  for (const option of OPTION_LIST) {
    if (option.secret !== undefined && option.secret !== 'value') continue;
    for (const { name } of variablesOf(option)) assert.equal(isSecretVariable(name), option.secret === 'value', name);
  }
});
