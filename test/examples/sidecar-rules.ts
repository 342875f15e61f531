/** What all definitions of the exporter's container have in common. */
import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { resolveConfig } from '../../src/config/resolve.ts';
import { HAND_WRITTEN } from '../helpers/pages.ts';
import { jsonOf, textOf } from './example-files.ts';
import { EXPORTER } from './task-definition-rules.ts';
import { type ContainerDefinition, containerDefinition, containersIn } from './task-definition-schema.ts';

/** The container definition of the README. */
export function readmeContainer(): ContainerDefinition {
  return v.parse(containerDefinition, blockOf('README.md'));
}

const variables = v.looseObject(v.pick(containerDefinition, ['environment', 'secrets']).entries);

/** The first JSON of a page: a container definition, or a part of one. */
function blockOf(page: string): v.InferOutput<typeof variables> {
  const blocks = HAND_WRITTEN.find(({ path }) => path === page)?.blocks ?? [];
  return v.parse(variables, JSON.parse(blocks.find(({ language }) => language === 'json')?.body ?? ''));
}

const SAME = ['image', 'essential', 'cpu', 'memory', 'user', 'readonlyRootFilesystem', 'linuxParameters'] as const;

/** Settings of every example; the README leaves out the last two, and all but one of the health check. */
const EXAMPLES = {
  healthCheck: { interval: 30, timeout: 5, retries: 3 },
  stopTimeout: 15,
  restartPolicy: { enabled: true, ignoredExitCodes: [0, 2], restartAttemptPeriod: 60 },
};

/** Differences between a definition of the exporter's container and the README's, one sentence each. */
export function sidecarFindings(container: ContainerDefinition): readonly string[] {
  const readme = readmeContainer();
  const expected: Partial<ContainerDefinition> = {
    ...Object.fromEntries(SAME.map((key) => [key, readme[key]])),
    ...EXAMPLES,
    healthCheck: readme.healthCheck && { ...readme.healthCheck, ...EXAMPLES.healthCheck },
  };
  const keys = [...SAME, 'healthCheck', 'stopTimeout', 'restartPolicy'] as const;
  const different = keys.filter((key) => !isDeepStrictEqual(container[key], expected[key]));
  return [
    ...different.map((key) => `${key} is ${JSON.stringify(container[key])}, not ${JSON.stringify(expected[key])}`),
    ...configurationFindings(container, readme),
  ];
}

/** The four ways to run the exporter for which there are CloudFormation templates, CDK stacks and Terraform configurations. */
export const VARIANTS = ['fargate-pull', 'ec2-pull', 'cloudwatch', 'datadog'] as const;
export type Variant = (typeof VARIANTS)[number];

/** Differences between the variables of a variant and those in the task definition or the page for it. */
export function variableFindings(
  variant: Variant,
  { environment = [], secrets = [] }: ContainerDefinition,
): readonly string[] {
  const actual = Object.fromEntries([
    ...environment.map(({ name, value }) => [name, value]),
    ...secrets.map(({ name }) => [name, SECRET]),
  ]);
  const expected = documentedVariables(variant);
  const names = [...new Set([...Object.keys(actual), ...Object.keys(expected)])];
  return names
    .filter((name) => actual[name] !== expected[name])
    .map((name) => `${name} is ${actual[name]}, but ${expected[name]} in the documentation`);
}

const SECRET = 'from a secret';

function documentedVariables(variant: Variant): Readonly<Record<string, string>> {
  const container: Pick<ContainerDefinition, 'environment' | 'secrets'> = {
    'fargate-pull': readmeContainer,
    'ec2-pull': () => containerOf('examples/ecs-ec2/bridge-task-definition.json'),
    cloudwatch: () => containerOf('examples/cloudwatch/task-definition.json'),
    datadog: () => blockOf('docs/backends/datadog.md'),
  }[variant]();
  return Object.fromEntries([
    ...(container.environment ?? []).map(({ name, value }) => [name, value]),
    ...(container.secrets ?? []).map(({ name }) => [name, SECRET]),
    // The page shows only the variables of Datadog.
    ...(variant === 'datadog' ? [['EXPORTER_HOST', 'localhost']] : []),
  ]);
}

function containerOf(file: string): ContainerDefinition {
  const container = containersIn(jsonOf(file)).find(({ name }) => name === EXPORTER);
  if (container === undefined) throw new Error(`no exporter in ${file}`);
  return container;
}

/** The program accepts the variables; a scraped exporter has the port and the labels, and any other has no open port. */
function configurationFindings(container: ContainerDefinition, readme: ContainerDefinition): readonly string[] {
  const { environment = [], secrets = [], portMappings = [], dockerLabels = {} } = container;
  const env = {
    ECS_CONTAINER_METADATA_URI_V4: 'http://169.254.170.2/v4/simulated',
    // Set by ECS for a task with a role.
    AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/simulated',
    ...imageEnvironment(),
    ...Object.fromEntries(environment.map(({ name, value }) => [name, value])),
    ...Object.fromEntries(secrets.map(({ name }) => [name, 'authorization=Bearer%20simulated'])),
  };
  const resolved = resolveConfig({ argv: [], env, isTTY: false, readFile: (path) => ({ error: `no ${path}` }) });
  if ('problems' in resolved) return resolved.problems.map(({ message }) => message);
  const { config, warnings } = resolved;
  const isScraped = config.exporters.includes('prometheus');
  const ports = portMappings.map(({ containerPort }) => containerPort);
  const host = isScraped ? '::' : 'localhost';
  const labels = Object.entries(isScraped ? (readme.dockerLabels ?? {}) : {});
  const missing = labels.filter(([label, value]) => dockerLabels[label] !== value);
  return [
    ...warnings.map(({ message }) => message),
    ...(isDeepStrictEqual(ports, isScraped ? [9545] : []) ? [] : [`the open ports are ${JSON.stringify(ports)}`]),
    ...(isDeepStrictEqual(config.http, { host, port: 9545 }) ? [] : [`it listens on ${JSON.stringify(config.http)}`]),
    ...missing.map(([label]) => `the label ${label} is missing or differs`),
    ...['ecs-container-exporter', '~internal~ecs~pause']
      .filter((name) => !config.exclude.some(({ text }) => text === name))
      .map((name) => `${name} is not excluded`),
    ...(Object.keys(config.otlp.headers).length === secrets.length ? [] : ['a secret is not a header']),
  ];
}

/** The variables that the image sets. */
export function imageEnvironment(): Readonly<Record<string, string>> {
  const lines = [...textOf('Dockerfile').matchAll(/^ENV (\w+)=(.*)$/gm)];
  if (lines.length < 3) throw new Error('the Dockerfile sets fewer variables than expected');
  return Object.fromEntries(lines.map(([, name = '', value = '']) => [name, value]));
}
