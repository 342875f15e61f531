import { joinByLabelName } from '../../instrumentation/prometheus/prometheus-names.ts';
import type { Labels } from '../snapshot/json-values.ts';
import type { DimensionName, Dimensions } from './row.ts';

/** Naming schemes of the metrics. */
export const VOCABULARIES = ['ecs', 'semconv'] as const;
export type VocabularyName = (typeof VOCABULARIES)[number];

/** Prefix of every ecs instrument; Prometheus converts the dot to `_`. */
export const ECS_PREFIX = 'ecs_task.';

/** Instrumentation scope of each vocabulary. */
export const SCOPES: Readonly<Record<VocabularyName, string>> = {
  ecs: 'ecs-container-exporter/ecs',
  semconv: 'ecs-container-exporter/semconv',
};

/** Attribute name of each dimension, by vocabulary. Undefined if the vocabulary does not use the dimension. */
export const DIMENSIONS: Readonly<Record<DimensionName, Readonly<Partial<Record<VocabularyName, string>>>>> = {
  cpu: { ecs: 'cpu', semconv: 'cpu.logical_number' },
  iface: { ecs: 'iface', semconv: 'network.interface.name' },
  device: { ecs: 'device', semconv: 'system.device.name' },
  faultType: { ecs: 'type', semconv: 'system.paging.fault.type' },
  reason: { ecs: 'reason', semconv: 'error.type' },
  exporter: { ecs: 'exporter', semconv: 'otel.component.name' },
  containerId: { ecs: 'container_id', semconv: 'container.id' },
  image: { ecs: 'image' },
  imageName: { semconv: 'container.image.name' },
  imageTags: { semconv: 'container.image.tags' },
  imageId: { ecs: 'image_id', semconv: 'container.image.id' },
  containerArn: { ecs: 'container_arn', semconv: 'aws.ecs.container.arn' },
  dockerName: { ecs: 'docker_name', semconv: 'aws.ecs.container.docker_name' },
  snapshotter: { ecs: 'snapshotter', semconv: 'aws.ecs.container.snapshotter' },
  knownStatus: { ecs: 'known_status', semconv: 'aws.ecs.known_status' },
  desiredStatus: { ecs: 'desired_status', semconv: 'aws.ecs.desired_status' },
  healthState: { ecs: 'status', semconv: 'aws.ecs.container.health.state' },
  cluster: { ecs: 'cluster', semconv: 'aws.ecs.cluster.name' },
  taskArn: { ecs: 'task_arn', semconv: 'aws.ecs.task.arn' },
  taskFamily: { ecs: 'family', semconv: 'aws.ecs.task.family' },
  revision: { ecs: 'revision', semconv: 'aws.ecs.task.revision' },
  service: { ecs: 'service', semconv: 'aws.ecs.service.name' },
  launchType: { ecs: 'launch_type', semconv: 'aws.ecs.launchtype' },
  availabilityZone: { ecs: 'availability_zone', semconv: 'cloud.availability_zone' },
  availabilityZoneId: { ecs: 'availability_zone_id', semconv: 'aws.ecs.availability_zone.id' },
  vpcId: { ecs: 'vpc_id', semconv: 'aws.ecs.vpc.id' },
  version: { ecs: 'version', semconv: 'service.version' },
  nodeVersion: { ecs: 'node_version', semconv: 'process.runtime.version' },
};

/** Attributes that identify the container. */
export const CONTAINER_ATTRIBUTES = {
  ecs: { name: 'container_name' },
  semconv: { name: 'container.name', id: 'container.id' },
} as const;

/** Dimensions, some of them unknown. */
export type MaybeDimensions = Readonly<Partial<Record<DimensionName, string | readonly string[] | undefined>>>;

/** Omits unknown dimensions. */
export function present(dimensions: MaybeDimensions): Dimensions {
  const known: Partial<Record<DimensionName, string | readonly string[]>> = {};
  for (const name in dimensions) {
    if (!isNameOf(name, dimensions)) continue;
    const value = dimensions[name];
    if (value !== undefined) known[name] = value;
  }
  return known;
}

function isNameOf(name: string, dimensions: Readonly<Partial<Record<DimensionName, unknown>>>): name is DimensionName {
  return Object.hasOwn(dimensions, name);
}

/** No other attribute starts with these, so a Docker label cannot collide with one. */
const PREFIXES: Readonly<Record<VocabularyName, string>> = {
  ecs: 'label_',
  /** https://opentelemetry.io/docs/specs/semconv/registry/attributes/container/ */
  semconv: 'container.label.',
};

/**
 * The Docker labels of a container as attributes, in ecs under their Prometheus label names, in semconv under their keys.
 * Keys with the same Prometheus label name are joined in both, since either vocabulary can be scraped.
 */
export function labelAttributes(vocabulary: VocabularyName, labels: Labels): Readonly<Record<string, string>> {
  const named = [...labels].map(([key, value]) => [`${PREFIXES[vocabulary]}${key}`, value] as const);
  const joined = joinByLabelName(named);
  return Object.fromEntries(
    joined.map(({ label, name, value }) => [vocabulary === 'ecs' ? label : name, value] as const),
  );
}
