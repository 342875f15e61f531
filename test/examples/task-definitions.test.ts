/** Validates the task definitions and policies of the examples against the ECS documentation and the options of the program. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { resolveConfig } from '../../src/config/resolve.ts';
import { examplesEndingWith, jsonOf, textOf } from './example-files.ts';
import { containerFindings, EXPORTER, taskFindings } from './task-definition-rules.ts';
import {
  type ContainerDefinition,
  containerDefinition,
  shapeFindings,
  taskDefinition,
} from './task-definition-schema.ts';

const TASKS = examplesEndingWith('task-definition.json');
const CONTAINERS = examplesEndingWith('container-with-key.json');
const ALARMS = 'examples/cloudwatch/alarms.json';
const POLICIES = examplesEndingWith('role.json', 'role-amp.json', 'role-cloudwatch-otlp.json', 'role-emf.json');

const containersOf = (file: string): readonly ContainerDefinition[] =>
  TASKS.includes(file)
    ? v.parse(taskDefinition, jsonOf(file)).containerDefinitions
    : [v.parse(containerDefinition, jsonOf(file))];

test('every JSON file of the examples is checked', () => {
  assert.deepEqual([...TASKS, ...CONTAINERS, ...POLICIES, ALARMS].sort(), examplesEndingWith('.json'));
  assert.ok(TASKS.length >= 3);
});

for (const file of TASKS) {
  test(`${file} is valid and consistent`, () => {
    const document = jsonOf(file);
    assert.deepEqual(shapeFindings(taskDefinition, document), []);
    assert.deepEqual(taskFindings(v.parse(taskDefinition, document)), []);
  });
}

for (const file of CONTAINERS) {
  test(`${file} is valid`, () => {
    const document = jsonOf(file);
    assert.deepEqual(shapeFindings(containerDefinition, document), []);
    assert.deepEqual(containerFindings(v.parse(containerDefinition, document)), []);
  });
}

test('the program accepts the environment of each task definition, combined with that of the image', () => {
  const exporters = [...TASKS, ...CONTAINERS].flatMap(containersOf).filter(({ name }) => name === EXPORTER);
  assert.equal(exporters.length, 4);
  for (const { environment = [], secrets = [] } of exporters) {
    const given = environment.map(({ name, value }) => [name, value]);
    const hidden = secrets.map(({ name }) => [name, 'authorization=Bearer%20made-up']);
    const env = {
      ECS_CONTAINER_METADATA_URI_V4: 'http://169.254.170.2/v4/made-up',
      // Set by ECS for a task with a role.
      AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/made-up',
      ...imageEnvironment(),
      ...Object.fromEntries([...given, ...hidden]),
    };
    const readFile = () => assert.fail('no file is configured');
    const resolved = resolveConfig({ argv: [], env, isTTY: false, readFile });
    assert.ok('config' in resolved, JSON.stringify(resolved));
    const { config } = resolved;
    assert.deepEqual(config.exporters, ['otlp']);
    // A program that only pushes need not be reachable from outside the task.
    assert.deepEqual(config.http, { host: 'localhost', port: 9545 });
    const excluded = config.exclude.map(({ text }) => text);
    assert.ok(excluded.includes(EXPORTER) && excluded.includes('~internal~ecs~pause'));
    assert.equal(Object.keys(config.otlp.headers).length, secrets.length);
  }
});

test('the exporter with ADOT excludes both sidecars, pushes to ADOT and stops before it', () => {
  const containers = containersOf('examples/adot/task-definition.json');
  const exporter = containers.find(({ name }) => name === EXPORTER);
  const adot = containers.find(({ image }) => image.includes('aws-otel-collector'));
  assert.ok(exporter !== undefined && adot !== undefined);
  assert.deepEqual(exporter.dependsOn, [{ containerName: adot.name, condition: 'START' }]);
  assert.deepEqual(adot.dependsOn, undefined);
  const exclude = exporter.environment?.find(({ name }) => name === 'EXCLUDE')?.value;
  assert.deepEqual(
    new Set(exclude?.split(',')),
    new Set([...(imageEnvironment()['EXCLUDE'] ?? '').split(','), adot.name]),
  );
  // The default address of OTLP is its receiver.
  assert.equal(
    exporter.environment?.some(({ name }) => name.includes('OTLP')),
    false,
  );
});

test('the policies allow specific actions, and on all resources only actions without resource-level permissions', () => {
  const policy = v.strictObject({
    Version: v.literal('2012-10-17'),
    Statement: v.array(
      v.strictObject({
        Effect: v.literal('Allow'),
        Action: v.union([action(), v.array(action())]),
        Resource: v.union([v.string(), v.array(v.string())]),
      }),
    ),
  });
  for (const file of POLICIES) {
    for (const { Action, Resource } of v.parse(policy, jsonOf(file)).Statement) {
      const everywhere = [
        ...['cloudwatch:PutMetricData', 'ecr:GetAuthorizationToken', 'ec2:DescribeInstances'],
        ...['ec2:DescribeNetworkInterfaces', 'ecs:DescribeTaskDefinition', 'ecs:ListClusters', 'ecs:ListServices'],
        'ecs:ListTasks',
      ];
      const expected = [Action].flat().every((one) => everywhere.includes(one)) ? /^\*$/ : /^arn:aws:[a-z]+:eu-west-1:/;
      for (const resource of [Resource].flat()) assert.match(resource, expected, file);
    }
  }
});

/** An injected problem and the expected finding. */
const MISTAKES: readonly (readonly [mistake: RegExp, made: string, finding: RegExp])[] = [
  [/"dependsOn"/, '"dependOn"', /Expected never but received "dependOn"/],
  [/"stopTimeout": 15/, '"stopTimeout": 150', /stopTimeout: .*<=120/],
  [/"cpu": "1024"/, '"cpu": 1024', /cpu: .*string/],
  [/"containerName": "aws-otel-collector"/, '"containerName": "adot"', /depends on adot, which is not there/],
  [/"containerName": "aws-otel-collector"/, '"containerName": "ecs-container-exporter"', /wait for each other/],
  [/"memory": 1280/, '"memory": 1480', /the containers need 2120 MiB/],
  [/"cpu": 640/, '"cpu": 800', /the containers need 1088 CPU units/],
  [/"memory": "2048"/, '"memory": "2000"', /Fargate has no 1024 CPU units with 2000 MiB/],
  [/"OTEL_METRICS_EXPORTER"/, '"OTEL_METRIC_EXPORTER"', /does not know OTEL_METRIC_EXPORTER/],
  [
    /"name": "EXPORTER_HOST"/,
    '"name": "OTEL_EXPORTER_OTLP_HEADERS"',
    /OTEL_EXPORTER_OTLP_HEADERS belongs into secrets/,
  ],
  [/"name": "AWS_REGION"/, '"name": "API_TOKEN"', /API_TOKEN belongs into secrets/],
  [/https:\/\/aps/, 'https://me:pass@aps', /PROMETHEUS_REMOTE_WRITE_URL shows credentials/],
  [/"stopTimeout": 15/, '"stopTimeout": 10', /is killed before its last export is over/],
  [/"user": "65532"/, '"user": "0"', /is not user 65532/],
  [/"essential": true/, '"essential": false', /no container is essential/],
];

for (const [mistake, made, finding] of MISTAKES) {
  test(`the checks notice ${made} for ${mistake.source}`, () => {
    const text = textOf('examples/adot/task-definition.json');
    assert.match(text, mistake);
    const document: unknown = JSON.parse(text.replace(mistake, made));
    const ofShape = shapeFindings(taskDefinition, document);
    const findings = ofShape.length > 0 ? ofShape : taskFindings(v.parse(taskDefinition, document));
    assert.equal(findings.length, 1, findings.join('\n'));
    assert.match(findings[0] ?? '', finding);
  });
}

/** The variables that the image sets. */
function imageEnvironment(): Readonly<Record<string, string>> {
  const lines = [...textOf('Dockerfile').matchAll(/^ENV (\w+)=(.*)$/gm)];
  assert.ok(lines.length >= 3);
  return Object.fromEntries(lines.map(([, name = '', value = '']) => [name, value]));
}

function action() {
  return v.pipe(v.string(), v.regex(/^[a-z]+\d?:[A-Za-z]+$/, 'must be one action'));
}
