import type { IsWanted } from '../../snapshot/labels.ts';
import { createRefusals, type RefusalReason } from '../../snapshot/refusals.ts';
import type { TaskInfo, TaskMetadata, TaskSnapshot } from '../../snapshot/snapshot.ts';
import { joinStats, withoutStats } from '../../snapshot/stats-document.ts';
import { parseTask, unidentifiedContainers } from '../../snapshot/task-document.ts';
import type { CgroupFailure } from '../cgroup/failure.ts';
import type { TaskCgroupReader } from '../cgroup/task-cgroup.ts';
import type { Endpoint } from './endpoint.ts';
import { EndpointError, type EndpointErrorCode } from './endpoint-error.ts';
import type { TagReader, TagsAttempt } from './tag-reader.ts';

/** One poll's outcome. */
export interface PollResult {
  /** Undefined without recent metadata. If only the stats could not be read, it has no samples. */
  readonly snapshot?: TaskSnapshot | undefined;
  /** Failed requests. A poll with a snapshot may have one, if it used older metadata or has no stats. */
  readonly failures: readonly EndpointError[];
  readonly refused: ReadonlyMap<RefusalReason, number>;
  /** Set if a request for the tags of the task has ended since the previous poll. */
  readonly tags?: TagsAttempt | undefined;
  /** Set where the cgroup of the task was to be read: what of it could not. */
  readonly cgroupFailures?: readonly CgroupFailure[] | undefined;
}

export interface PollerOptions {
  /** How long metadata serves while `/task` cannot be read. @default 60000 */
  readonly maxMetadataAgeMs?: number;
  /** Which docker labels of the containers to keep. @default none */
  readonly isLabelWanted?: IsWanted | undefined;
  /** Asks for the tags of the task. @default nobody */
  readonly tagReader?: TagReader | undefined;
  /** Delays a sample until a request for tags has ended, for callers that take only one sample. @default false */
  readonly waitsForTags?: boolean;
  /** Reads the cgroup of the task. @default nobody */
  readonly cgroupReader?: TaskCgroupReader | undefined;
  /** @default performance.now */
  readonly monotonicMs?: () => number;
}

/**
 * Reads the endpoint once and parses what came.
 *
 * Stats first, then the task, each time: a container that has stats is then always in the metadata, and a restart's new
 * StartedAt comes with the first sample of the new life (a counter that has already passed its old value does not tell).
 * The task's document is small, and comes from the agent's memory.
 */
export function createPoller(
  endpoint: Omit<Endpoint, 'fetchTaskWithTags'>,
  options: PollerOptions = {},
): () => Promise<PollResult> {
  const {
    maxMetadataAgeMs = 60_000,
    isLabelWanted,
    tagReader,
    waitsForTags = false,
    cgroupReader,
    monotonicMs = () => performance.now(),
  } = options;
  let known: TaskMetadata | undefined;
  let knownAtMs = 0;

  return async () => {
    const failures: EndpointError[] = [];
    const refusals = createRefusals();
    const stats = await attempt(endpoint.fetchStats, failures);
    const isRecent = (): boolean => known !== undefined && monotonicMs() - knownAtMs <= maxMetadataAgeMs;
    const hasFailed = (code: EndpointErrorCode): boolean => failures.some((failure) => failure.code === code);
    // A server that is down cannot answer a second request, and a server that throttles should get fewer.
    const isSkipped = hasFailed('unreachable') || (hasFailed('throttled') && isRecent());
    const task = isSkipped ? undefined : await attempt(endpoint.fetchTask, failures);
    const isDown = stats === undefined && task === undefined && !hasFailed('throttled');
    if (isDown) return { failures, refused: refusals.counts };
    if (task !== undefined) {
      const metadata = parseTask(task.document, refusals, { earlier: known, isLabelWanted });
      const unidentified = unidentifiedContainers(task.document);
      if (metadata === undefined) failures.push(notADocument('/task'));
      else if (unidentified > 0) failures.push(noneIdentified(unidentified));
      else {
        known = metadata;
        knownAtMs = monotonicMs();
      }
    }
    // Older than that it may call a container running that has ended long ago.
    if (known === undefined || !isRecent()) return { failures, refused: refusals.counts };
    const tagRequest = tagReader?.requestIfDue();
    if (waitsForTags) await tagRequest;
    const tags = tagReader?.takeOutcome(refusals);
    const metadata = { ...known, task: withTags(known.task, tagReader) };
    const joined = stats && joinStats(metadata, stats.document, refusals);
    if (stats !== undefined && joined === undefined) failures.push(notADocument('/task/stats'));
    const snapshot = joined ?? withoutStats(metadata, refusals);
    for (const _ of snapshot.unknownIds) refusals.add('unknown_id');
    const result = { snapshot, failures, refused: refusals.counts, tags };
    if (cgroupReader === undefined) return result;
    const { cgroup, failures: cgroupFailures } = await cgroupReader.read(snapshot);
    return { ...result, snapshot: { ...snapshot, cgroup }, cgroupFailures };
  };
}

function withTags(task: TaskInfo, tagReader: TagReader | undefined): TaskInfo {
  const known = tagReader?.known();
  return known === undefined ? task : { ...task, tags: known.tags, errors: [...(task.errors ?? []), ...known.errors] };
}

async function attempt(
  fetch: () => Promise<unknown>,
  failures: EndpointError[],
): Promise<{ readonly document: unknown } | undefined> {
  try {
    return { document: await fetch() };
  } catch (error) {
    failures.push(asEndpointError(error));
    return undefined;
  }
}

function asEndpointError(error: unknown): EndpointError {
  if (error instanceof EndpointError) return error;
  return new EndpointError('parse', 'the answer of the metadata endpoint could not be taken', {
    cause: error instanceof Error ? error : undefined,
  });
}

function notADocument(path: string): EndpointError {
  return new EndpointError('parse', `${path} answered with JSON that is not the document of an ECS task`);
}

function noneIdentified(containers: number): EndpointError {
  return new EndpointError(
    'parse',
    `none of the ${containers} containers in /task has a DockerId and a Name: check that the address is a task metadata endpoint, version 3 or 4`,
  );
}
