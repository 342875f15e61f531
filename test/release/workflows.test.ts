/** actionlint reads the workflows, and shellcheck the commands in them. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../helpers/pages.ts';
import { builtProgram } from '../real/built-program.ts';

const FOLDER = join(ROOT, '.github/workflows');
const SHELLCHECK = '/usr/bin/shellcheck';

/** The findings of actionlint; an empty string if none. */
function findings(workflow: string): string {
  const program = builtProgram('actionlint', '.ci/install-release-parts');
  const args = ['-shellcheck', SHELLCHECK, '-pyflakes', '', '-no-color', '-oneline', '-'];
  const { error, status, stdout, stderr } = spawnSync(program, args, { cwd: ROOT, input: workflow, encoding: 'utf8' });
  if (error !== undefined) throw new Error('actionlint cannot be run', { cause: error });
  assert.ok(status === 0 || status === 1, `actionlint exited with ${status}: ${stderr}`);
  assert.equal(status === 0, stdout === '', stdout);
  return stdout;
}

const read = (file: string): string => readFileSync(join(FOLDER, file), 'utf8');

/** The workflow with actions at their tags: actionlint checks the inputs of known actions only at a tag, not at a commit. */
function atTags(workflow: string): string {
  return workflow.replaceAll(/@[0-9a-f]{40} # (v\d+)\.\d+\.\d+$/gm, '@$1');
}

for (const file of readdirSync(FOLDER)) {
  test(`actionlint accepts ${file}`, () => {
    assert.equal(findings(read(file)), '');
    assert.equal(findings(atTags(read(file))), '');
  });
}

for (const [planted, replacement, finding] of [
  ['runs-on: ubuntu-24.04', 'run-on: ubuntu-24.04', /unexpected key "run-on"/],
  ['needs: test', 'needs: tests', /needs job "tests" which does not exist/],
  ['github.ref }}', 'github.reff }}', /property "reff" is not defined/],
  ['steps.build.outputs.digest', 'steps.built.outputs.digest', /property "built" is not defined/],
  ['packages: write', 'packages: push', /"push" is invalid as permission of scope "packages"/],
  ["tags: ['v[0-9]+", "tagz: ['v[0-9]+", /unexpected key "tagz"/],
  ['sbom: true', 'sboms: true', /input "sboms" is not defined in action/],
  ['"$REFERENCE"\n', '$REFERENCE\n', /SC2086/],
  ['github.token }}', 'github.token }', /got unexpected EOF/],
] as const) {
  test(`actionlint rejects "${replacement.trim().replaceAll(/\s+/g, ' ')}" in release.yml`, () => {
    const text = read('release.yml');
    assert.ok(text.includes(planted), planted);
    assert.match(findings(atTags(text.replace(planted, replacement))), finding);
  });
}
