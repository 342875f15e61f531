import { HEALTH_STATES } from '../snapshot/health.ts';
import type { ContainerInfo } from '../snapshot/snapshot.ts';
import { present } from './dimensions.ts';
import { epochSeconds, secondsBetween } from './times.ts';
import type { ContainerView, Dimensions, Sink, TaskView } from './view.ts';

/** A container that has stopped keeps what is known of it for as long as ECS lists it. */
export function deriveLifecycle(view: TaskView, out: Sink): void {
  for (const container of view.containers) {
    const { info, sample } = container;
    out.container('container_info', container, 1, identity(info));
    deriveStatus(container, out);
    deriveHealth(container, out);
    out.container('container_exit_code', container, info.exitCode);
    // Without a start: all that is told moves with each restart (on Fargate CreatedAt too), and the count goes on.
    out.container('container_restarts', { ...container, countedFromNs: undefined }, info.restartCount);
    out.container('container_creation_time_seconds', container, epochSeconds(info.createdNs));
    out.container('container_start_time_seconds', container, epochSeconds(info.startedAtNs));
    out.container('container_finish_time_seconds', container, epochSeconds(info.finishedNs));
    // By the clock that the stamps are of. A start after the sample is that of the next life, which has none yet.
    out.container('container_uptime_seconds', container, secondsBetween(info.startedAtNs, sample?.readNs));
  }
}

function identity(info: ContainerInfo): Dimensions {
  return present({
    containerId: info.id,
    image: info.image,
    imageId: info.imageId,
    containerArn: info.arn,
    dockerName: info.dockerName,
    snapshotter: info.snapshotter,
  });
}

function deriveStatus(container: ContainerView, out: Sink): void {
  const { knownStatus, desiredStatus } = container.info;
  if (knownStatus === undefined) return;
  out.container('container_running', container, knownStatus === 'RUNNING' ? 1 : 0);
  out.container('container_status', container, 1, present({ knownStatus, desiredStatus }));
}

/** The agent goes on telling the last health of a container that has stopped: nobody checks it any more. */
function deriveHealth(container: ContainerView, out: Sink): void {
  const { health, knownStatus } = container.info;
  if (health === undefined || knownStatus === 'STOPPED') return;
  for (const healthState of HEALTH_STATES) {
    out.container('container_health', container, health.state === healthState ? 1 : 0, { healthState });
  }
  out.container('container_health_since_seconds', container, epochSeconds(health.sinceNs));
}
