import { forever, replicaSetup, type SimulatedContainer } from '../simulator/containers.ts';
import { interfaceLoads } from '../simulator/load-model.ts';
import { UNLIMITED_BYTES } from '../simulator/resource-stats.ts';
import { type SamplingOptions, statsDocument } from '../simulator/stats.ts';
import { containerDocument, identify, TASK_LIMITS, taskDocument } from '../simulator/task.ts';

/** Time between two samples, in the documents. */
const SAMPLE_MS = 15_000;
const SEED = 1;
/** The task has run for a while, so that counters are large. */
const FIRST_SAMPLE = 48;
/** Metadata is rendered once per minute of the documents' time. */
const SAMPLES_PER_METADATA = 4;

export interface EndpointTaskOptions {
  readonly containers: number;
  /** Number of samples after which one container is replaced by another with the same name. */
  readonly samplesPerReplacement: number;
}

/** A simulated task whose time advances by one sample per call, independent of real time. */
export interface EndpointTask {
  /** Names the task in the endpoint's address. */
  readonly endpointId: string;
  /** Whether containers are replaced. */
  churns: boolean;
  /** Advances by 15 s. */
  advance(): void;
  task(): Buffer;
  stats(): Buffer;
  ownContainer(): Buffer;
  ownStats(): Buffer;
}

export function createEndpointTask({ containers: count, samplesPerReplacement }: EndpointTaskOptions): EndpointTask {
  const originMs = Date.now() - FIRST_SAMPLE * SAMPLE_MS;
  const { traffic, containers: first } = replicaSetup(SEED, count);
  const containers: SimulatedContainer[] = [...first];
  const identified = identify(SEED, originMs, count);
  const containerIds: string[] = [...identified.containerIds];
  const identity = { ...identified, containerIds };
  const interfaces = interfaceLoads(traffic);
  const sampling: SamplingOptions = {
    seed: SEED,
    originMs,
    sampleMs: SAMPLE_MS,
    interfaces,
    taskMemoryMib: TASK_LIMITS.Memory,
  };
  let sample = FIRST_SAMPLE;
  let replaced = 0;
  let metadata: { readonly key: string; readonly body: Buffer } | undefined;

  const seconds = (): number => (sample * SAMPLE_MS) / 1000;

  /** As ECS replaces a container: same name, new id, counters from 0. */
  function replaceOne(): void {
    const place = replaced % count;
    const container = containers[place];
    replaced += 1;
    if (container === undefined) return;
    containers[place] = { ...container, lifetime: forever(seconds() - 5) };
    containerIds[place] = `${identified.taskId}-${String(replaced).padStart(10, '0')}`;
  }

  const statsOf = (place: number) => {
    const container = containers[place];
    const id = containerIds[place] ?? '';
    return container === undefined ? null : statsDocument(container, id, place, sample, sampling);
  };

  const task: EndpointTask = {
    endpointId: containerIds[0] ?? '',
    churns: false,
    advance() {
      sample += 1;
      if (task.churns && sample % samplesPerReplacement === 0) replaceOne();
    },
    task() {
      const key = `${Math.floor(sample / SAMPLES_PER_METADATA)} ${replaced}`;
      if (metadata?.key !== key) metadata = { key, body: toJson(taskDocument(identity, containers, seconds())) };
      return metadata.body;
    },
    stats: () => toJson(Object.fromEntries(containerIds.map((id, place) => [id, statsOf(place)]))),
    ownContainer: () => toJson(containers[0] && containerDocument(identity, containers[0], 0, seconds())),
    ownStats: () => toJson(statsOf(0)),
  };
  return task;
}

/** The agent writes the "unlimited" value with all digits; JavaScript writes the shortest number that rounds to it. */
function toJson(document: unknown): Buffer {
  return Buffer.from((JSON.stringify(document) ?? 'null').replaceAll(String(UNLIMITED_BYTES), '9223372036854771712'));
}
