import type { InvalidValues, IsWanted } from '../../snapshot/json-values.ts';
import { parseTaskTags, type TaskTags } from '../../snapshot/task-info.ts';
import type { Endpoint } from './endpoint.ts';
import { ENDPOINT_ERROR_CODES, EndpointError } from './endpoint-error.ts';

/** `refused`: the response lists an error instead of tags. Stable: label values of `exporter_task_tags_failures`. */
export const TAG_FAILURE_REASONS = [...ENDPOINT_ERROR_CODES, 'refused'] as const;
export type TagFailureReason = (typeof TAG_FAILURE_REASONS)[number];

/** The outcome of one request. */
export interface TagsAttempt {
  readonly failure?: { readonly reason: TagFailureReason; readonly message: string } | undefined;
}

/** Requests the task's tags until they arrive. A slow ECS API takes seconds, so requests run concurrently with polls. */
export interface TagReader {
  /**
   * Sends a request if one is due and none is running. Resolves when none is running, within the endpoint's deadline for tags.
   * Never rejects.
   */
  requestIfDue(): Promise<void>;
  /** The outcome of a request that has ended since the last call; `known` then returns its tags. */
  takeOutcome(invalidValues: InvalidValues): TagsAttempt | undefined;
  /** The tags; undefined until they arrive. */
  known(): TaskTags | undefined;
  /** Discards the tags, because the endpoint serves another task. The next request is due a minute after the last one. */
  reset(): void;
}

export interface TagReaderOptions {
  readonly isWanted: IsWanted;
  /** @default performance.now */
  readonly monotonicMs?: () => number;
}

/** Doubles each time: seven requests within about an hour. Each causes ECS API calls, which are throttled. */
const FIRST_WAIT_MS = 60_000;
const MAX_REQUESTS = 7;

type TagsResponse = { readonly document: unknown } | { readonly error: unknown };

/** Tags exist from the start of the task; later changes are not read. */
export function createTagReader(endpoint: Pick<Endpoint, 'fetchTaskWithTags'>, options: TagReaderOptions): TagReader {
  const { isWanted, monotonicMs = () => performance.now() } = options;
  let known: TaskTags | undefined;
  let requests = 0;
  let requestedAtMs = Number.NEGATIVE_INFINITY;
  let task = 0;
  let dueAtMs: number | undefined = Number.NEGATIVE_INFINITY;
  let pending: Promise<void> | undefined;
  let arrived: { readonly response: TagsResponse; readonly atMs: number } | undefined;

  async function request(): Promise<void> {
    requests += 1;
    requestedAtMs = monotonicMs();
    const taskBefore = task;
    const response = await fetchTags();
    if (task === taskBefore) arrived = { response, atMs: monotonicMs() };
    pending = undefined;
  }

  async function fetchTags(): Promise<TagsResponse> {
    try {
      return { document: await endpoint.fetchTaskWithTags() };
    } catch (error) {
      return { error };
    }
  }

  function read(response: TagsResponse, invalidValues: InvalidValues): TagsAttempt {
    if ('error' in response) return { failure: failureOf(response.error) };
    const tags = parseTaskTags(response.document, isWanted, invalidValues);
    if (tags === undefined)
      return {
        failure: {
          reason: 'parse',
          message: '/taskWithTags responded with JSON that is not an ECS task document',
        },
      };
    known = tags;
    return tags.problem === undefined ? {} : { failure: { reason: 'refused', message: refusalOf(tags.problem) } };
  }

  return {
    known: () => known,
    reset() {
      task += 1;
      known = undefined;
      arrived = undefined;
      requests = 0;
      dueAtMs = requestedAtMs + FIRST_WAIT_MS;
    },
    async requestIfDue() {
      const isDue = dueAtMs !== undefined && monotonicMs() >= dueAtMs;
      if (pending === undefined && arrived === undefined && isDue) pending = request();
      await pending;
    },
    takeOutcome(invalidValues) {
      if (arrived === undefined) return undefined;
      const { response, atMs } = arrived;
      arrived = undefined;
      const { failure } = read(response, invalidValues);
      const waitMs = FIRST_WAIT_MS * 2 ** (requests - 1);
      const isOver = failure === undefined || requests >= MAX_REQUESTS;
      dueAtMs = isOver ? undefined : atMs + waitMs;
      if (failure === undefined) return {};
      const next = isOver ? 'no further requests will be sent' : `next request in ${waitMs / 1000} s`;
      return { failure: { ...failure, message: `${failure.message}; ${next}` } };
    },
  };
}

/** The code is a word of limited length; nothing else of the response goes into the log. */
function refusalOf(code: string): string {
  return `cannot read the tags of the task (${code}): allow ecs:ListTagsForResource, on EC2 for the container instance role`;
}

function failureOf(error: unknown): NonNullable<TagsAttempt['failure']> {
  if (!(error instanceof EndpointError)) {
    return { reason: 'parse', message: 'cannot read the response with the tags of the task' };
  }
  const { code, message } = error;
  return { reason: code, message: code === 'timeout' || code === 'reset' ? slowResponse(code) : message };
}

/** The agent closes the connection after 5 s, so a slow ECS API also appears as a reset. */
function slowResponse(code: string): string {
  return (
    `the tags of the task did not arrive (${code}): the endpoint requests them from the ECS API, which can be slow or ` +
    'throttled (ListTagsForResource); metrics are exported without tags'
  );
}
