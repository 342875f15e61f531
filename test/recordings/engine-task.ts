import { at, numberAt, textAt } from '../real/json.ts';

/** CPU units that the agent reports if the task definition sets none. */
const UNSET_CPU_UNITS = 2;

const STATUS: Readonly<Record<string, string>> = {
  created: 'CREATED',
  exited: 'STOPPED',
  paused: 'RUNNING',
  restarting: 'STOPPED',
  running: 'RUNNING',
  started: 'RUNNING',
  stopped: 'STOPPED',
};

/** A task document for containers, as written by an agent on EC2. */
export function taskAround(containers: readonly object[]): object {
  return {
    Cluster: 'recorded',
    TaskARN: 'arn:aws:ecs:eu-west-1:111122223333:task/recorded/00112233445566778899aabbccddeeff',
    Family: 'recorded',
    Revision: '1',
    DesiredStatus: 'RUNNING',
    KnownStatus: 'RUNNING',
    Limits: { CPU: 2, Memory: 4096 },
    LaunchType: 'EC2',
    Containers: containers,
  };
}

/** A container of which only the stats are known. */
export function bareContainer(id: string, name: string, status: string): object {
  return {
    DockerId: id,
    Name: name,
    KnownStatus: STATUS[status],
    Limits: { CPU: UNSET_CPU_UNITS, Memory: 0 },
    Type: 'NORMAL',
  };
}

/** A container as `docker inspect` describes it. */
export function inspectedContainer(inspected: unknown): object {
  const name = textAt(inspected, 'Name').slice(1);
  const isPause = name.includes('internalecspause');
  return {
    ...bareContainer(textAt(inspected, 'Id'), name, textAt(inspected, 'State', 'Status')),
    DockerName: name,
    Image: textAt(inspected, 'Config', 'Image'),
    ImageID: textAt(inspected, 'Image'),
    Type: isPause ? 'CNI_PAUSE' : 'NORMAL',
    Limits: {
      CPU: numberAt(inspected, 'HostConfig', 'CpuShares') || UNSET_CPU_UNITS,
      Memory: numberAt(inspected, 'HostConfig', 'Memory') / 1024 ** 2,
    },
    CreatedAt: textAt(inspected, 'Created'),
    StartedAt: textAt(inspected, 'State', 'StartedAt'),
    Networks: networksOf(inspected),
  };
}

function networksOf(inspected: unknown): readonly object[] {
  const mode = textAt(inspected, 'HostConfig', 'NetworkMode');
  if (mode.startsWith('container:')) return [{ NetworkMode: mode, IPv4Addresses: [''] }];
  const networks = Object.entries(Object(at(inspected, 'NetworkSettings', 'Networks')));
  return networks.map(([name, network]) => ({ NetworkMode: name, IPv4Addresses: [textAt(network, 'IPAddress')] }));
}
