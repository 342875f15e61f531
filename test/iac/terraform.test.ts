/**
 * The Terraform files of the examples: their syntax, by the parser of Terraform, and their values, by an evaluator for the
 * expressions in them. Terraform itself and its AWS provider are not run.
 */
import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { examplesEndingWith, pathOf, textOf } from '../examples/example-files.ts';
import { serviceFindings } from '../examples/service-rules.ts';
import { VARIANTS, type Variant } from '../examples/sidecar-rules.ts';
import { evaluateExpression } from './hcl-expression.ts';
import { hcl2json, temporaryFolder } from './programs.ts';
import { evaluateModule } from './terraform-module.ts';
import { serviceOfModule } from './terraform-service.ts';

const FILES = examplesEndingWith('.tf');
const { folder, remove } = temporaryFolder();
after(remove);

for (const file of FILES) {
  test(`${file} has no syntax error, and one would be found`, () => {
    assert.equal(hcl2json(pathOf(file)).code, 0);
    const broken = join(folder, 'broken.tf');
    for (const [mistake, made] of [
      [/\}\s*$/, ''],
      [/ = |\{/, ' ? '],
    ] as const) {
      writeFileSync(broken, textOf(file).replace(mistake, made));
      const { code, log } = hcl2json(broken);
      assert.notEqual(code, 0);
      assert.match(log, /broken\.tf:\d+/);
    }
  });
}

test('every variable is used, and each name that is used is declared', () => {
  for (const name of readdirSync(pathOf('examples/terraform'))) {
    if (name.includes('.')) continue;
    const text = FILES.filter((file) => file.startsWith(`examples/terraform/${name}/`))
      .map(textOf)
      .join('\n');
    const all = (pattern: RegExp): ReadonlySet<string> =>
      new Set([...text.matchAll(pattern)].flatMap(([, found]) => found ?? []));
    assert.deepEqual([...all(/\bvar\.(\w+)/g)].sort(), [...all(/^variable "(\w+)"/gm)].sort(), name);
    const resources = [...all(/^resource "(\w+" "\w+)"/gm)].map((words) => words.replace('" "', '.'));
    for (const used of all(/\b(?<!data\.)(aws_\w+\.\w+)/g)) assert.ok(resources.includes(used), `${name}: ${used}`);
  }
});

for (const variant of VARIANTS) {
  test(`${variant}: the exporter, the policies and the open port are as documented`, () =>
    assert.deepEqual(
      serviceFindings(variant, serviceOfModule(evaluateModule(pathOf(`examples/terraform/${variant}`)))),
      [],
    ));
}

/** An injected mistake, and the expected finding or error. */
const MISTAKES: readonly (readonly [variant: Variant, file: string, mistake: string, made: string, finding: RegExp])[] =
  [
    [
      'datadog',
      'exporter/main.tf',
      'readonlyRootFilesystem = true',
      'readonlyRootFilesystem = false',
      /can write to its/,
    ],
    ['datadog', 'exporter/main.tf', 'readonlyRootFilesystem ', 'readOnlyRootFilesystem ', /"readOnlyRootFilesystem"/],
    ['datadog', 'exporter/main.tf', '"delta"', '"cumulative"', /is cumulative, but delta/],
    ['datadog', 'exporter/main.tf', 'essential = false', 'essential = true', /is essential/],
    ['datadog', 'exporter/main.tf', '"secretsmanager:GetSecretValue"', '"secretsmanager:*"', /must be one action/],
    [
      'cloudwatch',
      'exporter/main.tf',
      'data.aws_region.current',
      'data.aws_region.here',
      /aws_region.here has no value/,
    ],
    ['cloudwatch', 'exporter/main.tf', 'var.task_role_name', 'var.role_name', /var.role_name has no value/],
    ['cloudwatch', 'cloudwatch/main.tf', 'destination ', 'destinations ', /has no variable destinations/],
    ['ec2-pull', 'exporter/main.tf', 'readOnly = true', 'readOnly = false', /the cgroup of the host can be written/],
    ['ec2-pull', 'exporter/main.tf', 'hostPort = var.host_port, ', '', /has no host port/],
    [
      'fargate-pull',
      'service/main.tf',
      '{ metrics = "ecs-container-exporter" }',
      '{}',
      /the tag of the service is wrong/,
    ],
    [
      'fargate-pull',
      'service/main.tf',
      'referenced_security_group_id = var.scraper_security_group',
      'cidr_ipv4 = "0.0.0.0/0"',
      /rule/,
    ],
  ];

for (const [variant, file, mistake, made, finding] of MISTAKES) {
  test(`${variant}: the checks notice ${made || 'nothing'} for ${mistake}`, () => {
    const copy = join(folder, 'copy');
    cpSync(pathOf('examples/terraform'), copy, { recursive: true });
    const text = readFileSync(join(copy, file), 'utf8');
    assert.ok(text.includes(mistake));
    writeFileSync(join(copy, file), text.replace(mistake, made));
    const check = (): string => {
      try {
        return serviceFindings(variant, serviceOfModule(evaluateModule(join(copy, variant)))).join('\n');
      } catch (error) {
        return String(error);
      }
    };
    assert.match(check(), finding);
  });
}

test('expressions are evaluated as by Terraform', () => {
  const values: Readonly<Record<string, unknown>> = { name: 'a', map: { a: 1, b: 2 }, empty: {} };
  const evaluate = (text: string): unknown => evaluateExpression(text, ([root = '']) => [values[root], 1]);
  assert.equal(evaluate('name == "a" ? 1 : 2'), 1);
  assert.equal(evaluate(`name != "a" ? 1 : "\${name}-\${name}"`), 'a-a');
  assert.equal(evaluate('map[name]'), 1);
  assert.deepEqual(evaluate('merge(map, { c = [true, null] })'), { a: 1, b: 2, c: [true, null] });
  assert.deepEqual(evaluate('[for key, value in map : { k = key, v = value }]'), [
    { k: 'a', v: 1 },
    { k: 'b', v: 2 },
  ]);
  assert.deepEqual(evaluate('[for key, value in empty : { k = key }]'), []);
  assert.equal(evaluate('jsonencode({ "a:b" = map.a })'), '{"a:b":1}');
  for (const text of ['max(1, 2)', 'name +', 'map.c', 'name name']) assert.throws(() => evaluate(text), text);
});
