/** Evaluates the modules of examples/terraform from the output of hcl2json, without a provider. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { membersOf } from '../examples/cloudformation-templates.ts';
import { evaluateTemplate, type Lookup } from './hcl-expression.ts';
import { hcl2json } from './programs.ts';

type Members = Readonly<Record<string, unknown>>;

const block = v.record(v.string(), v.unknown());
/** Blocks by name, and by type and name. hcl2json has a list for each. */
const named = v.optional(v.record(v.string(), v.tuple([block])), {});
const typed = v.optional(v.record(v.string(), v.record(v.string(), v.tuple([block]))), {});
const fileSchema = v.object({
  locals: v.optional(v.array(block), []),
  variable: named,
  output: named,
  module: named,
  data: typed,
  resource: typed,
});

/** Values that a provider computes, by type and attribute. */
const COMPUTED: Readonly<Record<string, (attributes: Members) => string>> = {
  'aws_region.region': () => 'eu-west-1',
  'aws_caller_identity.account_id': () => '111122223333',
  'aws_ecs_cluster.arn': ({ cluster_name }) => `arn:aws:ecs:eu-west-1:111122223333:cluster/${cluster_name}`,
  'aws_ecs_task_definition.arn': ({ family }) => `arn:aws:ecs:eu-west-1:111122223333:task-definition/${family}:1`,
  'aws_ecr_repository.arn': ({ name }) => `arn:aws:ecr:eu-west-1:111122223333:repository/${name}`,
  'aws_ecr_repository.repository_url': ({ name }) => `111122223333.dkr.ecr.eu-west-1.amazonaws.com/${name}`,
  'aws_iam_role.arn': ({ name }) => `arn:aws:iam::111122223333:role/${name}`,
  'aws_cloudwatch_log_group.arn': ({ name }) => `arn:aws:logs:eu-west-1:111122223333:log-group:${name}`,
};

export interface TerraformModule {
  /** The attributes of all resources of a type, including those of the modules that this one uses. */
  resources(type: string): readonly Members[];
  output(name: string): unknown;
}

/** Evaluates the module in a folder with these variables. @throws for an unknown name or a missing variable. */
export function evaluateModule(folder: string, variables: Members = {}): TerraformModule {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.tf'))
    .map((name) => v.parse(fileSchema, hcl2json(join(folder, name)).document));
  const locals: Members = Object.assign({}, ...files.flatMap((file) => file.locals));
  const declared = Object.assign({}, ...files.map(({ variable }) => variable));
  const outputs = Object.assign({}, ...files.map(({ output }) => output));
  const calls = files.flatMap(({ module }) => Object.entries(module));

  for (const name of Object.keys(variables)) {
    if (!(name in declared)) throw new Error(`${folder} has no variable ${name}`);
  }

  const modules = new Map<string, TerraformModule>();
  const moduleNamed = (name: string): TerraformModule => {
    const [call] = calls.find(([called]) => called === name)?.[1] ?? fail(`module.${name}`);
    const { source, depends_on: _, ...args } = membersOf(evaluate(call));
    const known = modules.get(name) ?? evaluateModule(join(folder, String(source)), args);
    modules.set(name, known);
    return known;
  };
  const blockOf = (kind: 'data' | 'resource', type: string, name: string): Members => {
    const found = files.flatMap((file) => file[kind][type]?.[name] ?? []);
    return found[0] ?? fail(`${type}.${name}`);
  };
  const attribute = (kind: 'data' | 'resource', [type = '', name = '', key = '']: readonly string[]): unknown => {
    const attributes = blockOf(kind, type, name);
    if (key in attributes) return evaluate(attributes[key]);
    const compute = COMPUTED[`${type}.${key}`] ?? fail(`${type}.${name}.${key}`);
    return compute(membersOf(evaluate(attributes)));
  };
  const variable = (name: string): unknown => {
    const [{ default: value }] = v.parse(v.tuple([block]), declared[name] ?? fail(`var.${name}`));
    return variables[name] ?? (value === undefined ? fail(`var.${name}`) : evaluate(value));
  };
  const fail = (name: string): never => {
    throw new Error(`${folder}: ${name} has no value`);
  };

  const lookup: Lookup = ([root = '', ...path]) => {
    const [name = '', member = ''] = path;
    if (root === 'var') return [variable(name), 2];
    if (root === 'local') return [evaluate(locals[name] ?? fail(`local.${name}`)), 2];
    if (root === 'module') return [moduleNamed(name).output(member), 3];
    if (root === 'data') return [attribute('data', path), 4];
    return [attribute('resource', [root, ...path]), 3];
  };
  const evaluate = (value: unknown, scope: Lookup = lookup): unknown => {
    if (typeof value === 'string') return evaluateTemplate(value, scope);
    if (Array.isArray(value)) return value.map((item) => evaluate(item, scope));
    if (typeof value !== 'object' || value === null) return value;
    const { dynamic = {}, ...rest } = membersOf(value);
    const plain = Object.entries(rest).map(([name, item]) => [name, evaluate(item, scope)]);
    const generated = Object.entries(membersOf(dynamic)).map(([name, blocks]) => [name, generate(name, blocks, scope)]);
    return Object.fromEntries([...plain, ...generated]);
  };
  /** A dynamic block: its content for each item. */
  const generate = (name: string, blocks: unknown, scope: Lookup): readonly unknown[] => {
    const [{ for_each: items, content }] = v.parse(v.tuple([block]), blocks);
    return v.parse(v.array(v.unknown()), evaluate(items, scope)).map((value) => {
      const [body] = v.parse(v.tuple([block]), content);
      return evaluate(body, (path) => (path[0] === name ? [{ value }, 1] : scope(path)));
    });
  };

  return {
    resources: (type) => [
      ...files
        .flatMap(({ resource }) => Object.values(resource[type] ?? {}))
        .map(([{ depends_on: _, ...attributes }]) => membersOf(evaluate(attributes)))
        .filter(({ count = 1 }) => count === 1),
      ...calls.flatMap(([name]) => moduleNamed(name).resources(type)),
    ],
    output: (name) => {
      const [{ value }] = v.parse(v.tuple([block]), outputs[name] ?? fail(`output.${name}`));
      return evaluate(value);
    },
  };
}
