import type { DimensionName } from './row.ts';
import type { VocabularyName } from './vocabulary.ts';

/** What each vocabulary calls a dimension. */
export const DIMENSIONS = {
  cpu: { ecs: 'cpu', semconv: 'cpu.logical_number' },
  iface: { ecs: 'iface', semconv: 'network.interface.name' },
  device: { ecs: 'device', semconv: 'system.device.name' },
  reason: { ecs: 'reason', semconv: 'error.type' },
  exporter: { ecs: 'exporter', semconv: 'otel.component.name' },
  containerId: { ecs: 'container_id', semconv: 'container.id' },
  image: { ecs: 'image', semconv: 'container.image.name' },
  imageId: { ecs: 'image_id', semconv: 'container.image.id' },
  containerArn: { ecs: 'container_arn', semconv: 'aws.ecs.container.arn' },
  dockerName: { ecs: 'docker_name', semconv: 'aws.ecs.container.docker_name' },
  version: { ecs: 'version', semconv: 'service.version' },
  nodeVersion: { ecs: 'node_version', semconv: 'process.runtime.version' },
} as const satisfies Record<DimensionName, Record<VocabularyName, string>>;

/** The attributes that tell which container a series is of. */
export const CONTAINER_ATTRIBUTES = {
  ecs: { name: 'container_name' },
  semconv: { name: 'container.name', id: 'container.id' },
} as const;
