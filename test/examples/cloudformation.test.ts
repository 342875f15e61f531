/**
 * Evaluates the CloudFormation templates with the parameters in their README, and compares the result with the ECS
 * documentation, the README and the pages. test/iac checks them with cfn-lint.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serviceOfTemplate } from './cloudformation-service.ts';
import { deployments, templateOf } from './cloudformation-templates.ts';
import { examplesEndingWith, textOf } from './example-files.ts';
import { serviceFindings } from './service-rules.ts';
import { VARIANTS } from './sidecar-rules.ts';

test('the README has a command for each CloudFormation template', () => {
  const files = VARIANTS.map((variant) => `examples/cloudformation/${variant}.yaml`);
  assert.deepEqual(
    deployments().map(({ file }) => file),
    files,
  );
  assert.deepEqual(
    examplesEndingWith('.yaml').filter((file) => file.startsWith('examples/cloudformation/')),
    [...files].sort(),
  );
});

for (const { variant, file, parameters } of deployments()) {
  test(`${file}: the exporter, the policies and the open port are as documented`, () =>
    assert.deepEqual(serviceFindings(variant, serviceOfTemplate(templateOf(textOf(file)), parameters)), []));
}

/** An injected problem and the expected finding. */
const MISTAKES: readonly (readonly [variant: string, mistake: string, made: string, finding: RegExp])[] = [
  ['datadog', 'ReadonlyRootFilesystem: true', 'ReadonlyRootFilesystem: false', /can write to its file system/],
  ['datadog', 'Essential: false', 'Essential: true', /is essential/],
  ['datadog', "User: '65532'", "User: '65533'", /is not user 65532/],
  ['datadog', 'Memory: 128\n', 'Memory: 64\n', /memory is 64, not 128/],
  ['datadog', 'StopTimeout: 15', 'StopTimeout: 20', /stopTimeout is 20, not 15/],
  ['datadog', '- healthcheck', '- health', /healthCheck is .*"health"/],
  ['datadog', 'Value: delta', 'Value: cumulative', /is cumulative, but delta in the documentation/],
  ['datadog', 'Action: secretsmanager:GetSecretValue', 'Action: secretsmanager:*', /must be one action/],
  ['datadog', 'Resource: !Ref DatadogHeadersSecret', "Resource: '*'", /GetSecretValue is allowed on \*/],
  ['datadog', 'Default: 3.0.0', 'Default: latest', /image is .*:latest/],
  ['datadog', 'Name: EXPORTER_HOST', 'Name: EXPORTER_HOSTS', /does not know EXPORTER_HOSTS/],
  ['cloudwatch', 'cloudwatch:PutMetricData', 'cloudwatch:GetMetricData', /cloudwatch:PutMetricData is missing/],
  ['cloudwatch', 'v1/metrics', 'v1/metric', /is https.*v1\/metric, but/],
  ['fargate-pull', 'SourceSecurityGroupId: !Ref ScraperSecurityGroup', 'CidrIp: 0.0.0.0/0', /not a rule for a scraper/],
  ['fargate-pull', 'Value: ecs-container-exporter', 'Value: exporter', /the tag of the service is wrong/],
  [
    'fargate-pull',
    'ECS_PROMETHEUS_METRICS_PATH: /metrics',
    'ECS_PROMETHEUS_METRICS_PATH: /metric',
    /ECS_PROMETHEUS_METRICS_PATH/,
  ],
  ['ec2-pull', 'LaunchType: EC2', 'LaunchType: FARGATE', /another launch type/],
  ['ec2-pull', 'ReadOnly: true', 'ReadOnly: false', /the cgroup of the host can be written/],
];

for (const [variant, mistake, made, finding] of MISTAKES) {
  test(`the checks of ${variant}.yaml notice ${made} for ${mistake}`, () => {
    const deployment = deployments().find((one) => one.variant === variant);
    assert.ok(deployment !== undefined);
    const text = textOf(deployment.file);
    assert.ok(text.includes(mistake));
    const findings = serviceFindings(
      deployment.variant,
      serviceOfTemplate(templateOf(text.replace(mistake, made)), deployment.parameters),
    );
    assert.match(findings.join('\n'), finding);
  });
}

test('a parameter that is missing or unknown is found', () => {
  const [deployment] = deployments();
  assert.ok(deployment !== undefined);
  const check = (parameters: Readonly<Record<string, string>>) =>
    serviceFindings(deployment.variant, serviceOfTemplate(templateOf(textOf(deployment.file)), parameters));
  assert.throws(() => check({}), /Cluster has no value|Subnets has no value|has no value/);
  assert.throws(() => check({ ...deployment.parameters, Clutser: 'shop' }), /unknown parameters: Clutser/);
});
