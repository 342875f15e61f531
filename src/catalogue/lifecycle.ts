import type { MetricRow } from './row.ts';

export const LIFECYCLE_ROWS = {
  container_info: {
    family: 'lifecycle',
    kind: 'gauge',
    description: 'What a container is: always 1; join on container_name.',
    source: 'DockerId, Image, ImageID, ContainerARN, DockerName',
    stability: 'stable',
    dimensions: ['containerId', 'image', 'imageId', 'containerArn', 'dockerName'],
    ecs: { name: 'container_info', levels: ['container'] },
  },
  container_running: {
    family: 'lifecycle',
    kind: 'gauge',
    description: 'Whether the container runs: 1, else 0.',
    source: 'KnownStatus is RUNNING',
    stability: 'stable',
    ecs: { name: 'container_running', levels: ['container'] },
    semconv: { container: 'aws.ecs.container.running', unit: '{container}' },
  },
} as const satisfies Record<string, MetricRow>;
