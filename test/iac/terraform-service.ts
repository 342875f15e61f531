/** The service that a Terraform module creates. */
import * as v from 'valibot';
import type { ServiceResources } from '../examples/service-rules.ts';
import type { TerraformModule } from './terraform-module.ts';

const taskBlocks = v.object({
  container_definitions: v.pipe(v.string(), v.parseJson(), v.array(v.record(v.string(), v.unknown()))),
  volume: v.optional(v.array(v.object({ name: v.string(), host_path: v.string() })), []),
  runtime_platform: v.optional(
    v.array(v.object({ operating_system_family: v.string(), cpu_architecture: v.string() })),
    [],
  ),
});
const tags = v.record(v.string(), v.string());

export function serviceOfModule(root: TerraformModule): ServiceResources {
  return {
    tasks: root.resources('aws_ecs_task_definition').map(taskInApi),
    policies: root.resources('aws_iam_role_policy').map(({ policy }) => JSON.parse(String(policy))),
    managedPolicies: root.resources('aws_iam_role_policy_attachment').map(({ policy_arn: arn }) => String(arn)),
    inboundRules: root.resources('aws_vpc_security_group_ingress_rule').map((rule) => ({
      ports: `${rule['ip_protocol']} ${rule['from_port']} ${rule['to_port']}`,
      sourceSecurityGroup: rule['referenced_security_group_id'],
      addresses: Object.entries(rule).flatMap(([name, value]) => (name.startsWith('cidr') ? String(value) : [])),
    })),
    services: root
      .resources('aws_ecs_service')
      .map((service) => ({ launchType: service['launch_type'], tags: v.parse(tags, service['tags']) })),
  };
}

/** A task definition as in the API, without empty members, which the provider leaves out. */
function taskInApi(task: Readonly<Record<string, unknown>>): unknown {
  const { container_definitions: containers, volume, runtime_platform: platforms } = v.parse(taskBlocks, task);
  const [platform] = platforms.map(({ operating_system_family, cpu_architecture }) => ({
    operatingSystemFamily: operating_system_family,
    cpuArchitecture: cpu_architecture,
  }));
  return withoutEmpty({
    family: task['family'],
    requiresCompatibilities: task['requires_compatibilities'],
    networkMode: task['network_mode'],
    cpu: String(task['cpu']),
    memory: String(task['memory']),
    executionRoleArn: task['execution_role_arn'],
    taskRoleArn: task['task_role_arn'],
    runtimePlatform: platform ?? null,
    volumes: volume.map(({ name, host_path: sourcePath }) => ({ name, host: { sourcePath } })),
    containerDefinitions: containers.map(withoutEmpty),
  });
}

function withoutEmpty(members: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => !isEmpty(value)));
}

function isEmpty(value: unknown): boolean {
  return value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}
