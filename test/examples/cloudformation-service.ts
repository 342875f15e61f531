/** The service that a CloudFormation template creates, written by hand or by CDK. */
import * as v from 'valibot';
import { asInApi, membersOf, type Parameters, resourcesOf } from './cloudformation-templates.ts';
import type { ServiceResources } from './service-rules.ts';

const list = v.optional(v.array(v.record(v.string(), v.unknown())), []);
const role = v.object({ Policies: list, ManagedPolicyArns: v.optional(v.array(v.string()), []) });
const securityGroup = v.object({ SecurityGroupIngress: list });
const service = v.object({
  LaunchType: v.unknown(),
  Tags: v.optional(v.array(v.object({ Key: v.string(), Value: v.string() })), []),
});

/** @throws for a template that cannot be evaluated with these parameters. */
export function serviceOfTemplate(template: unknown, parameters: Parameters): ServiceResources {
  const resources = [...resourcesOf(template, parameters).values()];
  const ofType = (type: string) => resources.filter(({ Type }) => Type === type).map(({ Properties }) => Properties);
  const roles = ofType('AWS::IAM::Role').map((properties) => v.parse(role, properties));
  const policies = [...roles.flatMap(({ Policies }) => Policies), ...ofType('AWS::IAM::Policy')];
  const groups = ofType('AWS::EC2::SecurityGroup').map((properties) => v.parse(securityGroup, properties));
  const inbound = [
    ...ofType('AWS::EC2::SecurityGroupIngress'),
    ...groups.flatMap(({ SecurityGroupIngress }) => SecurityGroupIngress),
  ];
  return {
    tasks: ofType('AWS::ECS::TaskDefinition').map(asInApi),
    policies: policies.map((policy) => membersOf(policy)['PolicyDocument']),
    managedPolicies: roles.flatMap(({ ManagedPolicyArns }) => ManagedPolicyArns),
    inboundRules: inbound.map(({ IpProtocol, FromPort, ToPort, SourceSecurityGroupId, CidrIp, CidrIpv6 }) => ({
      ports: `${IpProtocol} ${FromPort} ${ToPort}`,
      sourceSecurityGroup: SourceSecurityGroupId,
      addresses: [CidrIp, CidrIpv6].flatMap((range) => (range === undefined ? [] : String(range))),
    })),
    services: ofType('AWS::ECS::Service').map((properties) => {
      const { LaunchType, Tags } = v.parse(service, properties);
      return { launchType: LaunchType, tags: Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value])) };
    }),
  };
}
