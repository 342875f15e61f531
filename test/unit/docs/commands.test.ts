/** Commands on the pages: programs, scripts, options and files exist. test/e2e/docs.test.ts runs those of this program. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { test } from 'node:test';
import { Script } from 'node:vm';
import * as v from 'valibot';
import { resolveConfig } from '../../../src/config/resolve.ts';
import { COMMANDS, type Command, programArguments } from '../../helpers/doc-commands.ts';
import { codeIn, PAGES, ROOT } from '../../helpers/pages.ts';

const manifest = v.parse(
  v.object({
    name: v.string(),
    scripts: v.record(v.string(), v.string()),
    dependencies: v.record(v.string(), v.string()),
    devDependencies: v.record(v.string(), v.string()),
  }),
  JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')),
);
const scripts = v.object({ scripts: v.record(v.string(), v.string()) });

/** The npm scripts of a page's project: that of its folder, or the root's. */
function scriptsFor(page: string): readonly string[] {
  const path = `${ROOT}${posix.dirname(page)}/package.json`;
  const own = existsSync(path) ? v.parse(scripts, JSON.parse(readFileSync(path, 'utf8'))) : manifest;
  return Object.keys(own.scripts);
}

const packages = [manifest.name, ...Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })];
const dockerfile = readFileSync(`${ROOT}Dockerfile`, 'utf8');

/** Checks of the commands of each program; they return problems. A program without an entry is a problem. */
const CHECKS: Readonly<Record<string, (command: Command) => readonly string[]>> = {
  npm({ page, args: [first = '', ...rest] }) {
    if (first === 'run') return scriptsFor(page).includes(rest[0] ?? '') ? [] : [`no script ${rest[0]}`];
    if (first === 'install') return rest.filter((name) => !packages.includes(name)).map((name) => `no package ${name}`);
    return ['ci', 'test', 'start', 'audit'].includes(first) ? [] : [`npm ${first}`];
  },
  node({ args: [file = '', ...flags] }) {
    if (file === '-e') return syntaxProblem(flags[0] ?? '');
    if (!existsSync(`${ROOT}${file}`)) return [`no file ${file}`];
    const folder = `${ROOT}${posix.dirname(file)}`;
    const sources = [file, `${posix.dirname(file)}/plan.ts`].filter((path) => existsSync(`${ROOT}${path}`));
    const text = sources.map((path) => readFileSync(`${ROOT}${path}`, 'utf8')).join('\n');
    const names = flags.filter((flag) => flag.startsWith('--')).map((flag) => flag.slice(2));
    return names.filter((name) => !new RegExp(`\\b${name}\\b`).test(text)).map((name) => `${folder}: no --${name}`);
  },
  curl: ({ args }) => (/^http:\/\/localhost:9545\/\S*$/.test(args.join(' ')) ? [] : ['not the exporter on its port']),
  docker({ args }) {
    const buildArgs = args.flatMap((arg, index) =>
      args[index - 1] === '--build-arg' ? (arg.split('=')[0] ?? '') : [],
    );
    return buildArgs.filter((name) => !dockerfile.includes(`ARG ${name}`)).map((name) => `no ARG ${name}`);
  },
  aws({ page, args }) {
    const names = args.flatMap((arg, index) => {
      if (arg.startsWith('file://')) return arg.slice(7);
      return args[index - 1] === '--template-file' ? arg : [];
    });
    const files = names.map((name) => posix.join(posix.dirname(page), name));
    return files.filter((file) => !existsSync(`${ROOT}${file}`)).map((file) => `no file ${file}`);
  },
  terraform({ page, args }) {
    const folder = args.find((arg) => arg.startsWith('-chdir='))?.slice(7) ?? '.';
    const path = posix.join(posix.dirname(page), folder);
    return existsSync(`${ROOT}${path}/main.tf`) ? [] : [`no configuration in ${path}`];
  },
  cosign: () => [],
  promtool: ({ args }) =>
    args.filter((arg) => arg.endsWith('.yml') && !existsSync(`${ROOT}${arg}`)).map((file) => `no file ${file}`),
};

for (const command of COMMANDS) {
  const { page, line, program, args } = command;
  test(`${page}:${line}: ${program} ${args.join(' ')}`, () => {
    const check = CHECKS[program];
    assert.ok(check !== undefined, `no check for ${program}`);
    assert.deepEqual(check(command), []);
    const own = programArguments(command);
    if (own !== undefined) assert.deepEqual(problemsOf(own), []);
  });
}

test('there are commands of every kind', () => {
  const programs = new Set(COMMANDS.map(({ program }) => program));
  assert.deepEqual([...programs].sort(), Object.keys(CHECKS).sort());
  assert.ok(COMMANDS.filter((command) => programArguments(command) !== undefined).length >= 5);
});

for (const { path, text } of PAGES) {
  test(`npm scripts that ${path} names exist`, () => {
    const names = [...text.matchAll(/\bnpm run ([\w:]+)/g)].map(([, name = '']) => name);
    const known = [...Object.keys(manifest.scripts), ...scriptsFor(path)];
    assert.deepEqual(
      names.filter((name) => !known.includes(name)),
      [],
    );
  });
}

for (const page of PAGES) {
  const lines = codeIn(page).filter((code) => /^(?:run|once|healthcheck|demo) -/.test(code));
  if (lines.length === 0) continue;
  test(`invocations in the text of ${page.path} parse`, () => {
    for (const line of lines) assert.deepEqual(problemsOf(line.split(' ')), [], line);
  });
}

test('problems are found', () => {
  assert.match(problemsOf(['demo', '--exporter', 'otlp']).join(), /unknown option --exporter/);
  assert.match(problemsOf(['dmeo']).join(), /dmeo/);
  const at = { page: 'README.md', line: 1 };
  assert.deepEqual(CHECKS['npm']?.({ ...at, program: 'npm', args: ['run', 'demos'] }), ['no script demos']);
  assert.deepEqual(CHECKS['aws']?.({ ...at, program: 'aws', args: ['file://a.json'] }), ['no file a.json']);
  assert.deepEqual(CHECKS['terraform']?.({ ...at, program: 'terraform', args: ['-chdir=a', 'init'] }), [
    'no configuration in a',
  ]);
  assert.deepEqual(CHECKS['docker']?.({ ...at, program: 'docker', args: ['--build-arg', 'A=1'] }), ['no ARG A']);
  assert.equal(syntaxProblem('const = 1').length, 1);
});

/** Errors of the program for these arguments. */
function problemsOf(argv: readonly string[]): readonly string[] {
  const env = { ECS_CONTAINER_METADATA_URI_V4: 'http://169.254.170.2/v4/abc' };
  const resolved = resolveConfig({ argv, env, isTTY: false, readFile: () => ({ text: '' }) });
  return 'problems' in resolved ? resolved.problems.map(({ message }) => message) : [];
}

function syntaxProblem(code: string): readonly string[] {
  try {
    return new Script(code) === undefined ? ['no script'] : [];
  } catch (error) {
    return [String(error)];
  }
}
