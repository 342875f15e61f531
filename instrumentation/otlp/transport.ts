import type { IncomingMessage } from 'node:http';
import { retryAfterMs } from '../http/headers.ts';
import type { HttpClient } from './agent.ts';
import { answerTooLarge, MAX_REASON_BYTES } from './export-failure.ts';

/** What the receiver answered. */
export interface Answer {
  readonly status: number;
  readonly statusText: string;
  /** How long the receiver wants no further request (Retry-After of a status of 400 or above); 0 if it does not say. */
  readonly retryAfterMs: number;
  /** For a status that is not 2xx, at most the first `MAX_REASON_BYTES`. */
  readonly body: Buffer;
  /** False if the connection ended within the body, or the rest of the body was dropped. */
  readonly isComplete: boolean;
}

export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

const MAX_RESPONSE_BYTES = 64 * 1024;
const MAX_INFORMATIONAL = 100;
/** Metrics that stay away for longer look like a task that has gone. */
const MAX_RETRY_AFTER_MS = 300_000;

/**
 * One request and its answer. Follows no redirect. Rejects with the error of the connection, or with the signal's reason once
 * that is aborted; an answer that has already refused the export is returned even then, without the rest of its body.
 *
 * The head decides: a connection that ends within the body does not change what the status says. Node.js closes a connection
 * that answers 101 and reports nothing, so there only the signal ends the exchange.
 */
export function post(client: HttpClient, { url, headers, body }: Post, signal: AbortSignal): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const request = client.request(url, {
    method: 'POST',
    agent: client.agent,
    headers: { ...headers, 'content-length': body.length },
  });
  let refusal: (() => Answer) | undefined;
  let hasHead = false;
  let informational = 0;

  const fail = (error: unknown): void => {
    reject(error);
    client.cut(request);
  };
  const onAbort = (): void => {
    if (refusal !== undefined) resolve(refusal());
    fail(signal.reason);
  };
  signal.addEventListener('abort', onAbort, { once: true });

  request.on('information', () => {
    informational += 1;
    if (informational > MAX_INFORMATIONAL) fail(answerTooLarge());
  });
  request.on('error', (error) => {
    if (!hasHead) reject(error);
  });
  request.on('response', (response) => {
    hasHead = true;
    const { statusCode: status = 0 } = response;
    const isAccepted = status < 300;
    const received = createBytes(isAccepted ? MAX_RESPONSE_BYTES : MAX_REASON_BYTES);
    const answer = (): Answer => answerOf(response, received.content());
    if (!isAccepted) refusal = answer;
    response.on('data', (chunk: Buffer) => {
      if (received.add(chunk)) return;
      if (!isAccepted) resolve(answer());
      // Has no effect on a refusal but to close the connection.
      fail(answerTooLarge());
    });
    // Followed by `close`.
    response.on('error', () => {});
    response.on('close', () => {
      resolve(answer());
      // A receiver that answers before it has read the request may never read the rest.
      if (!request.writableFinished) client.cut(request);
    });
  });
  request.end(body);
  return promise.finally(() => signal.removeEventListener('abort', onAbort));
}

function answerOf(
  { statusCode: status = 0, statusMessage = '', headers, complete }: IncomingMessage,
  body: Buffer,
): Answer {
  const waitMs = status < 400 ? 0 : retryAfterMs(headers['retry-after'], Date.now());
  return {
    status,
    statusText: statusMessage,
    retryAfterMs: Math.min(waitMs, MAX_RETRY_AFTER_MS),
    body,
    isComplete: complete,
  };
}

interface Bytes {
  /** False if the limit cut the chunk. */
  add(chunk: Buffer): boolean;
  content(): Buffer;
}

/** Copies chunks into one buffer: a list of one-byte chunks would take a hundred times the memory of their content. */
function createBytes(limit: number): Bytes {
  let buffer = Buffer.alloc(0);
  let length = 0;
  return {
    add(chunk) {
      const end = Math.min(length + chunk.length, limit);
      if (end > buffer.length) buffer = Buffer.concat([buffer], Math.min(2 * end, limit));
      chunk.copy(buffer, length, 0, end - length);
      const isWhole = length + chunk.length === end;
      length = end;
      return isWhole;
    },
    content: () => buffer.subarray(0, length),
  };
}
