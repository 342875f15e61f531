/** Least privilege in IAM policies. */
import * as v from 'valibot';

/** Actions without resource-level permissions. */
const EVERYWHERE = [
  ...['cloudwatch:PutMetricData', 'ecr:GetAuthorizationToken', 'ec2:DescribeInstances'],
  ...['ec2:DescribeNetworkInterfaces', 'ecs:DescribeTaskDefinition', 'ecs:ListClusters', 'ecs:ListServices'],
  'ecs:ListTasks',
];

const action = v.pipe(v.string(), v.regex(/^[a-z][a-z0-9]*:[A-Za-z]+$/, 'must be one action'));

const policy = v.strictObject({
  Version: v.literal('2012-10-17'),
  Statement: v.array(
    v.strictObject({
      Effect: v.literal('Allow'),
      Action: v.union([action, v.array(action)]),
      Resource: v.union([v.string(), v.array(v.string())]),
    }),
  ),
});

/** Problems of a policy, one sentence each. */
export function policyFindings(document: unknown): readonly string[] {
  const { success, output, issues } = v.safeParse(policy, document);
  if (!success) return issues.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`);
  return output.Statement.flatMap(({ Action, Resource }) => {
    const actions = [Action].flat();
    const expected = actions.every((one) => EVERYWHERE.includes(one))
      ? /^\*$/
      : /^arn:aws:[a-z]+:eu-west-1:[^*]+(?:[:/]\*)?$/;
    return [Resource].flat().flatMap((one) => (expected.test(one) ? [] : `${actions.join()} is allowed on ${one}`));
  });
}
