import { replicaSetup, type SimulatedContainer, type SimulatedSetup, shopSetup } from './containers.ts';
import { interfaceLoads } from './load-model.ts';
import { type SamplingOptions, statsDocument } from './stats.ts';
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
  /** Time between two samples of a container. */
  readonly sampleMs: number;
  /** Number of identical web servers that replace the five containers of the shop. */
  readonly replicas?: number | undefined;
}

/** The documents of a simulated task. Times are milliseconds since its start; equal times return equal documents. */
export interface SimulatedTask {
  /** Identifies the task in the path of the endpoint, as on Fargate. */
  readonly endpointId: string;
  task(sinceStartMs: number): ReturnType<typeof taskDocument>;
  taskWithTags(sinceStartMs: number): ReturnType<typeof taskWithTagsDocument>;
  /** Stats of the newest sample at that time. */
  stats(sinceStartMs: number): Readonly<Record<string, ReturnType<typeof statsDocument>>>;
  /** Metadata of the requesting container: the exporter, or the first container without an exporter. */
  ownContainer(sinceStartMs: number): ReturnType<typeof containerDocument>;
  ownStats(sinceStartMs: number): ReturnType<typeof statsDocument>;
}

export function createSimulatedTask({ seed, originMs, sampleMs, replicas }: SimulatedTaskOptions): SimulatedTask {
  const setup: SimulatedSetup = replicas === undefined ? shopSetup(seed) : replicaSetup(seed, replicas);
  const { containers } = setup;
  const identity: TaskIdentity = identify(seed, originMs, containers.length);
  const sampling: SamplingOptions = {
    seed,
    originMs,
    sampleMs,
    interfaces: interfaceLoads(setup.traffic),
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
          statsDocument(container, idOf(place), place, sample, sampling),
        ]),
      );
    },
    ownContainer: (sinceStartMs) => containerDocument(identity, own(), ownPlace, sinceStartMs / 1000),
    ownStats: (sinceStartMs) => statsDocument(own(), idOf(ownPlace), ownPlace, sampleOf(sinceStartMs), sampling),
  };
}
