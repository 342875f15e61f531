import { parseTaskTags, type TaskTags } from '../../snapshot/task-info.ts';
import type { InvalidValues, IsWanted } from '../../snapshot/values.ts';
import type { Endpoint } from './endpoint.ts';
import { ENDPOINT_ERROR_CODES, EndpointError } from './endpoint-error.ts';

/** `refused`: the answer came, and lists an error in place of the tags. Stable: these are label values of a metric. */
export const TAG_FAILURE_REASONS = [...ENDPOINT_ERROR_CODES, 'refused'] as const;
export type TagFailureReason = (typeof TAG_FAILURE_REASONS)[number];

/** The outcome of one request. */
export interface TagsAttempt {
  readonly failure?: { readonly reason: TagFailureReason; readonly message: string } | undefined;
}

/**
 * The tags of the task: requested until there is an answer, which is then kept. Requests run concurrently with the polls,
 * because an answer takes seconds when the ECS API is slow.
 */
export interface TagReader {
  /**
   * Sends a request if one is due and none is under way. Resolves when none is under way, within the endpoint's deadline
   * for tags. Never rejects.
   */
  requestIfDue(): Promise<void>;
  /** The outcome of a request that has ended since the last call; its tags are known from then on. */
  takeOutcome(invalidValues: InvalidValues): TagsAttempt | undefined;
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

type Answer = { readonly document: unknown } | { readonly error: unknown };

/** Tags that ECS gives a task are there when it starts, and a change of them is not worth a request a minute. */
export function createTagReader(endpoint: Pick<Endpoint, 'fetchTaskWithTags'>, options: TagReaderOptions): TagReader {
  const { isWanted, monotonicMs = () => performance.now() } = options;
  let known: TaskTags | undefined;
  let requests = 0;
  let dueAtMs: number | undefined = Number.NEGATIVE_INFINITY;
  let underWay: Promise<void> | undefined;
  let arrived: { readonly answer: Answer; readonly atMs: number } | undefined;

  async function request(): Promise<void> {
    requests += 1;
    const answer = await fetchAnswer();
    arrived = { answer, atMs: monotonicMs() };
    underWay = undefined;
  }

  async function fetchAnswer(): Promise<Answer> {
    try {
      return { document: await endpoint.fetchTaskWithTags() };
    } catch (error) {
      return { error };
    }
  }

  function read(answer: Answer, invalidValues: InvalidValues): TagsAttempt {
    if ('error' in answer) return { failure: failureOf(answer.error) };
    const tags = parseTaskTags(answer.document, isWanted, invalidValues);
    if (tags === undefined)
      return {
        failure: {
          reason: 'parse',
          message: '/taskWithTags answered with JSON that is not the document of an ECS task',
        },
      };
    known = tags;
    return tags.problem === undefined ? {} : { failure: { reason: 'refused', message: refusalOf(tags.problem) } };
  }

  return {
    known: () => known,
    async requestIfDue() {
      const isDue = dueAtMs !== undefined && monotonicMs() >= dueAtMs;
      if (underWay === undefined && arrived === undefined && isDue) underWay = request();
      await underWay;
    },
    takeOutcome(invalidValues) {
      if (arrived === undefined) return undefined;
      const { answer, atMs } = arrived;
      arrived = undefined;
      const { failure } = read(answer, invalidValues);
      const waitMs = FIRST_WAIT_MS * 2 ** (requests - 1);
      const isOver = failure === undefined || requests >= MAX_REQUESTS;
      dueAtMs = isOver ? undefined : atMs + waitMs;
      if (failure === undefined) return {};
      const next = isOver ? 'no further requests will be sent' : `next request in ${waitMs / 1000} s`;
      return { failure: { ...failure, message: `${failure.message}; ${next}` } };
    },
  };
}

/** The code is a bounded word; nothing else of the answer goes into the log. */
function refusalOf(code: string): string {
  return (
    `the tags of the task could not be read (${code}): ecs:ListTagsForResource must be allowed, on EC2 for the role of ` +
    'the container instance'
  );
}

function failureOf(error: unknown): NonNullable<TagsAttempt['failure']> {
  if (!(error instanceof EndpointError)) {
    return { reason: 'parse', message: 'the answer with the tags of the task could not be read' };
  }
  const { code, message } = error;
  return { reason: code, message: code === 'timeout' || code === 'reset' ? slowAnswer(code) : message };
}

/** The agent closes the connection after 5 s, so a slow ECS API also appears as a reset. */
function slowAnswer(code: string): string {
  return (
    `the tags of the task did not arrive (${code}): the endpoint requests them from the ECS API, which can be slow or ` +
    'throttled (ListTagsForResource); samples do not wait for tags'
  );
}
