/** Evaluates CloudFormation templates, as far as the examples need it. */
import { posix } from 'node:path';
import { parse, type ScalarTag } from 'yaml';
import { COMMANDS } from '../helpers/doc-commands.ts';
import { VARIANTS, type Variant } from './sidecar-rules.ts';

export type Parameters = Readonly<Record<string, string>>;

export interface Resource {
  readonly Type: string;
  readonly Properties: Members;
}

type Members = Readonly<Record<string, unknown>>;

const ACCOUNT = '111122223333';
const REGION = 'eu-west-1';

const PSEUDO_PARAMETERS: Parameters = {
  'AWS::AccountId': ACCOUNT,
  'AWS::Partition': 'aws',
  'AWS::Region': REGION,
  'AWS::StackName': 'shop',
  'AWS::URLSuffix': 'amazonaws.com',
};

const scalarTag = (tag: string, resolve: (text: string) => unknown): ScalarTag => ({ tag, resolve });
const TAGS = [
  scalarTag('!Ref', (text) => ({ Ref: text })),
  scalarTag('!Sub', (text) => ({ 'Fn::Sub': text })),
  scalarTag('!GetAtt', (text) => ({ 'Fn::GetAtt': text.split('.') })),
];

/** The document of a template in YAML. @throws if a tag is unknown. */
export function templateOf(text: string): unknown {
  return parse(text, { customTags: TAGS, strict: true, logLevel: 'error' });
}

export interface Deployment {
  readonly variant: Variant;
  /** The template. */
  readonly file: string;
  readonly parameters: Parameters;
}

/** The `aws cloudformation deploy` commands of examples/cloudformation/README.md. */
export function deployments(): readonly Deployment[] {
  const page = 'examples/cloudformation/README.md';
  return COMMANDS.filter((command) => command.page === page && command.args[1] === 'deploy').map(({ args }) => {
    const template = args[args.indexOf('--template-file') + 1];
    const variant = VARIANTS.find((name) => template === `${name}.yaml`);
    if (variant === undefined) throw new Error(`${page}: no template ${template}`);
    const overrides = args.slice(args.indexOf('--parameter-overrides') + 1).filter((arg) => /^\w+=/.test(arg));
    const parameters = Object.fromEntries(overrides.map((arg) => arg.split('=', 2)));
    return { variant, file: `${posix.dirname(page)}/${template}`, parameters };
  });
}

/** The resources of a template with every function evaluated. @throws for an unknown or missing parameter or resource. */
export function resourcesOf(template: unknown, parameters: Parameters): ReadonlyMap<string, Resource> {
  const { Parameters: declared = {}, Resources: resources = {} } = membersOf(template);
  const unknown = Object.keys(parameters).filter((name) => !(name in membersOf(declared)));
  if (unknown.length > 0) throw new Error(`unknown parameters: ${unknown.join(', ')}`);
  const defaults = Object.entries(membersOf(declared)).flatMap(([name, declaration]) => {
    const { Default: value } = membersOf(declaration);
    return value === undefined ? [] : [[name, String(value)]];
  });
  const values: Parameters = { ...PSEUDO_PARAMETERS, ...Object.fromEntries(defaults), ...parameters };
  const types = new Map(
    Object.entries(membersOf(resources)).map(([id, resource]) => [id, String(membersOf(resource)['Type'])]),
  );

  const reference = (name: string): string => {
    const value = values[name] ?? (types.has(name) ? `${name}-id` : undefined);
    if (value === undefined) throw new Error(`${name} has no value`);
    return value;
  };
  const attribute = (id: string, name: string): string => {
    const value = ATTRIBUTES[`${types.get(id)}.${name}`]?.(id);
    if (value === undefined) throw new Error(`unknown attribute: ${id}.${name}`);
    return value;
  };
  const evaluate = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(evaluate);
    if (typeof value !== 'object' || value === null) return value;
    const [[key = '', argument] = [], ...rest] = Object.entries(value);
    const isFunction = rest.length === 0 && (key === 'Ref' || key.startsWith('Fn::'));
    if (!isFunction) return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, evaluate(member)]));
    const list = Array.isArray(argument) ? argument.map(evaluate) : [];
    if (key === 'Ref') return reference(String(argument));
    if (key === 'Fn::GetAtt') return attribute(String(list[0]), String(list[1]));
    if (key === 'Fn::Join' && Array.isArray(list[1])) return list[1].join(String(list[0]));
    if (key === 'Fn::Sub' && typeof argument === 'string') return argument.replaceAll(/\$\{([^}]+)\}/g, substitute);
    throw new Error(`unknown function: ${JSON.stringify(value)}`);
  };
  const substitute = (_: string, name: string): string => {
    const [id = '', member] = name.split('.');
    return member === undefined ? reference(id) : attribute(id, member);
  };

  const evaluated = [...types].map(([id, type]): [string, Resource] => {
    const { Properties: properties = {} } = membersOf(membersOf(resources)[id]);
    return [id, { Type: type, Properties: membersOf(evaluate(properties)) }];
  });
  return new Map(evaluated);
}

const ATTRIBUTES: Readonly<Record<string, (id: string) => string>> = {
  'AWS::IAM::Role.Arn': (id) => `arn:aws:iam::${ACCOUNT}:role/${id}`,
  'AWS::Logs::LogGroup.Arn': (id) => `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${id}:*`,
  'AWS::EC2::SecurityGroup.GroupId': (id) => `${id}-id`,
};

/** Members whose keys are data. */
const MAPS = new Set(['Options', 'DockerLabels']);

/** Properties of a resource with their names as in the API, which begin in lower case. */
export function asInApi(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asInApi);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name.charAt(0).toLowerCase() + name.slice(1),
      MAPS.has(name) ? member : asInApi(member),
    ]),
  );
}

/** The members of an object. @throws if the value is something else. */
export function membersOf(value: unknown): Members {
  if (typeof value !== 'object' || value === null) throw new Error(`not an object: ${JSON.stringify(value)}`);
  return Object.fromEntries(Object.entries(value));
}
