/** Rules for the workflows that actionlint does not check. `npm run test:release` runs actionlint. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as v from 'valibot';
import { parse } from 'yaml';
import { ROOT } from '../../helpers/pages.ts';

const step = v.looseObject({
  uses: v.optional(v.string()),
  run: v.optional(v.string()),
  with: v.optional(v.looseObject({})),
});
const job = v.looseObject({
  'timeout-minutes': v.number(),
  permissions: v.optional(v.record(v.string(), v.picklist(['read', 'write']))),
  steps: v.array(step),
});
const workflow = v.looseObject({
  permissions: v.record(v.string(), v.literal('read')),
  concurrency: v.looseObject({ group: v.string() }),
  jobs: v.record(v.string(), job),
});
type Workflow = v.InferOutput<typeof workflow>;

const FOLDER = join(ROOT, '.github/workflows');
const files = readdirSync(FOLDER);
const textOf = (file: string): string => readFileSync(join(FOLDER, file), 'utf8');
const workflowOf = (file: string): Workflow => v.parse(workflow, parse(textOf(file)));
const stepsOf = ({ jobs }: Workflow) => Object.values(jobs).flatMap(({ steps }) => steps);

const scripts = v.parse(
  v.object({ scripts: v.record(v.string(), v.string()) }),
  JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')),
).scripts;

/** Actions that are not pinned by commit with the version as a comment. */
function unpinned(text: string): readonly string[] {
  const uses = [...text.matchAll(/\buses: *(.*)$/gm)].map(([, action = '']) => action);
  return uses.filter((action) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action));
}

for (const file of files) {
  test(`${file}: actions are pinned by commit, and jobs have a time limit and read-only defaults`, () => {
    const steps = stepsOf(workflowOf(file));
    assert.ok(steps.length > 5);
    assert.deepEqual(unpinned(textOf(file)), []);
    for (const { uses = '', with: inputs } of steps) {
      if (uses.startsWith('actions/checkout@')) assert.equal(inputs?.['persist-credentials'], false);
    }
  });

  test(`${file}: the npm scripts and files that it runs exist`, () => {
    const commands = stepsOf(workflowOf(file)).map(({ run = '' }) => run);
    const named = commands.flatMap((run) => [...run.matchAll(/\bnpm run (?:--silent )?([\w:-]+)/g)]);
    assert.ok(named.length > 0);
    for (const [, name = ''] of named) assert.ok(name in scripts, name);
    for (const [path] of commands.flatMap((run) => [...run.matchAll(/\.ci\/[\w-]+/g)])) {
      assert.ok(existsSync(join(ROOT, path)), path);
    }
  });
}

test('an action at a tag, a branch or a short commit is found', () => {
  for (const action of ['actions/checkout@v7', 'actions/checkout@main', 'actions/checkout@3d3c42e # v7.0.1']) {
    assert.deepEqual(unpinned(`      - uses: ${action}\n`), [action]);
  }
  const commit = 'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1';
  assert.deepEqual(unpinned(`      - uses: ${commit}\n`), [commit]);
  assert.deepEqual(unpinned(`      - uses: ${commit} # v7.0.1\n`), []);
});

test('one action has one version', () => {
  const uses = files.flatMap((file) => [...textOf(file).matchAll(/\buses: *([\w-]+\/[\w-]+)@(.*)$/gm)]);
  const versions = new Map(uses.map(([, action = '', version = '']) => [action, version]));
  for (const [, action = '', version] of uses) assert.equal(version, versions.get(action), action);
});

test('the release publishes both platforms with provenance, bill of materials and signature', () => {
  const { jobs } = workflowOf('release.yml');
  const image = jobs['image'];
  assert.ok(image);
  const build = image.steps.find(({ uses = '' }) => uses.startsWith('docker/build-push-action@'));
  assert.equal(build?.with?.['platforms'], 'linux/amd64,linux/arm64');
  assert.equal(build?.with?.['provenance'], 'mode=max');
  assert.equal(build?.with?.['sbom'], true);
  assert.equal(build?.with?.['push'], true);
  assert.ok(image.steps.some(({ run = '' }) => /^cosign sign --yes --recursive /.test(run)));
  assert.ok(jobs['npm']?.steps.some(({ run = '' }) => /npm publish --provenance /.test(run)));
  // Build arguments that the Dockerfile does not have would be ignored.
  const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
  const names = `${build?.with?.['build-args']}`.match(/^\w+(?==)/gm) ?? [];
  assert.equal(names.length, 4);
  for (const name of names) assert.match(dockerfile, new RegExp(`^ARG ${name}=`, 'm'));
});

test('each job of the release has only the permissions that it needs', () => {
  const { permissions, jobs } = workflowOf('release.yml');
  assert.deepEqual(permissions, {});
  assert.deepEqual(Object.fromEntries(Object.entries(jobs).map(([name, one]) => [name, one.permissions])), {
    test: { contents: 'read' },
    npm: { contents: 'read', 'id-token': 'write' },
    image: { contents: 'read', packages: 'write', 'id-token': 'write' },
    release: { contents: 'write' },
  });
});
