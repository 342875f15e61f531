import type { IsWanted } from '../snapshot/labels.ts';
import type { Refusals } from '../snapshot/refusals.ts';
import { parseTaskTags, type TaskTags } from '../snapshot/task-tags.ts';
import type { Endpoint } from '../source/endpoint.ts';
import { ENDPOINT_ERROR_CODES, EndpointError } from '../source/endpoint-error.ts';

/** `refused`: the answer came, and lists an error in place of the tags. Stable: these are label values of a metric. */
export const TAG_FAILURE_REASONS = [...ENDPOINT_ERROR_CODES, 'refused'] as const;
export type TagFailureReason = (typeof TAG_FAILURE_REASONS)[number];

/** What became of one request. */
export interface TagsAttempt {
  readonly failure?: { readonly reason: TagFailureReason; readonly message: string } | undefined;
}

/** The tags of the task: asked for until there is an answer, and kept then. */
export interface TagReader {
  /** Asks now, if that is due; undefined when it is not. Never rejects. */
  readIfDue(refusals: Refusals): Promise<TagsAttempt | undefined>;
  /** The last answer; undefined before the first one. */
  known(): TaskTags | undefined;
}

export interface TagReaderOptions {
  readonly isWanted: IsWanted;
  /** @default performance.now */
  readonly monotonicMs?: () => number;
}

/** A minute, doubled each time: seven requests within about an hour. Each costs calls of an API that is throttled. */
const FIRST_WAIT_MS = 60_000;
const MAX_REQUESTS = 7;

/** Tags that ECS gives a task are there when it starts, and a change of them is not worth a request a minute. */
export function createTagReader(endpoint: Pick<Endpoint, 'fetchTaskWithTags'>, options: TagReaderOptions): TagReader {
  const { isWanted, monotonicMs = () => performance.now() } = options;
  let answer: TaskTags | undefined;
  let requests = 0;
  let dueAtMs: number | undefined = Number.NEGATIVE_INFINITY;

  async function read(refusals: Refusals): Promise<TagsAttempt> {
    try {
      const tags = parseTaskTags(await endpoint.fetchTaskWithTags(), isWanted, refusals);
      if (tags === undefined) throw new EndpointError('parse', '/taskWithTags did not answer with an ECS task');
      answer = tags;
      return tags.problem === undefined ? {} : { failure: { reason: 'refused', message: refusalOf(tags.problem) } };
    } catch (error) {
      return { failure: failureOf(error) };
    }
  }

  return {
    known: () => answer,
    async readIfDue(refusals) {
      if (dueAtMs === undefined || monotonicMs() < dueAtMs) return undefined;
      const waitMs = FIRST_WAIT_MS * 2 ** requests;
      requests += 1;
      const attempt = await read(refusals);
      const isOver = attempt.failure === undefined || requests >= MAX_REQUESTS;
      dueAtMs = isOver ? undefined : monotonicMs() + waitMs;
      return attempt;
    },
  };
}

/** The code is a bounded word; nothing else of the answer goes into the log. */
function refusalOf(code: string): string {
  return (
    `the tags of the task could not be read (${code}): is ecs:ListTagsForResource allowed, on EC2 by the role of the ` +
    'container instance? It is tried again a few times within an hour'
  );
}

function failureOf(error: unknown): NonNullable<TagsAttempt['failure']> {
  if (error instanceof EndpointError) return { reason: error.code, message: error.message };
  return { reason: 'parse', message: 'the answer with the tags of the task could not be taken' };
}
