/**
 * Validates the task definitions and policies of the examples against the ECS documentation, the options of the program and
 * the container definition of the README.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { examplesEndingWith, jsonOf, textOf } from './example-files.ts';
import { policyFindings } from './policy-rules.ts';
import { imageEnvironment, sidecarFindings } from './sidecar-rules.ts';
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
  const others = examplesEndingWith('.json').filter((file) => !file.startsWith('examples/cdk/'));
  assert.deepEqual([...TASKS, ...CONTAINERS, ...POLICIES, ALARMS].sort(), others);
  assert.ok(TASKS.length >= 6);
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

test('the container of the exporter is everywhere that of the README, and the program accepts its variables', () => {
  const sources = [...TASKS, ...CONTAINERS].flatMap((file) =>
    containersOf(file)
      .filter(({ name }) => name === EXPORTER)
      .map((container) => ({ file, container })),
  );
  assert.equal(sources.length, 7);
  for (const { file, container } of sources) assert.deepEqual(sidecarFindings(container), [], file);
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
  for (const file of POLICIES) assert.deepEqual(policyFindings(jsonOf(file)), [], file);
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

const BRIDGE_MISTAKES: typeof MISTAKES = [
  [/"hostPort": 9545, /, '', /port 9545 has no host port/],
  [/"readOnly": true/, '"readOnly": false', /the cgroup of the host can be written/],
  [/"sourceVolume": "cgroup"/, '"sourceVolume": "cgroups"', /there is no volume cgroups/],
  [/"value": "\/host\/sys\/fs\/cgroup"/, '"value": "/sys/fs/cgroup"', /is not the cgroup of the host/],
  [/"sourcePath": "\/sys\/fs\/cgroup"/, '"sourcePath": "/sys"', /is not the cgroup of the host/],
  [/"networkMode": "bridge"/, '"networkMode": "bridged"', /networkMode: .*"bridged"/],
  [/"stopTimeout": 15/, '"dependsOn": [{ "containerName": "web", "condition": "START" }]', /stops before web/],
];

for (const [file, [mistake, made, finding]] of [
  ...MISTAKES.map((entry) => ['examples/adot/task-definition.json', entry] as const),
  ...BRIDGE_MISTAKES.map((entry) => ['examples/ecs-ec2/bridge-task-definition.json', entry] as const),
]) {
  test(`the checks of ${file} notice ${made} for ${mistake.source}`, () => {
    const text = textOf(file);
    assert.match(text, mistake);
    const document: unknown = JSON.parse(text.replace(mistake, made));
    const ofShape = shapeFindings(taskDefinition, document);
    const findings = ofShape.length > 0 ? ofShape : taskFindings(v.parse(taskDefinition, document));
    assert.equal(findings.length, 1, findings.join('\n'));
    assert.match(findings[0] ?? '', finding);
  });
}
