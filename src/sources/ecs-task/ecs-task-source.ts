import { createInvalidValues, type IsWanted } from '../../snapshot/json-values.ts';
import type { TaskInfo, TaskMetadata } from '../../snapshot/snapshot.ts';
import { joinStats, withoutStats } from '../../snapshot/stats-document.ts';
import { parseTask, unidentifiedContainers } from '../../snapshot/task-document.ts';
import type { TaskCgroupReader } from '../cgroup/task-cgroup.ts';
import type { PollResult, TaskSource } from '../task-source.ts';
import type { Endpoint } from './endpoint.ts';
import { EndpointError, type EndpointErrorCode } from './endpoint-error.ts';
import type { TagReader } from './tag-reader.ts';

/** Constant, because a document without a TaskARN is of the same task. The sampler detects a changed TaskARN. */
const TASK_KEY = 'task';

export interface EcsTaskSourceOptions {
  /** How long metadata stays valid while `/task` cannot be read. @default 60000 */
  readonly maxMetadataAgeMs?: number;
  /** Docker labels to keep. @default none */
  readonly isLabelWanted?: IsWanted | undefined;
  /** Reads the tags of the task. @default none */
  readonly tagReader?: TagReader | undefined;
  /** True delays a poll until a request for tags has ended, for callers that poll only once. @default false */
  readonly waitsForTags?: boolean;
  /** Reads the cgroup of the task. @default none */
  readonly cgroupReader?: TaskCgroupReader | undefined;
  /** @default performance.now */
  readonly monotonicMs?: () => number;
}

/**
 * The task of a metadata endpoint.
 *
 * Each poll requests the stats before the task: every container with stats is then in the metadata, and the StartedAt of a
 * restart arrives with the first sample of the new run. Otherwise a restart goes unnoticed once the new counter has overtaken
 * the old value. The agent serves the task document from memory.
 */
export function createEcsTaskSource(
  endpoint: Omit<Endpoint, 'fetchTaskWithTags'>,
  options: EcsTaskSourceOptions = {},
): TaskSource {
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
  /** The last one: a document can lack it. */
  let knownArn: string | undefined;

  async function poll(): Promise<PollResult> {
    const failures: EndpointError[] = [];
    const invalidValues = createInvalidValues();
    const stats = await attempt(endpoint.fetchStats, failures);
    const isRecent = (): boolean => known !== undefined && monotonicMs() - knownAtMs <= maxMetadataAgeMs;
    const hasFailed = (code: EndpointErrorCode): boolean => failures.some((failure) => failure.code === code);
    // A second request is pointless while the server is unreachable, and makes throttling worse.
    const isSkipped = hasFailed('unreachable') || (hasFailed('throttled') && isRecent());
    const task = isSkipped ? undefined : await attempt(endpoint.fetchTask, failures);
    const isDown = stats === undefined && task === undefined && !hasFailed('throttled');
    const empty = { tasks: [], isComplete: false, failures, refused: invalidValues.counts };
    if (isDown) return empty;
    if (task !== undefined) {
      const metadata = parseTask(task.document, invalidValues, { earlier: known, isLabelWanted });
      const unidentified = unidentifiedContainers(task.document);
      if (metadata === undefined) failures.push(notADocument('/task'));
      else if (unidentified > 0) failures.push(noneIdentified(unidentified));
      else {
        const { arn } = metadata.task;
        if (arn !== undefined && knownArn !== undefined && arn !== knownArn) tagReader?.reset();
        knownArn = arn ?? knownArn;
        known = metadata;
        knownAtMs = monotonicMs();
      }
    }
    // Older metadata can list containers as running that ended long ago.
    if (known === undefined || !isRecent()) return empty;
    const tagRequest = tagReader?.requestIfDue();
    if (waitsForTags) await tagRequest;
    const tags = tagReader?.takeOutcome(invalidValues);
    const metadata = { ...known, task: withTags(known.task, tagReader) };
    const joined = stats && joinStats(metadata, stats.document, invalidValues);
    if (stats !== undefined && joined === undefined) failures.push(notADocument('/task/stats'));
    const snapshot = joined ?? withoutStats(metadata, invalidValues);
    for (const _ of snapshot.unknownIds) invalidValues.add('unknown_id');
    const result = { isComplete: true, failures, refused: invalidValues.counts, tags };
    if (cgroupReader === undefined) return { ...result, tasks: [{ key: TASK_KEY, snapshot }] };
    const { cgroup, failures: cgroupFailures } = await cgroupReader.read(snapshot);
    return { ...result, tasks: [{ key: TASK_KEY, snapshot: { ...snapshot, cgroup } }], cgroupFailures };
  }

  return { onlyTask: TASK_KEY, poll, close: () => endpoint.close() };
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
  return new EndpointError('parse', 'cannot read the response of the metadata endpoint', {
    cause: error instanceof Error ? error : undefined,
  });
}

function notADocument(path: string): EndpointError {
  return new EndpointError('parse', `${path} responded with JSON that is not an ECS task document`);
}

function noneIdentified(containers: number): EndpointError {
  return new EndpointError(
    'parse',
    `none of the ${containers} containers in /task has a DockerId and a Name: check that the address is a task metadata endpoint, version 3 or 4`,
  );
}
