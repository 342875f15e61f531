/**
 * Fenced blocks. JSON is parsed and validated, TypeScript compiled; commands.test.ts checks `sh`, promql.test.ts PromQL. There
 * is no YAML parser here: test/prometheus/docs.test.ts has promtool read the scrape configurations, and test/examples has the
 * Collector read the files in examples/.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import * as v from 'valibot';
import { resolveConfig } from '../../../src/config/resolve.ts';
import { containerFindings } from '../../examples/task-definition-rules.ts';
import { type ContainerDefinition, containerDefinition, shapeFindings } from '../../examples/task-definition-schema.ts';
import { type Block, blocksIn, HAND_WRITTEN, ROOT } from '../../helpers/pages.ts';

const LANGUAGES = ['sh', 'json', 'yaml', 'ts', 'promql', 'dockerfile', 'text'];

for (const { path, blocks } of HAND_WRITTEN) {
  if (path.startsWith('test/')) continue;
  test(`each block of ${path} has a known language`, () => {
    const wrong = blocks.filter(({ language }) => !LANGUAGES.includes(language));
    assert.deepEqual(wrong, []);
  });
}

const json = blocksIn('json').map((block) => ({ ...block, value: v.parse(v.unknown(), JSON.parse(block.body)) }));

/** The complete container definition of the README; the other blocks replace parts of it. */
const whole = json.find(({ page }) => page === 'README.md')?.value;

for (const { page, line, value } of json.filter((block) => !Array.isArray(block.value))) {
  test(`${page}:${line} is a container definition of the exporter, or a part of one`, () => {
    const definition = { ...v.parse(v.looseObject({}), whole), ...v.parse(v.looseObject({}), value) };
    assert.deepEqual(shapeFindings(containerDefinition, definition), []);
    const container = v.parse(containerDefinition, definition);
    assert.deepEqual(containerFindings(container), []);
    assert.deepEqual(configurationProblems(container), []);
  });
}

test('target lists have the format of file_sd_configs', () => {
  const targets = v.array(
    v.strictObject({
      targets: v.array(v.pipe(v.string(), v.regex(/^[\w.]+:9545$/))),
      labels: v.record(v.string(), v.string()),
    }),
  );
  const lists = json.filter(({ value }) => Array.isArray(value));
  assert.ok(lists.length > 0);
  for (const { value } of lists) assert.deepEqual(v.safeParse(targets, value).issues, undefined);
});

test('docs/discovery.md explains each Docker label of the README', () => {
  const labels = v.parse(v.object({ dockerLabels: v.record(v.string(), v.string()) }), whole).dockerLabels;
  const explained = HAND_WRITTEN.find(({ path }) => path === 'docs/discovery.md')?.text ?? '';
  for (const [name, value] of Object.entries(labels)) {
    assert.ok(explained.includes(`| \`${name}\` | \`${value}\` |`), `${name} = ${value}`);
  }
});

function configurationProblems({ environment = [], secrets = [] }: ContainerDefinition): readonly string[] {
  const env = Object.fromEntries([
    ['ECS_CONTAINER_METADATA_URI_V4', 'http://169.254.170.2/v4/abc'],
    ['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', '/v2/credentials/abc'],
    ...environment.map(({ name, value }) => [name, value] as const),
    ...secrets.map(({ name }) => [name, 'authorization=Bearer%20abc'] as const),
  ]);
  const resolved = resolveConfig({ argv: [], env, isTTY: false, readFile: () => ({ text: '' }) });
  if ('problems' in resolved) return resolved.problems.map(({ message }) => message);
  return resolved.warnings.map(({ message }) => message);
}

/** Lines other than keys, list items, comments and blank lines, with an even indentation. Not a parser, but it finds typos. */
function unusualYaml({ body }: Block): readonly string[] {
  return body
    .split('\n')
    .filter((line) => !/^(?: {2})*(?:- )*(?:#.*|[^\s:#"]+:(?: .+)?|[^\s:#]+|['"[].*)?$/.test(line));
}

for (const block of blocksIn('yaml')) {
  test(`${block.page}:${block.line} looks like YAML`, () => assert.deepEqual(unusualYaml(block), []));
}

test('the TypeScript samples compile with the settings of this repository', () => {
  const samples = blocksIn('ts');
  assert.ok(samples.length >= 3);
  const folder = mkdtempSync(join(tmpdir(), 'docs-'));
  try {
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const files = samples.map(({ body }, index) => {
      const file = join(folder, `sample-${index}.ts`);
      writeFileSync(file, body);
      return file;
    });
    const compilerOptions = {
      // Samples declare variables that they do not use.
      noUnusedLocals: false,
      // `npm run lint` checks the declarations of the packages.
      skipLibCheck: true,
      typeRoots: [join(ROOT, 'node_modules/@types')],
      paths: { 'ecs-container-exporter': [join(ROOT, 'src/index.ts')] },
    };
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    const configuration = { extends: join(ROOT, 'tsconfig.json'), compilerOptions, include: [], files };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(configuration));
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
    const { status, stdout } = spawnSync(process.execPath, [compiler, '-p', folder], { encoding: 'utf8' });
    assert.equal(status, 0, `${samples.map(({ page, line }) => `${page}:${line}`).join(', ')}\n${stdout}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
