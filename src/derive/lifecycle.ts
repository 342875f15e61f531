import type { ContainerInfo } from '../snapshot/snapshot.ts';
import type { Dimensions, Sink, TaskView } from './view.ts';

export function deriveLifecycle(view: TaskView, out: Sink): void {
  for (const container of view.containers) {
    const { info } = container;
    out.container('container_info', container, 1, identity(info));
    if (info.knownStatus !== undefined) {
      out.container('container_running', container, info.knownStatus === 'RUNNING' ? 1 : 0);
    }
  }
}

function identity(info: ContainerInfo): Dimensions {
  return {
    containerId: info.id,
    ...(info.image !== undefined && { image: info.image }),
    ...(info.imageId !== undefined && { imageId: info.imageId }),
    ...(info.arn !== undefined && { containerArn: info.arn }),
    ...(info.dockerName !== undefined && { dockerName: info.dockerName }),
  };
}
