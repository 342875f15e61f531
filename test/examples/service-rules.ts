/** Rules for a service with the exporter, whatever tool creates it. */
import * as v from 'valibot';
import { policyFindings } from './policy-rules.ts';
import { sidecarFindings, type Variant, variableFindings } from './sidecar-rules.ts';
import { EXPORTER, taskFindings } from './task-definition-rules.ts';
import {
  type ContainerDefinition,
  shapeFindings,
  type TaskDefinition,
  taskDefinition,
} from './task-definition-schema.ts';

/** What a tool creates, in the terms of AWS's APIs. */
export interface ServiceResources {
  readonly tasks: readonly unknown[];
  /** Policy documents. */
  readonly policies: readonly unknown[];
  readonly managedPolicies: readonly string[];
  readonly inboundRules: readonly InboundRule[];
  readonly services: readonly { readonly launchType: unknown; readonly tags: Readonly<Record<string, string>> }[];
}

export interface InboundRule {
  /** Protocol, first and last port. */
  readonly ports: string;
  readonly sourceSecurityGroup: unknown;
  readonly addresses: readonly string[];
}

/** Problems of the resources for a variant, one sentence each. */
export function serviceFindings(variant: Variant, resources: ServiceResources): readonly string[] {
  const { tasks, services, policies, managedPolicies } = resources;
  const [document] = tasks;
  const [service] = services;
  if (tasks.length !== 1 || services.length !== 1 || service === undefined) {
    return [`${tasks.length} task definitions and ${services.length} services`];
  }
  const shape = shapeFindings(taskDefinition, document);
  if (shape.length > 0) return shape;
  const task = v.parse(taskDefinition, document);
  const exporter = task.containerDefinitions.find(({ name }) => name === EXPORTER);
  if (exporter === undefined) return ['the exporter is missing'];
  return [
    ...taskFindings(task),
    ...sidecarFindings(exporter),
    ...variableFindings(variant, exporter),
    ...policies.flatMap(policyFindings),
    ...managedPolicies.map((policy) => `managed policy: ${policy}`),
    ...permissionFindings(policies, exporter),
    ...reachabilityFindings(variant, task, resources, service),
  ];
}

/** The policies allow what the task needs. */
function permissionFindings(
  policies: readonly unknown[],
  { environment = [], secrets = [] }: ContainerDefinition,
): readonly string[] {
  const needed = {
    'cloudwatch:PutMetricData': environment.some(({ value }) => value.startsWith('https://monitoring.')),
    'secretsmanager:GetSecretValue': secrets.length > 0,
    'logs:PutLogEvents': true,
    'ecr:BatchGetImage': true,
  };
  const text = JSON.stringify(policies);
  return Object.entries(needed)
    .filter(([action, isNeeded]) => text.includes(action) !== isNeeded)
    .map(([action, isNeeded]) => `${action} is ${isNeeded ? 'missing' : 'superfluous'}`);
}

/** A scraped port is open to one security group only, and the service has the tag of docs/scraping.md. */
function reachabilityFindings(
  variant: Variant,
  task: TaskDefinition,
  { inboundRules }: ServiceResources,
  { launchType, tags }: ServiceResources['services'][number],
): readonly string[] {
  const isScraped = variant.endsWith('pull');
  const wrong = inboundRules.filter(
    ({ ports, sourceSecurityGroup, addresses }) =>
      ports !== 'tcp 9545 9545' || !/^sg-/.test(String(sourceSecurityGroup)) || addresses.length > 0,
  );
  return [
    ...wrong.map((rule) => `not a rule for a scraper: ${JSON.stringify(rule)}`),
    ...(inboundRules.length === (isScraped ? 1 : 0) ? [] : [`${inboundRules.length} rules for inbound traffic`]),
    ...((tags['metrics'] === EXPORTER) === isScraped ? [] : ['the tag of the service is wrong']),
    ...(launchType === task.requiresCompatibilities[0] ? [] : [`another launch type: ${launchType}`]),
  ];
}
