import { createRefusals, type RefusalReason } from '../snapshot/refusals.ts';
import type { TaskMetadata, TaskSnapshot } from '../snapshot/snapshot.ts';
import { joinStats } from '../snapshot/stats-document.ts';
import { parseTask } from '../snapshot/task-document.ts';
import type { Endpoint } from '../source/endpoint.ts';
import { EndpointError } from '../source/endpoint-error.ts';

/** One poll's outcome. */
export interface PollResult {
  readonly snapshot?: TaskSnapshot | undefined;
  /** Requests that failed; a poll with a snapshot may have one, when older metadata served. */
  readonly failures: readonly EndpointError[];
  readonly refused: ReadonlyMap<RefusalReason, number>;
}

export interface PollerOptions {
  /** How long metadata serves while `/task` cannot be read. @default 60000 */
  readonly maxMetadataAgeMs?: number;
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
export function createPoller(endpoint: Endpoint, options: PollerOptions = {}): () => Promise<PollResult> {
  const { maxMetadataAgeMs = 60_000, monotonicMs = () => performance.now() } = options;
  let known: TaskMetadata | undefined;
  let knownAtMs = 0;

  return async () => {
    const failures: EndpointError[] = [];
    const refusals = createRefusals();
    const stats = await attempt(endpoint.fetchStats, failures);
    if (stats === undefined) return { failures, refused: refusals.counts };
    const task = await attempt(endpoint.fetchTask, failures);
    if (task !== undefined) {
      const metadata = parseTask(task.document, refusals, known);
      if (metadata === undefined) failures.push(notADocument('/task'));
      else {
        known = metadata;
        knownAtMs = monotonicMs();
      }
    }
    // Older than that it may call a container running that has ended long ago.
    if (known === undefined || monotonicMs() - knownAtMs > maxMetadataAgeMs)
      return { failures, refused: refusals.counts };
    const snapshot = joinStats(known, stats.document, refusals);
    if (snapshot === undefined) failures.push(notADocument('/task/stats'));
    for (const _ of snapshot?.unknownIds ?? []) refusals.add('unknown_id');
    return { snapshot, failures, refused: refusals.counts };
  };
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
