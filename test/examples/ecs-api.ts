/** The parts of the ECS and EC2 APIs that service discovery uses, for one cluster with Fargate tasks. */
import { createServer, type IncomingMessage } from 'node:http';
import { at, textAt } from '../real/json.ts';

export interface DiscoverableTask {
  readonly id: string;
  readonly address: string;
  readonly port: number;
  /** Undefined for a task that was started without a service. */
  readonly service?: string;
  /** @default 'RUNNING' */
  readonly lastStatus?: string;
  /** Tags of the task. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Docker labels of the exporter; undefined if the task has no exporter. */
  readonly dockerLabels?: Readonly<Record<string, string>>;
}

export interface EcsApi {
  readonly url: string;
  /** The permissions that the requests needed, for example `ecs:ListTasks`. */
  permissions(): readonly string[];
  close(): Promise<void>;
}

const CLUSTER = 'shop';
const REGION = 'arn:aws:ecs:eu-west-1:111122223333';
export const CLUSTER_ARN = `${REGION}:cluster/${CLUSTER}`;

const arnOf = (kind: 'task' | 'service', id: string): string => `${REGION}:${kind}/${CLUSTER}/${id}`;
const tagList = (tags: Readonly<Record<string, string>>) =>
  Object.entries(tags).map(([key, value]) => ({ key, value }));

/** Serves the cluster `shop`. `serviceTags` are the tags of each service. */
export async function serveEcsApi(
  tasks: readonly DiscoverableTask[],
  serviceTags: Readonly<Record<string, Readonly<Record<string, string>>>> = {},
): Promise<EcsApi> {
  const permissions = new Set<string>();
  const services = [...new Set(tasks.flatMap(({ service }) => service ?? []))];

  const ecs: Readonly<Record<string, (input: unknown) => unknown>> = {
    ListClusters: () => ({ clusterArns: [CLUSTER_ARN] }),
    DescribeClusters: () => ({ clusters: [{ clusterArn: CLUSTER_ARN, clusterName: CLUSTER, status: 'ACTIVE' }] }),
    ListServices: () => ({ serviceArns: services.map((name) => arnOf('service', name)) }),
    DescribeServices: () => ({
      services: services.map((name) => ({
        serviceArn: arnOf('service', name),
        serviceName: name,
        status: 'ACTIVE',
        tags: tagList(serviceTags[name] ?? {}),
        deployments: [{ id: `ecs-svc/${name}`, status: 'PRIMARY' }],
      })),
    }),
    ListTasks: () => ({ taskArns: tasks.map(({ id }) => arnOf('task', id)) }),
    DescribeTasks: () => ({ tasks: tasks.map(taskDocument) }),
    DescribeTaskDefinition: (input) => ({
      taskDefinition: definitionOf(tasks, textAt(input, 'taskDefinition')),
    }),
  };
  const ec2: Readonly<Record<string, string>> = {
    DescribeNetworkInterfaces: '<networkInterfaceSet/>',
  };

  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const target = /^AmazonEC2ContainerServiceV20141113\.(\w+)$/.exec(`${request.headers['x-amz-target']}`)?.[1];
    const action = new URLSearchParams(body).get('Action') ?? '';
    permissions.add(target === undefined ? `ec2:${action}` : `ecs:${target}`);
    const answer = ecs[target ?? '']?.(target === undefined ? undefined : JSON.parse(body));
    const xml = ec2[action];
    if (answer !== undefined) {
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer));
    } else if (xml !== undefined) {
      response.writeHead(200, { 'content-type': 'text/xml' }).end(`<${action}Response>${xml}</${action}Response>`);
    } else {
      response.writeHead(400).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${at(server.address(), 'port')}`,
    permissions: () => [...permissions].sort(),
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  return Buffer.concat(await request.toArray()).toString();
}

/** Each task has a definition of its own, with its port. */
const definitionArn = ({ id }: DiscoverableTask): string => `${REGION}:task-definition/shop-${id}:42`;

function taskDocument(task: DiscoverableTask): unknown {
  const { id, address, service, lastStatus = 'RUNNING', tags = {} } = task;
  const details = { networkInterfaceId: `eni-${id}`, subnetId: 'subnet-1', privateIPv4Address: address };
  return {
    taskArn: arnOf('task', id),
    clusterArn: CLUSTER_ARN,
    taskDefinitionArn: definitionArn(task),
    group: service === undefined ? `family:shop-${id}` : `service:${service}`,
    startedBy: service === undefined ? undefined : `ecs-svc/${service}`,
    launchType: 'FARGATE',
    availabilityZone: 'eu-west-1a',
    lastStatus,
    desiredStatus: 'RUNNING',
    healthStatus: 'HEALTHY',
    tags: tagList(tags),
    attachments: [
      {
        type: 'ElasticNetworkInterface',
        details: Object.entries(details).map(([name, value]) => ({ name, value })),
      },
    ],
  };
}

function definitionOf(tasks: readonly DiscoverableTask[], arn: string): unknown {
  const task = tasks.find((one) => definitionArn(one) === arn);
  if (task === undefined) return undefined;
  const { id, port, dockerLabels } = task;
  const portMappings = [{ containerPort: port, hostPort: port, protocol: 'tcp' }];
  return {
    taskDefinitionArn: arn,
    family: `shop-${id}`,
    revision: 42,
    networkMode: 'awsvpc',
    containerDefinitions: [{ name: 'ecs-container-exporter', portMappings, dockerLabels }],
  };
}
