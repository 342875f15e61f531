/** Rules for a task definition that a schema cannot express: consistency of its parts. */

import { STOP_DEADLINES } from '../../src/cli/run-exporter.ts';
import { variablesOf } from '../../src/config/option.ts';
import { OPTION_LIST } from '../../src/config/options.ts';
import type { ContainerDefinition, TaskDefinition } from './task-definition-schema.ts';

/** The name that our image excludes by default. */
export const EXPORTER = 'ecs-container-exporter';

/** Fargate sizes by CPU units: minimum and maximum memory in MiB, and the step between sizes. */
const FARGATE_SIZES: ReadonlyMap<number, readonly [min: number, max: number, step: number]> = new Map([
  [256, [512, 2048, 512]],
  [512, [1024, 4096, 1024]],
  [1024, [2048, 8192, 1024]],
  [2048, [4096, 16_384, 1024]],
  [4096, [8192, 30_720, 1024]],
]);

/** Problems of a task definition, one sentence each. */
export function taskFindings(task: TaskDefinition): readonly string[] {
  const containers = task.containerDefinitions;
  return [
    ...sizeFindings(task),
    ...launchTypeFindings(task),
    ...repeated(containers.map(({ name }) => name)).map((name) => `two containers are called ${name}`),
    ...networkFindings(task),
    ...containers.flatMap((container) => mountFindings(container, task)),
    ...containers.flatMap((container) => dependencyFindings(container, containers)),
    ...(containers.some(({ essential }) => essential) ? [] : ['no container is essential']),
    ...containers.flatMap(containerFindings),
  ];
}

/** Problems of one container. */
export function containerFindings(container: ContainerDefinition): readonly string[] {
  const say = (finding: string): string => `${container.name}: ${finding}`;
  const environment = container.environment ?? [];
  const secrets = container.secrets ?? [];
  const names = [...environment, ...secrets].map(({ name }) => name);
  return [
    ...repeated(names).map((name) => say(`${name} is set twice`)),
    ...environment.filter(({ name }) => isSecret(name)).map(({ name }) => say(`${name} belongs into secrets`)),
    ...environment.filter(({ value }) => /\/\/[^/]*@/.test(value)).map(({ name }) => say(`${name} shows credentials`)),
    ...(container.name === EXPORTER ? exporterFindings(container).map(say) : []),
  ];
}

/** Problems of the exporter container: missing settings of the documentation, and unknown variables. */
function exporterFindings(container: ContainerDefinition): readonly string[] {
  const { environment = [], secrets = [], linuxParameters, stopTimeout = 30 } = container;
  const known = new Set(OPTION_LIST.flatMap(variablesOf).map(({ name }) => name));
  const unknown = [...environment, ...secrets].filter(({ name }) => !known.has(name));
  const ports = portsOf(container).filter((port) => port !== 9545);
  return [
    ...unknown.map(({ name }) => `the program does not know ${name}`),
    ...ports.map((port) => `the program does not listen on ${port}`),
    ...(container.essential ? ['is essential'] : []),
    ...(container.user === '65532' ? [] : ['is not user 65532']),
    ...(container.readonlyRootFilesystem === true ? [] : ['can write to its file system']),
    ...(linuxParameters?.capabilities.drop.includes('ALL') === true ? [] : ['keeps capabilities']),
    ...(container.healthCheck === undefined ? ['has no health check'] : []),
    ...(stopTimeout * 1000 > STOP_DEADLINES.signal ? [] : ['is killed before its last export is over']),
  ];
}

function sizeFindings({ cpu, memory, containerDefinitions }: TaskDefinition): readonly string[] {
  const sum = (part: 'cpu' | 'memory'): number => containerDefinitions.reduce((total, one) => total + one[part], 0);
  return [
    ...(sum('cpu') <= Number(cpu) ? [] : [`the containers need ${sum('cpu')} CPU units`]),
    ...(sum('memory') <= Number(memory) ? [] : [`the containers need ${sum('memory')} MiB`]),
  ];
}

function launchTypeFindings({ requiresCompatibilities, ...task }: TaskDefinition): readonly string[] {
  if (requiresCompatibilities.includes('EC2')) return [];
  const [min, max, step] = FARGATE_SIZES.get(Number(task.cpu)) ?? [Number.NaN, Number.NaN, 1];
  const isSold = Number(task.memory) >= min && Number(task.memory) <= max && Number(task.memory) % step === 0;
  return [
    ...(isSold ? [] : [`Fargate has no ${task.cpu} CPU units with ${task.memory} MiB`]),
    ...(task.networkMode === 'awsvpc' ? [] : [`Fargate has no network mode ${task.networkMode}`]),
    ...(task.volumes === undefined ? [] : ['Fargate has no volumes of the host']),
    ...(task.runtimePlatform === undefined ? ['runtimePlatform is missing'] : []),
  ];
}

/** With `bridge` each container has a network namespace; otherwise they share one, and a host port is the container's. */
function networkFindings({ networkMode, containerDefinitions }: TaskDefinition): readonly string[] {
  const mappings = containerDefinitions.flatMap(({ name, portMappings = [] }) =>
    portMappings.map((mapping) => ({ name, ...mapping })),
  );
  if (networkMode !== 'bridge') {
    const ports = mappings.map(({ containerPort }) => containerPort);
    const others = mappings.filter(({ containerPort, hostPort = containerPort }) => hostPort !== containerPort);
    return [
      ...repeated(ports).map((port) => `port ${port} is mapped twice`),
      ...others.map(({ name, hostPort }) => `${name}: ${networkMode} has no host port ${hostPort}`),
    ];
  }
  const hostPorts = mappings.flatMap(({ hostPort = 0 }) => (hostPort === 0 ? [] : hostPort));
  const unpublished = mappings.filter(({ name, hostPort }) => name === EXPORTER && hostPort === undefined);
  return [
    ...repeated(hostPorts).map((port) => `port ${port} is mapped twice`),
    ...unpublished.map(({ containerPort }) => `${EXPORTER}: port ${containerPort} has no host port`),
  ];
}

function mountFindings(container: ContainerDefinition, { volumes = [] }: TaskDefinition): readonly string[] {
  const mounts = (container.mountPoints ?? []).map((mount) => ({
    ...mount,
    source: volumes.find(({ name }) => name === mount.sourceVolume)?.host.sourcePath,
  }));
  const missing = mounts.filter(({ source }) => source === undefined);
  const root = container.environment?.find(({ name }) => name === 'CGROUP_ROOT')?.value;
  const cgroup = mounts.find(({ containerPath }) => containerPath === root);
  const isCgroup = cgroup !== undefined && [undefined, '/sys/fs/cgroup'].includes(cgroup.source);
  return [
    ...missing.map(({ sourceVolume }) => `${container.name}: there is no volume ${sourceVolume}`),
    ...(root === undefined || isCgroup ? [] : [`${root} is not the cgroup of the host`]),
    ...(cgroup === undefined || cgroup.readOnly === true ? [] : ['the cgroup of the host can be written']),
  ];
}

function dependencyFindings(
  { name, dependsOn = [] }: ContainerDefinition,
  containers: readonly ContainerDefinition[],
): readonly string[] {
  return dependsOn.flatMap(({ containerName, condition }) => {
    const other = containers.find((container) => container.name === containerName);
    if (other === undefined) return [`${name} depends on ${containerName}, which is not there`];
    if (name === EXPORTER && other.essential)
      return [`${name} stops before ${containerName} and cannot export its last values`];
    if (reaches(other, name, containers)) return [`${name} and ${containerName} wait for each other`];
    if (condition === 'HEALTHY' && other.healthCheck === undefined) return [`${containerName} has no health check`];
    return [];
  });
}

function reaches(
  { name, dependsOn = [] }: ContainerDefinition,
  goal: string,
  containers: readonly ContainerDefinition[],
  seen: ReadonlySet<string> = new Set(),
): boolean {
  if (name === goal) return true;
  if (seen.has(name)) return false;
  return dependsOn
    .flatMap(({ containerName }) => containers.filter((container) => container.name === containerName))
    .some((container) => reaches(container, goal, containers, new Set([...seen, name])));
}

/** By the option table for our own variables, by its name for those of others. */
function isSecret(variable: string): boolean {
  const option = OPTION_LIST.find((one) => variablesOf(one).some(({ name }) => name === variable));
  if (option !== undefined) return option.secret === 'value';
  return /KEY|TOKEN|SECRET|PASSW|AUTHORIZATION|CREDENTIAL/i.test(variable);
}

function portsOf({ portMappings = [] }: ContainerDefinition): readonly number[] {
  return portMappings.map(({ containerPort }) => containerPort);
}

function repeated<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values.filter((value, place) => values.indexOf(value) !== place))];
}
