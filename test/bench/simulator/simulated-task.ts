import { replicaWorld, type SimulatedContainer, type SimulatedWorld, shopWorld } from './containers.ts';
import { interfaceLoads } from './load-model.ts';
import { type SamplingGround, statsDocument } from './stats.ts';
import {
  containerDocument,
  identify,
  TASK_LIMITS,
  type TaskIdentity,
  taskDocument,
  taskWithTagsDocument,
} from './task.ts';

export interface SimulatedTaskOptions {
  readonly seed: number;
  /** The task's start, Unix milliseconds. */
  readonly originMs: number;
  /** Between two samples of the same container. */
  readonly sampleMs: number;
  /** So many web servers alike instead of the five containers of the shop. */
  readonly replicas?: number | undefined;
}

/** The documents of one made-up task. Times are milliseconds since its start; the same time gives the same document. */
export interface SimulatedTask {
  /** Names the task in the endpoint's address, as Fargate does. */
  readonly endpointId: string;
  task(sinceStartMs: number): ReturnType<typeof taskDocument>;
  taskWithTags(sinceStartMs: number): ReturnType<typeof taskWithTagsDocument>;
  /** Of the sample last taken at that time. */
  stats(sinceStartMs: number): Readonly<Record<string, ReturnType<typeof statsDocument>>>;
  /** Of the container that asks: the exporter, or the first one where there is none. */
  ownContainer(sinceStartMs: number): ReturnType<typeof containerDocument>;
  ownStats(sinceStartMs: number): ReturnType<typeof statsDocument>;
}

export function createSimulatedTask({ seed, originMs, sampleMs, replicas }: SimulatedTaskOptions): SimulatedTask {
  const world: SimulatedWorld = replicas === undefined ? shopWorld(seed) : replicaWorld(seed, replicas);
  const { containers } = world;
  const identity: TaskIdentity = identify(seed, originMs, containers.length);
  const ground: SamplingGround = {
    seed,
    originMs,
    sampleMs,
    interfaces: interfaceLoads(world.traffic),
    taskMemoryMib: TASK_LIMITS.Memory,
  };
  const ownPlace = Math.max(
    0,
    containers.findIndex(({ name }) => name === 'ecs-container-exporter'),
  );

  const sampleOf = (sinceStartMs: number): number => Math.floor(sinceStartMs / sampleMs);
  const idOf = (place: number): string => identity.containerIds[place] ?? '';
  const own = (): SimulatedContainer => {
    const container = containers[ownPlace];
    if (container === undefined) throw new RangeError('a task has at least one container');
    return container;
  };

  return {
    endpointId: idOf(ownPlace),
    task: (sinceStartMs) => taskDocument(identity, containers, sinceStartMs / 1000),
    taskWithTags: (sinceStartMs) => taskWithTagsDocument(identity, containers, sinceStartMs / 1000),
    stats: (sinceStartMs) => {
      const sample = sampleOf(sinceStartMs);
      return Object.fromEntries(
        containers.map((container, place) => [
          idOf(place),
          statsDocument(container, idOf(place), place, sample, ground),
        ]),
      );
    },
    ownContainer: (sinceStartMs) => containerDocument(identity, own(), ownPlace, sinceStartMs / 1000),
    ownStats: (sinceStartMs) => statsDocument(own(), idOf(ownPlace), ownPlace, sampleOf(sinceStartMs), ground),
  };
}
