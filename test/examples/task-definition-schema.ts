/**
 * The parts of ECS's RegisterTaskDefinition that the examples use. Strict: an unknown key is an error, or must be added
 * from the documentation first.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
 */
import * as v from 'valibot';

/** Letters, digits, hyphens and underscores, up to 255. */
const name = v.pipe(v.string(), v.regex(/^[\w-]{1,255}$/, 'must be a name as ECS allows it'));
const arn = (service: string) =>
  v.pipe(v.string(), v.regex(new RegExp(`^arn:aws:${service}:[^ ]+$`), `must be an ARN of ${service}`));
const whole = (min: number, max: number) => v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));
const text = v.pipe(v.string(), v.nonEmpty());
const texts = v.pipe(v.array(text), v.minLength(1));

const healthCheck = v.strictObject({
  /** `CMD` runs a program of the image, `CMD-SHELL` needs a shell, which neither image has. */
  command: v.tupleWithRest([v.literal('CMD'), text], text),
  interval: v.optional(whole(5, 300)),
  timeout: v.optional(whole(2, 120)),
  retries: v.optional(whole(1, 10)),
  startPeriod: v.optional(whole(0, 300)),
});

const logConfiguration = v.strictObject({
  logDriver: v.literal('awslogs'),
  /** On Fargate the stream's prefix is required. */
  options: v.strictObject({
    'awslogs-group': text,
    'awslogs-region': text,
    'awslogs-stream-prefix': text,
    mode: v.optional(v.picklist(['blocking', 'non-blocking'])),
    'max-buffer-size': v.optional(v.pipe(v.string(), v.regex(/^\d+[bkm]$/))),
  }),
});

export const containerDefinition = v.strictObject({
  name,
  image: v.pipe(v.string(), v.regex(/^[\w./-]+:[\w.-]+$/, 'must be an image with a tag')),
  command: v.optional(texts),
  essential: v.boolean(),
  dependsOn: v.optional(
    v.array(
      v.strictObject({ containerName: name, condition: v.picklist(['START', 'COMPLETE', 'SUCCESS', 'HEALTHY']) }),
    ),
  ),
  restartPolicy: v.optional(
    v.strictObject({
      enabled: v.boolean(),
      ignoredExitCodes: v.optional(v.pipe(v.array(whole(0, 255)), v.maxLength(50))),
      restartAttemptPeriod: v.optional(whole(60, 1800)),
    }),
  ),
  /** Fargate allows up to two minutes. */
  stopTimeout: v.optional(whole(2, 120)),
  cpu: whole(1, 16_384),
  memory: whole(6, 122_880),
  user: v.optional(v.pipe(v.string(), v.regex(/^\d+(:\d+)?$/, 'must be a number'))),
  readonlyRootFilesystem: v.optional(v.boolean()),
  /** On Fargate, SYS_PTRACE is all that can be added. */
  linuxParameters: v.optional(v.strictObject({ capabilities: v.strictObject({ drop: texts }) })),
  portMappings: v.optional(
    v.array(
      v.strictObject({
        containerPort: whole(1, 65_535),
        hostPort: v.optional(whole(0, 65_535)),
        protocol: v.optional(v.picklist(['tcp', 'udp'])),
      }),
    ),
  ),
  environment: v.optional(v.array(v.strictObject({ name: text, value: text }))),
  secrets: v.optional(v.array(v.strictObject({ name: text, valueFrom: v.union([arn('ssm'), arn('secretsmanager')]) }))),
  healthCheck: v.optional(healthCheck),
  logConfiguration: v.optional(logConfiguration),
  dockerLabels: v.optional(v.record(text, v.string())),
  /** Of a volume of the task definition. */
  mountPoints: v.optional(
    v.array(v.strictObject({ sourceVolume: name, containerPath: text, readOnly: v.optional(v.boolean()) })),
  ),
});

export const taskDefinition = v.strictObject({
  family: name,
  requiresCompatibilities: v.tuple([v.picklist(['FARGATE', 'EC2'])]),
  networkMode: v.picklist(['awsvpc', 'bridge', 'host']),
  runtimePlatform: v.optional(
    v.strictObject({
      operatingSystemFamily: v.literal('LINUX'),
      cpuArchitecture: v.picklist(['X86_64', 'ARM64']),
    }),
  ),
  /** Numbers as strings, as in the API. */
  cpu: v.pipe(v.string(), v.digits()),
  memory: v.pipe(v.string(), v.digits()),
  executionRoleArn: arn('iam'),
  taskRoleArn: v.optional(arn('iam')),
  volumes: v.optional(v.array(v.strictObject({ name, host: v.strictObject({ sourcePath: text }) }))),
  containerDefinitions: v.pipe(v.array(containerDefinition), v.minLength(1), v.maxLength(10)),
});

export type ContainerDefinition = v.InferOutput<typeof containerDefinition>;
export type TaskDefinition = v.InferOutput<typeof taskDefinition>;

/** Violations of the schema, one sentence each. */
export function shapeFindings(
  schema: typeof taskDefinition | typeof containerDefinition,
  document: unknown,
): readonly string[] {
  const { issues = [] } = v.safeParse(schema, document);
  return issues.map((issue) => `${v.getDotPath(issue) ?? 'document'}: ${issue.message}`);
}

/** The containers of a task definition. @throws if it violates the schema. */
export function containersIn(document: unknown): readonly ContainerDefinition[] {
  return v.parse(taskDefinition, document).containerDefinitions;
}
