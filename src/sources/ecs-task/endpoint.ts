import { Agent, type AgentOptions } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeJson } from './decode-json.ts';
import { clientClosed, deadlineExceeded, EndpointError, notJson, tooLarge } from './endpoint-error.ts';
import { exchange, https, type Outcome } from './exchange.ts';

/** The documents of an ECS task. Every rejection is an {@link EndpointError}. */
export interface Endpoint {
  /** `GET <base>/task`: metadata of the task and its containers. */
  fetchTask(): Promise<unknown>;
  /** `GET <base>/task/stats`: resource usage of the containers. */
  fetchStats(): Promise<unknown>;
  /**
   * `GET <base>/taskWithTags`: the document of `/task` with tags. The agent requests them from the ECS API each time, which
   * throttles per account, so this request is not retried. It has its own connection and never delays the other documents.
   *
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4.html
   */
  fetchTaskWithTags(): Promise<unknown>;
  /** Aborts running requests (code `reset`) and closes every socket. */
  close(): void;
}

export interface EndpointOptions {
  /**
   * Deadline for one document, from the call to the last byte, including the retry. Keep it below the interval between polls.
   * @default 5000
   */
  readonly deadlineMs?: number | undefined;
  /** Deadline for the tags: up to two ECS API calls, each of which can be throttled. @default 10000 */
  readonly tagsDeadlineMs?: number | undefined;
  /** The flag or variable that contains the address, named in messages. @default none */
  readonly urlSource?: string | undefined;
  /** Limit for a body. @default 4194304 */
  readonly maxBytes?: number | undefined;
  /** Limit for the values in one document; a thousand containers have some 160,000. @default 262144 */
  readonly maxValues?: number | undefined;
}

/** How a document is fetched. */
interface RequestPolicy {
  readonly agent: Agent;
  readonly deadlineMs: number;
  readonly isRetried: boolean;
  /** What to check after a timeout. */
  readonly timeoutHint: string;
}

/**
 * A client for the task metadata endpoint below `baseUrl` (`http` or `https`, with or without a trailing slash).
 *
 * All polls use one kept-alive connection. The endpoint also serves the credentials of the task role, so neither a proxy nor a
 * redirect may send a request elsewhere: `node:http` with its own agent, because `NODE_USE_ENV_PROXY` affects `fetch` and the
 * global agents.
 *
 * @throws EndpointError `unreachable` for any other kind of address
 */
export function createEndpoint(baseUrl: URL, options: EndpointOptions = {}): Endpoint {
  const { deadlineMs = 5000, tagsDeadlineMs = 10_000, urlSource } = options;
  const { maxBytes = 4 * 1024 * 1024, maxValues = 196_608 } = options;
  if (baseUrl.protocol !== 'http:' && baseUrl.protocol !== 'https:') {
    throw new EndpointError('unreachable', `the metadata address must be http or https, not ${baseUrl.protocol}`);
  }
  const newAgent = (agentOptions: AgentOptions): Agent => {
    // Empty rather than undefined: newer versions of Node.js then read proxies from the environment.
    const direct = { ...agentOptions, proxyEnv: {} };
    return baseUrl.protocol === 'https:' ? new (https().Agent)(direct) : new Agent(direct);
  };
  const pollPolicy: RequestPolicy = {
    agent: newAgent({ keepAlive: true, maxSockets: 1 }),
    deadlineMs,
    isRetried: true,
    timeoutHint: 'check the CPU usage of the task, and for a firewall that drops packets',
  };
  const tagsPolicy: RequestPolicy = {
    agent: newAgent({ keepAlive: false }),
    deadlineMs: tagsDeadlineMs,
    isRetried: false,
    timeoutHint: 'it requests tags from the ECS API, which can be slow or throttled',
  };
  const targets = {
    task: documentUrl(baseUrl, '/task'),
    stats: documentUrl(baseUrl, '/task/stats'),
    tags: documentUrl(baseUrl, '/taskWithTags'),
  };
  const pending = new Map<AbortController, string>();
  let isClosed = false;

  async function fetchDocument(target: URL, policy: RequestPolicy): Promise<unknown> {
    const { agent, isRetried, timeoutHint } = policy;
    const where = urlSource === undefined ? target.href : `${target.href} (${urlSource})`;
    if (isClosed) throw clientClosed(where);
    const abort = new AbortController();
    const endsAt = performance.now() + policy.deadlineMs;
    const onTimeout = (): void => abort.abort(deadlineExceeded(where, policy.deadlineMs, timeoutHint));
    // After a stall of the event loop, due timers run before the response is read from the socket: wait one full turn.
    const deadline = setTimeout(() => setImmediate(() => setImmediate(onTimeout)), policy.deadlineMs);
    pending.set(abort, where);
    try {
      const attempt = (): Promise<Outcome> => exchange(target, { agent, signal: abort.signal, maxBytes, where });
      return await decode(await (isRetried ? withRetry(attempt, endsAt, abort.signal) : attempt()), where);
    } finally {
      clearTimeout(deadline);
      pending.delete(abort);
    }
  }

  async function decode(outcome: Outcome, where: string): Promise<unknown> {
    if (!outcome.ok) throw outcome.error;
    const decoded = await decodeJson(outcome.body, maxValues);
    if (decoded.ok) return decoded.document;
    throw decoded.code === 'parse' ? notJson(where, decoded.what) : tooLarge(where, decoded.what);
  }

  return {
    fetchTask: () => fetchDocument(targets.task, pollPolicy),
    fetchStats: () => fetchDocument(targets.stats, pollPolicy),
    fetchTaskWithTags: () => fetchDocument(targets.tags, tagsPolicy),
    close: () => {
      isClosed = true;
      for (const [abort, where] of pending) abort.abort(clientClosed(where));
      // The agent opens a connection even for an aborted request that was waiting for one; 0 closes it.
      pollPolicy.agent.maxFreeSockets = 0;
      pollPolicy.agent.destroy();
      tagsPolicy.agent.destroy();
    },
  };
}

/** At most one retry, if it can start before `endsAt` (of `performance.now()`). */
async function withRetry(attempt: () => Promise<Outcome>, endsAt: number, signal: AbortSignal): Promise<Outcome> {
  const first = await attempt();
  if (first.ok || first.retryAfterMs === undefined) return first;
  const delayMs = retryDelayMs(first.retryAfterMs, endsAt - performance.now(), Math.random());
  if (delayMs === undefined) return first;
  try {
    await sleep(delayMs, undefined, { signal });
  } catch {
    // Aborted: the second attempt fails with the signal's reason, without sending a request.
  }
  return attempt();
}

const MIN_JITTER_MS = 50;
const MAX_JITTER_MS = 250;

/**
 * The delay before the retry; undefined if the retry would exceed the deadline.
 *
 * @param retryAfterMs as the server requested; 0 if it did not
 * @param remainingMs until the deadline
 * @param random in [0, 1): spreads the retries of a fleet after an agent restart
 */
export function retryDelayMs(retryAfterMs: number, remainingMs: number, random: number): number | undefined {
  const jitterMs = MIN_JITTER_MS + random * (MAX_JITTER_MS - MIN_JITTER_MS);
  const delayMs = Math.max(jitterMs, retryAfterMs);
  return delayMs < remainingMs ? delayMs : undefined;
}

/** Without user, password, query and fragment: the address appears in messages. */
function documentUrl(baseUrl: URL, path: string): URL {
  const url = new URL(baseUrl.origin);
  url.pathname = baseUrl.pathname.replace(/\/+$/, '') + path;
  return url;
}
