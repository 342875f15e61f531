import type { IncomingMessage } from 'node:http';
import { retryAfterMs } from '../http/headers.ts';
import { createBodyBytes, watchInformational } from '../http/response-limits.ts';
import type { HttpClient } from './agent.ts';
import { MAX_ERROR_BODY_BYTES, responseTooLarge } from './export-failure.ts';

/** The response of a receiver. */
export interface HttpResponse {
  readonly status: number;
  readonly statusText: string;
  /** Retry-After of an error response (status 400 or above); 0 if absent. */
  readonly retryAfterMs: number;
  /** The Date header. */
  readonly date: string | undefined;
  /** Incomplete if the connection was lost. For a status above 299, limited to `MAX_ERROR_BODY_BYTES`. */
  readonly body: Buffer;
}

export interface Post {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Called with the size of the body once all of it has been handed to the operating system. */
  readonly onSent?: ((bytes: number) => void) | undefined;
}

const MAX_RESPONSE_BYTES = 64 * 1024;
/** Caps Retry-After: a longer gap in the metrics looks like a stopped task. */
const MAX_RETRY_AFTER_MS = 300_000;

/**
 * Sends one request. Does not follow redirects. Rejects with the connection's error, or with the signal's reason once the signal
 * aborts. If the head of an error response has arrived by then, it resolves with that response instead.
 *
 * The outcome depends on the head alone: a connection lost during the body does not change it. Node.js closes a connection after
 * a response with status 101 without reporting it, so such a request ends only when the signal aborts.
 */
export function post(
  client: HttpClient,
  { url, headers, body, onSent }: Post,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpResponse>();
  const request = client.request(url, {
    method: 'POST',
    agent: client.agent,
    // Explicit, because `headers` may contain an old length, or `expect`, with which Node.js would use chunked encoding.
    headers: { ...headers, 'content-length': body.byteLength },
  });
  let errorResponse: (() => HttpResponse) | undefined;
  let hasHead = false;

  const fail = (error: unknown): void => {
    reject(error);
    client.abort(request);
  };
  const onAbort = (): void => {
    if (errorResponse !== undefined) resolve(errorResponse());
    fail(signal.reason);
  };
  signal.addEventListener('abort', onAbort, { once: true });

  watchInformational(request, () => fail(responseTooLarge()));
  request.on('finish', () => onSent?.(body.byteLength));
  request.on('error', (error) => {
    if (!hasHead) reject(error);
  });
  request.on('response', (response) => {
    hasHead = true;
    const { statusCode: status = 0 } = response;
    const isAccepted = status < 300;
    const received = createBodyBytes(isAccepted ? MAX_RESPONSE_BYTES : MAX_ERROR_BODY_BYTES);
    const result = (): HttpResponse => httpResponse(response, received.content());
    if (!isAccepted) errorResponse = result;
    response.on('data', (chunk: Buffer) => {
      if (received.add(chunk)) return;
      if (!isAccepted) resolve(result());
      // An error response has already resolved, so this only closes its connection.
      fail(responseTooLarge());
    });
    // `close` follows.
    response.on('error', () => {});
    response.on('close', () => {
      resolve(result());
      // A receiver that responds before it has read the request may never read the rest.
      if (!request.writableFinished) client.abort(request);
    });
  });
  request.end(body);
  return promise.finally(() => signal.removeEventListener('abort', onAbort));
}

function httpResponse(
  { statusCode: status = 0, statusMessage = '', headers }: IncomingMessage,
  body: Buffer,
): HttpResponse {
  const waitMs = status < 400 ? 0 : retryAfterMs(headers['retry-after'], Date.now());
  return {
    status,
    statusText: statusMessage,
    retryAfterMs: Math.min(waitMs, MAX_RETRY_AFTER_MS),
    date: headers.date,
    body,
  };
}
