import { Agent, type AgentOptions } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeJson } from './decode-json.ts';
import { clientClosed, deadlineMissed, EndpointError, notJson, tooLarge } from './endpoint-error.ts';
import { exchange, https, type Outcome, retryDelayMs } from './exchange.ts';

/** The documents of an ECS task. Every rejection is an {@link EndpointError}. */
export interface Endpoint {
  /** `GET <base>/task`: what the task is. */
  fetchTask(): Promise<unknown>;
  /** `GET <base>/task/stats`: what its containers use. */
  fetchStats(): Promise<unknown>;
  /**
   * `GET <base>/taskWithTags`: the same as `/task`, with tags. The agent asks ECS' API for them at each request, and that
   * API is throttled for the whole account: a request to make once, and without a retry. It has a connection of its own,
   * so that it never delays the other two documents.
   *
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4.html
   */
  fetchTaskWithTags(): Promise<unknown>;
  /** Ends what is under way (code `reset`) and closes every socket. */
  close(): void;
}

export interface EndpointOptions {
  /**
   * For one document, from the call to its last byte, including the retry. Keep it below the interval between polls.
   * @default 5000
   */
  readonly deadlineMs?: number | undefined;
  /** The same for tags, which come from ECS' API: up to two calls, each of which can be throttled. @default 10000 */
  readonly tagsDeadlineMs?: number | undefined;
  /** The flag or variable that holds the address, named in messages. @default none */
  readonly urlSource?: string | undefined;
  /** The largest body that is read. @default 4194304 */
  readonly maxBytes?: number | undefined;
  /** The most values in one document; a thousand containers have some 160,000. @default 262144 */
  readonly maxValues?: number | undefined;
}

/** How a document is fetched. */
interface RequestPolicy {
  readonly agent: Agent;
  readonly withinMs: number;
  readonly isRetried: boolean;
  /** For the message of a timeout. */
  readonly timeoutHint: string;
}

/**
 * A client for the task metadata endpoint below `baseUrl` (`http` or `https`, with or without a trailing slash).
 *
 * One kept-alive connection serves every poll. `node:http` with an agent of our own rather than `fetch`: the endpoint is
 * link-local and also hands out the task role's credentials, so neither a proxy from the environment
 * (`NODE_USE_ENV_PROXY` reaches `fetch` and the global agents only) nor a redirect may take the request elsewhere.
 *
 * @throws EndpointError `unreachable` for any other kind of address
 */
export function createEndpoint(baseUrl: URL, options: EndpointOptions = {}): Endpoint {
  const { deadlineMs = 5000, tagsDeadlineMs = 10_000, urlSource } = options;
  const { maxBytes = 4 * 1024 * 1024, maxValues = 262_144 } = options;
  if (baseUrl.protocol !== 'http:' && baseUrl.protocol !== 'https:') {
    throw new EndpointError('unreachable', `the metadata address must be http or https, not ${baseUrl.protocol}`);
  }
  const newAgent = (agentOptions: AgentOptions): Agent => {
    // Never by a proxy: it could only answer for another task. Without this, Node.js may take one from the environment.
    const direct = { ...agentOptions, proxyEnv: {} };
    return baseUrl.protocol === 'https:' ? new (https().Agent)(direct) : new Agent(direct);
  };
  const forPolls: RequestPolicy = {
    agent: newAgent({ keepAlive: true, maxSockets: 1 }),
    withinMs: deadlineMs,
    isRetried: true,
    timeoutHint: 'is the task short of CPU, does a firewall drop packets to it, or is --endpoint-timeout too short?',
  };
  const forTags: RequestPolicy = {
    agent: newAgent({ keepAlive: false }),
    withinMs: tagsDeadlineMs,
    isRetried: false,
    timeoutHint: 'it requests tags from the ECS API, which can be slow or throttled',
  };
  const targets = {
    task: documentUrl(baseUrl, '/task'),
    stats: documentUrl(baseUrl, '/task/stats'),
    tags: documentUrl(baseUrl, '/taskWithTags'),
  };
  const underWay = new Map<AbortController, string>();
  let isClosed = false;

  async function fetchDocument(target: URL, policy: RequestPolicy): Promise<unknown> {
    const { agent, withinMs, isRetried, timeoutHint } = policy;
    const where = urlSource === undefined ? target.href : `${target.href} (${urlSource})`;
    if (isClosed) {
      throw clientClosed(where);
    }
    const abort = new AbortController();
    const endsAt = performance.now() + withinMs;
    // After a stall of the event loop the answer may be waiting in the socket: a whole turn reads it before the deadline counts.
    const miss = (): void => abort.abort(deadlineMissed(where, withinMs, timeoutHint));
    const deadline = setTimeout(() => setImmediate(() => setImmediate(miss)), withinMs);
    underWay.set(abort, where);
    try {
      const attempt = (): Promise<Outcome> => exchange(target, { agent, signal: abort.signal, maxBytes, where });
      return read(await (isRetried ? withRetry(attempt, endsAt, abort.signal) : attempt()), where);
    } finally {
      clearTimeout(deadline);
      underWay.delete(abort);
    }
  }

  function read(outcome: Outcome, where: string): unknown {
    if (!outcome.ok) {
      throw outcome.error;
    }
    const decoded = decodeJson(outcome.body, maxValues);
    if (decoded.ok) {
      return decoded.document;
    }
    throw decoded.code === 'parse' ? notJson(where, decoded.what) : tooLarge(where, decoded.what);
  }

  return {
    fetchTask: () => fetchDocument(targets.task, forPolls),
    fetchStats: () => fetchDocument(targets.stats, forPolls),
    fetchTaskWithTags: () => fetchDocument(targets.tags, forTags),
    close: () => {
      isClosed = true;
      for (const [abort, where] of underWay) {
        abort.abort(clientClosed(where));
      }
      // For a request that still waited for the connection the agent opens a new one, aborted or not: keep none.
      forPolls.agent.maxFreeSockets = 0;
      forPolls.agent.destroy();
      forTags.agent.destroy();
    },
  };
}

/** At most one second attempt, and only while it can begin before `endsAt` (of `performance.now()`). */
async function withRetry(attempt: () => Promise<Outcome>, endsAt: number, signal: AbortSignal): Promise<Outcome> {
  const first = await attempt();
  if (first.ok || first.retryAfterMs === undefined) {
    return first;
  }
  const delayMs = retryDelayMs(first.retryAfterMs, endsAt - performance.now(), Math.random());
  if (delayMs === undefined) {
    return first;
  }
  try {
    await sleep(delayMs, undefined, { signal });
  } catch {
    // Only the signal ends a sleep early, and the attempt below then reports its reason without sending anything.
  }
  return attempt();
}

/** Without user, password, query and fragment: only fixed paths are ever asked for, and the address goes into messages. */
function documentUrl(baseUrl: URL, path: string): URL {
  const url = new URL(baseUrl.origin);
  url.pathname = baseUrl.pathname.replace(/\/+$/, '') + path;
  return url;
}
