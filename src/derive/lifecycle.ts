import { HEALTH_STATES } from '../snapshot/health.ts';
import { splitImage } from '../snapshot/image.ts';
import type { ContainerInfo } from '../snapshot/snapshot.ts';
import { type MaybeDimensions, present } from './dimensions.ts';
import { epochSeconds, secondsBetween } from './times.ts';
import type { ContainerView, Dimensions, PointOptions, Sink, TaskView } from './view.ts';
import { eachContainer, just } from './whole.ts';

const ECS: PointOptions = { only: 'ecs' };
const SEMCONV: PointOptions = { only: 'semconv' };

/** A container that has stopped keeps what is known of it for as long as ECS lists it. */
export function deriveLifecycle(view: TaskView, out: Sink): void {
  eachContainer(view.containers, out, (container) => {
    const { info, sample, runStartNs, isStartUnknown } = container;
    out.container('container_info', container, just(1), identity(info, { image: info.image }), ECS);
    out.container('container_info', container, just(1), identity(info, imageOf(info)), SEMCONV);
    deriveStatus(container, out);
    deriveHealth(container, out);
    out.container('container_exit_code', container, just(info.exitCode));
    // No start time: every time that ECS reports changes with a restart (on Fargate CreatedAt too); the count continues.
    out.container('container_restarts', container, just(info.restartCount), undefined, { startNs: null });
    out.container('container_creation_time_seconds', container, () => epochSeconds(info.createdNs));
    out.container('container_start_time_seconds', container, () =>
      isStartUnknown ? undefined : epochSeconds(info.startedAtNs),
    );
    out.container('container_finish_time_seconds', container, () => epochSeconds(info.finishedNs));
    out.container('container_uptime_seconds', container, () => secondsBetween(runStartNs, sample?.readNs));
  });
}

function identity(info: ContainerInfo, image: MaybeDimensions): Dimensions {
  return present({
    containerId: info.id,
    ...image,
    imageId: info.imageId,
    containerArn: info.arn,
    dockerName: info.dockerName,
    snapshotter: info.snapshotter,
  });
}

function imageOf({ image }: ContainerInfo): MaybeDimensions {
  if (image === undefined) return {};
  const { name, tag } = splitImage(image);
  return { imageName: name, imageTags: tag === undefined ? undefined : [tag] };
}

function deriveStatus(container: ContainerView, out: Sink): void {
  const { knownStatus, desiredStatus } = container.info;
  if (knownStatus === undefined) return;
  out.container('container_running', container, () => (knownStatus === 'RUNNING' ? 1 : 0));
  out.container('container_status', container, just(1), present({ knownStatus, desiredStatus }));
}

/** The agent goes on telling the last health of a container that has stopped: nobody checks it any more. */
function deriveHealth(container: ContainerView, out: Sink): void {
  const { health, knownStatus } = container.info;
  if (health === undefined || knownStatus === 'STOPPED') return;
  for (const healthState of HEALTH_STATES) {
    out.container('container_health', container, () => (health.state === healthState ? 1 : 0), { healthState });
  }
  out.container('container_health_since_seconds', container, () => epochSeconds(health.sinceNs));
}
