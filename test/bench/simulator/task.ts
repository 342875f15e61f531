import { runAt, type SimulatedContainer } from './containers.ts';
import { formatInstant, hash, hexDigits, instantAt, unit } from './curves.ts';

const REGION = 'eu-west-1';
const ACCOUNT = '111122223333';
const CLUSTER = 'demo';
const FAMILY = 'shop';
const REVISION = '42';

/** Of the default ephemeral storage of 20 GiB, as Fargate reports it, in MiB. */
const RESERVED_MIB = 20_496;

/** What a user of the shop gave the task definition and the service: a label of every container, and tags. */
const DOCKER_LABELS = { team: 'checkout', 'com.example.tier': 'web' };
const TASK_TAGS = { team: 'checkout', 'cost-center': 'shop-42' };

export const TASK_LIMITS = { CPU: 1, Memory: 2048 };

/** Constant properties of a task. */
export interface TaskIdentity {
  readonly seed: number;
  /** The task's start, Unix milliseconds. */
  readonly originMs: number;
  /** 32 hexadecimal digits. */
  readonly taskId: string;
  /** Fargate's `<task id>-<10 digits>`, in the order of the containers. */
  readonly containerIds: readonly string[];
}

export function identify(seed: number, originMs: number, containers: number): TaskIdentity {
  const taskId = hexDigits(32, seed, 40);
  const number = (place: number): string =>
    String(hash(seed, 41, place))
      .padStart(10, '0')
      .slice(-10);
  const containerIds = Array.from({ length: containers }, (_, place) => `${taskId}-${number(place)}`);
  return { seed, originMs, taskId, containerIds };
}

/** `/task` as on Fargate 1.4.0, `seconds` after the task's start. */
export function taskDocument(identity: TaskIdentity, containers: readonly SimulatedContainer[], seconds: number) {
  const { seed, originMs, taskId } = identity;
  const at = (s: number): string => formatInstant(instantAt(originMs, s));
  const minute = Math.floor(seconds / 60);
  return {
    Cluster: arn(`cluster/${CLUSTER}`),
    TaskARN: arn(`task/${CLUSTER}/${taskId}`),
    Family: FAMILY,
    Revision: REVISION,
    DesiredStatus: 'RUNNING',
    KnownStatus: 'RUNNING',
    Limits: TASK_LIMITS,
    PullStartedAt: at(-21.318_274_615),
    PullStoppedAt: at(-2.604_559_183),
    AvailabilityZone: `${REGION}b`,
    LaunchType: 'FARGATE',
    ServiceName: 'shop',
    Containers: containers.map((container, place) => containerDocument(identity, container, place, seconds)),
    ClockDrift: {
      ClockErrorBound: 0.4 + 0.3 * unit(seed, 42, minute),
      ReferenceTimestamp: at(minute * 60),
      ClockSynchronizationStatus: 'SYNCHRONIZED',
    },
    // Log files and caches of the containers: grows to some 1.7 GiB within hours.
    EphemeralStorageMetrics: {
      Utilized: 412 + Math.floor(1300 * (1 - Math.exp(-seconds / 7200))),
      Reserved: RESERVED_MIB,
    },
  };
}

/** `/taskWithTags`: the same with the tags of the task. */
export function taskWithTagsDocument(...of: Parameters<typeof taskDocument>) {
  return { ...taskDocument(...of), TaskTags: TASK_TAGS };
}

/** An entry of `Containers`, which is also the response to the base address. */
export function containerDocument(
  identity: TaskIdentity,
  container: SimulatedContainer,
  place: number,
  seconds: number,
) {
  const { seed, originMs, taskId, containerIds } = identity;
  const at = (s: number): string => formatInstant(instantAt(originMs, s));
  const { name, image, lifetime, memoryMib, isRestarted = false, isChecked = false, exitCode } = container;
  const run = lifetime(seconds);
  const hasEnded = !isRestarted && seconds >= run.endS;
  const status = hasEnded ? 'STOPPED' : 'RUNNING';
  return {
    DockerId: containerIds[place] ?? '',
    Name: name,
    DockerName: name,
    Image: image,
    ImageID: `sha256:${hexDigits(64, seed, 43, place)}`,
    Labels: {
      ...DOCKER_LABELS,
      'com.amazonaws.ecs.cluster': arn(`cluster/${CLUSTER}`),
      'com.amazonaws.ecs.container-name': name,
      'com.amazonaws.ecs.task-arn': arn(`task/${CLUSTER}/${taskId}`),
      'com.amazonaws.ecs.task-definition-family': FAMILY,
      'com.amazonaws.ecs.task-definition-version': REVISION,
    },
    DesiredStatus: status,
    KnownStatus: status,
    ...(hasEnded ? { ExitCode: exitCode ?? 0 } : {}),
    Limits: { CPU: container.cpuUnits, ...(memoryMib === undefined ? {} : { Memory: memoryMib }) },
    // A restart in place keeps the container and its creation time.
    CreatedAt: at(lifetime(0).startS),
    StartedAt: at(run.startS),
    ...(hasEnded ? { FinishedAt: at(run.endS) } : {}),
    Type: 'NORMAL',
    ...(isRestarted ? { RestartCount: run.restarts } : {}),
    ...(isChecked && runAt(lifetime, seconds - 30) !== undefined
      ? { Health: { status: 'HEALTHY', statusSince: at(run.startS + 30), output: '200 OK\n' } }
      : {}),
    LogDriver: 'awslogs',
    LogOptions: { 'awslogs-group': `/ecs/${FAMILY}`, 'awslogs-region': REGION, 'awslogs-stream': `${name}/${taskId}` },
    ContainerARN: arn(`container/${CLUSTER}/${taskId}/${uuid(seed, place)}`),
    Networks: [NETWORK],
    Snapshotter: 'overlayfs',
  };
}

/** The network interface of an awsvpc task. */
const NETWORK = {
  NetworkMode: 'awsvpc',
  IPv4Addresses: ['10.0.21.87'],
  AttachmentIndex: 0,
  MACAddress: '0a:58:1d:27:b3:41',
  IPv4SubnetCIDRBlock: '10.0.16.0/20',
  DomainNameServers: ['10.0.0.2'],
  DomainNameSearchList: [`${REGION}.compute.internal`],
  PrivateDNSName: `ip-10-0-21-87.${REGION}.compute.internal`,
  SubnetGatewayIpv4Address: '10.0.16.1/20',
};

function arn(resource: string): string {
  return `arn:aws:ecs:${REGION}:${ACCOUNT}:${resource}`;
}

function uuid(seed: number, place: number): string {
  return hexDigits(32, seed, 44, place).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
