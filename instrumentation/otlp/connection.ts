import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type Agent, ClientRequest, IncomingMessage } from 'node:http';
import type { ExportError } from '../export-error.ts';
import { retryAfterMs } from '../http/retry-after.ts';
import { errorOfAnswer, exportErrorOf, type HttpAnswer } from './export-failure.ts';

/** Connections to one receiver, and what it last answered. */
export interface Connection {
  readonly agent: Agent;
  /** Forgets the last answer: an export begins. */
  begin(): void;
  /** The last answer since `begin()`. */
  lastAnswer(): HttpAnswer | undefined;
  /** Why the last request since `begin()` failed, where it ended without a good answer. */
  lastFailure(): ExportError | undefined;
  /** Headers of a request. Rejects once the connection is closed, which ends the SDK's retries too. */
  headers(): Promise<Record<string, string>>;
  /** Cuts off every request under way. */
  close(): void;
}

/** Told by node:http once an answer's head has come: https://nodejs.org/api/diagnostics_channel.html#http */
const ANSWERED = 'http.client.response.finish';
/** Told when a request ended without one. */
const FAILED = 'http.client.request.error';

/** However long the receiver asks for: metrics that stay away for longer look like a task that is gone. */
const MAX_HOLD_MS = 300_000;

/** What the receiver asked for with Retry-After; connections come and go meanwhile. */
export interface Hold {
  forMs(ms: number): void;
  /** How long the receiver still wants to be left alone, in milliseconds. */
  leftMs(): number;
  forget(): void;
}

export function createHold(): Hold {
  let untilMs = 0;
  return {
    forMs(ms) {
      untilMs = performance.now() + Math.min(ms, MAX_HOLD_MS);
    },
    leftMs: () => Math.max(0, Math.ceil(untilMs - performance.now())),
    forget() {
      untilMs = 0;
    },
  };
}

/**
 * The SDK's transport keeps the status of an answer to itself when it means "try again", and its timeout starts anew with
 * every byte that trickles in. An agent of our own lets us see the one and end the other.
 */
export function openConnection(agent: Agent, headers: Readonly<Record<string, string>>, hold: Hold): Connection {
  let isClosed = false;
  let last: HttpAnswer | undefined;
  let lastError: Error | undefined;

  const onAnswer = (message: unknown): void => {
    if (!isOf(agent, message) || !('response' in message)) return;
    const { response } = message;
    if (!(response instanceof IncomingMessage)) return;
    lastError = undefined;
    const { statusCode = 0, statusMessage = '', headers } = response;
    last = { status: statusCode, statusText: statusMessage };
    if (statusCode < 400) return;
    const waitMs = retryAfterMs(headers['retry-after'], Date.now());
    hold.forMs(waitMs);
    // The SDK takes what is no wait for "at once", five times in a few milliseconds. Without it, it waits as long as it does
    // after any other failure. It reads this when the body has ended, which is later.
    if (waitMs === 0) delete headers['retry-after'];
  };
  const onError = (message: unknown): void => {
    if (isOf(agent, message) && 'error' in message && message.error instanceof Error) lastError = message.error;
  };
  subscribe(ANSWERED, onAnswer);
  subscribe(FAILED, onError);

  return {
    agent,
    begin() {
      last = undefined;
      lastError = undefined;
    },
    lastAnswer: () => last,
    lastFailure() {
      if (lastError !== undefined) return exportErrorOf(lastError, undefined);
      return last === undefined || last.status < 300 ? undefined : errorOfAnswer(last);
    },
    headers: () =>
      isClosed ? Promise.reject(new Error('the connection was closed')) : Promise.resolve({ ...headers }),
    close() {
      isClosed = true;
      unsubscribe(ANSWERED, onAnswer);
      unsubscribe(FAILED, onError);
      agent.destroy();
    },
  };
}

function isOf(agent: Agent, message: unknown): message is object {
  if (!(message instanceof Object && 'request' in message)) return false;
  const { request } = message;
  return request instanceof ClientRequest && 'agent' in request && request.agent === agent;
}
