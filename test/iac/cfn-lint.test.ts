/** cfn-lint accepts the CloudFormation templates, and finds mistakes in them. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { examplesEndingWith, pathOf, textOf } from '../examples/example-files.ts';
import { cfnLint, temporaryFolder } from './programs.ts';

const TEMPLATES = examplesEndingWith('.yaml').filter((file) => file.startsWith('examples/cloudformation/'));
const { folder, remove } = temporaryFolder();
after(remove);

test('cfn-lint finds nothing in the templates', () => {
  assert.equal(TEMPLATES.length, 4);
  const alarms = 'examples/cloudwatch/alarms.json';
  assert.deepEqual(cfnLint(...[...TEMPLATES, alarms].map(pathOf)), { code: 0, problems: [] });
});

/** Mistakes that each template allows, and the expected rule. */
const MISTAKES: readonly (readonly [mistake: string, made: string, rule: string])[] = [
  ['ReadonlyRootFilesystem: true', 'ReadOnlyRootFilesystem: true', 'E3002'],
  ['          Image: ', '          Images: ', 'E3003'],
  ['Essential: false', 'Essential: maybe', 'E3012'],
  ['!GetAtt LogGroup.Arn', '!GetAtt LogGroups.Arn', 'E1010'],
  ['!Ref Cluster', '!Ref Clutser', 'E1020'],
  ['Type: AWS::ECS::Service', 'Type: AWS::ECS::Servise', 'E3006'],
];

test('cfn-lint finds each of these mistakes in each template', () => {
  const broken = TEMPLATES.flatMap((file, number) =>
    MISTAKES.map(([mistake, made, rule], index) => {
      const text = textOf(file);
      assert.ok(text.includes(mistake), `${file}: ${mistake}`);
      const path = join(folder, `${number}-${index}.yaml`);
      writeFileSync(path, text.replace(mistake, made));
      return { path, finding: `${path}: ${rule} `, what: `${file} with ${made}` };
    }),
  );
  const { code, problems } = cfnLint(...broken.map(({ path }) => path));
  assert.equal((code ?? 0) & 2, 2);
  for (const { path, finding, what } of broken) {
    const found = problems.filter((problem) => problem.startsWith(path));
    assert.ok(
      found.some((problem) => problem.startsWith(finding)),
      `${what}: ${found.join('\n')}`,
    );
  }
});
