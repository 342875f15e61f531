/** Rules for CloudFormation templates, written by hand or by CDK. */
import * as v from 'valibot';
import { asInApi, membersOf, type Parameters, type Resource, resourcesOf } from './cloudformation-templates.ts';
import { policyFindings } from './policy-rules.ts';
import { sidecarFindings, type Variant, variableFindings } from './sidecar-rules.ts';
import { EXPORTER, taskFindings } from './task-definition-rules.ts';
import {
  type ContainerDefinition,
  shapeFindings,
  type TaskDefinition,
  taskDefinition,
} from './task-definition-schema.ts';

/** Problems of a template for a variant, with these parameters, one sentence each. */
export function templateFindings(variant: Variant, template: unknown, parameters: Parameters): readonly string[] {
  const resources = [...resourcesOf(template, parameters).values()];
  const documents = tasksIn(resources);
  if (documents.length !== 1) return [`${documents.length} task definitions`];
  const shape = documents.flatMap((document) => shapeFindings(taskDefinition, document));
  if (shape.length > 0) return shape;
  const task = v.parse(taskDefinition, documents[0]);
  return [
    ...taskFindings(task),
    ...exportersOf(task).flatMap((exporter) => [...sidecarFindings(exporter), ...variableFindings(variant, exporter)]),
    ...(exportersOf(task).length === 1 ? [] : ['the exporter is missing']),
    ...policiesIn(resources).flatMap(policyFindings),
    ...permissionFindings(resources, task),
    ...ingressFindings(resources, task),
    ...serviceFindings(resources, task),
  ];
}

function exportersOf({ containerDefinitions }: TaskDefinition): readonly ContainerDefinition[] {
  return containerDefinitions.filter(({ name }) => name === EXPORTER);
}

function tasksIn(resources: readonly Resource[]): readonly unknown[] {
  return ofType(resources, 'AWS::ECS::TaskDefinition').map(asInApi);
}

function ofType(resources: readonly Resource[], type: string): readonly Resource['Properties'][] {
  return resources.filter(({ Type }) => Type === type).map(({ Properties }) => Properties);
}

function policiesIn(resources: readonly Resource[]): readonly unknown[] {
  const inline = ofType(resources, 'AWS::IAM::Role').flatMap(({ Policies = [] }) =>
    v.parse(v.array(v.unknown()), Policies),
  );
  return [...inline, ...ofType(resources, 'AWS::IAM::Policy')].map((one) => membersOf(one)['PolicyDocument']);
}

/** The policies allow what the task needs, and managed policies are not used. */
function permissionFindings(resources: readonly Resource[], task: TaskDefinition): readonly string[] {
  const text = JSON.stringify(policiesIn(resources));
  const values = exportersOf(task).flatMap(({ environment = [], secrets = [] }) => [
    ...environment.map(({ value }) => value),
    ...secrets.map(({ valueFrom }) => valueFrom),
  ]);
  const needed = {
    'cloudwatch:PutMetricData': values.some((value) => value.startsWith('https://monitoring.')),
    'secretsmanager:GetSecretValue': values.some((value) => value.startsWith('arn:aws:secretsmanager:')),
    'logs:PutLogEvents': true,
    'ecr:BatchGetImage': true,
  };
  const managed = ofType(resources, 'AWS::IAM::Role').filter(
    ({ ManagedPolicyArns }) => ManagedPolicyArns !== undefined,
  );
  return [
    ...Object.entries(needed)
      .filter(([action, isNeeded]) => text.includes(action) !== isNeeded)
      .map(([action, isNeeded]) => `${action} is ${isNeeded ? 'missing' : 'superfluous'}`),
    ...managed.map(({ ManagedPolicyArns }) => `managed policy: ${JSON.stringify(ManagedPolicyArns)}`),
  ];
}

/** A scraped port is open to one security group; other ports stay closed. */
function ingressFindings(resources: readonly Resource[], task: TaskDefinition): readonly string[] {
  const rules = [
    ...ofType(resources, 'AWS::EC2::SecurityGroupIngress'),
    ...ofType(resources, 'AWS::EC2::SecurityGroup').flatMap(({ SecurityGroupIngress = [] }) =>
      v.parse(v.array(v.looseObject({})), SecurityGroupIngress),
    ),
  ];
  const isScraped = exportersOf(task).some(({ portMappings = [] }) => portMappings.length > 0);
  const wrong = rules.filter(
    ({ FromPort, ToPort, IpProtocol, SourceSecurityGroupId, CidrIp, CidrIpv6 }) =>
      `${IpProtocol} ${FromPort} ${ToPort}` !== 'tcp 9545 9545' ||
      !/^sg-/.test(String(SourceSecurityGroupId)) ||
      CidrIp !== undefined ||
      CidrIpv6 !== undefined,
  );
  return [
    ...wrong.map((rule) => `not a rule for a scraper: ${JSON.stringify(rule)}`),
    ...(rules.length === (isScraped ? 1 : 0) ? [] : [`${rules.length} rules for inbound traffic`]),
  ];
}

/** The service runs the launch type of its task; Prometheus finds a scraped one by its tag. */
function serviceFindings(resources: readonly Resource[], task: TaskDefinition): readonly string[] {
  const [service, ...others] = ofType(resources, 'AWS::ECS::Service');
  if (service === undefined || others.length > 0) return ['not one service'];
  const isScraped = exportersOf(task).some(({ portMappings = [] }) => portMappings.length > 0);
  const tags = v.parse(v.array(v.strictObject({ Key: v.string(), Value: v.string() })), service['Tags'] ?? []);
  const isTagged = tags.some(({ Key, Value }) => Key === 'metrics' && Value === EXPORTER);
  return [
    ...(task.requiresCompatibilities.some((type) => type === service['LaunchType']) ? [] : ['another launch type']),
    ...(isTagged === isScraped ? [] : ['the tag of the service is wrong']),
  ];
}
