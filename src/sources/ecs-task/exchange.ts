import { type Agent, type IncomingMessage, request as requestHttp } from 'node:http';
import { retryAfterMs } from '../../../instrumentation/http/headers.ts';
import { createBodyBytes, watchInformational } from '../../../instrumentation/http/response-limits.ts';
import { EndpointError, statusFailure, tooLarge, transportFailure } from './endpoint-error.ts';
import { MAX_REASON_BYTES, statedReason } from './stated-reason.ts';

/** Loaded on demand: TLS takes 7 MB, and the endpoint of ECS is plain HTTP. */
export const https = () => process.getBuiltinModule('node:https');

export interface ExchangeOptions {
  readonly agent: Agent;
  /** Aborts the exchange; its reason is the error to report. */
  readonly signal: AbortSignal;
  readonly maxBytes: number;
  /** The address in messages. */
  readonly where: string;
}

export type Outcome =
  | { readonly ok: true; readonly body: Buffer }
  | {
      readonly ok: false;
      readonly error: EndpointError;
      /** Delay that the server requested, 0 if it did not; undefined if a retry is pointless. */
      readonly retryAfterMs?: number | undefined;
    };

/**
 * One GET request, without redirects. Never rejects. The connection is reused only after a complete response with status
 * 2xx, so that the rest of one response is never read as the next.
 */
export async function exchange(target: URL, options: ExchangeOptions): Promise<Outcome> {
  const { signal, where, maxBytes } = options;
  let response: IncomingMessage;
  try {
    response = await open(target, options);
  } catch (error) {
    const failure = failureOf(error, signal, where);
    return { ok: false, error: failure, retryAfterMs: failure.code === 'reset' && !signal.aborted ? 0 : undefined };
  }
  if (!isSuccess(response)) {
    const status = response.statusCode ?? 0;
    const reason = status < 400 ? undefined : await readReason(response);
    response.destroy();
    const isRetryable = status === 429 || status >= 500;
    const waitMs = isRetryable ? retryAfterMs(response.headers['retry-after'], Date.now()) : undefined;
    return { ok: false, error: statusFailure(where, status, reason), retryAfterMs: waitMs };
  }
  if (Number(response.headers['content-length'] ?? 0) > maxBytes) {
    response.destroy();
    return { ok: false, error: tooLarge(where, `${maxBytes} bytes`) };
  }
  try {
    const body = await readAtMost(response, maxBytes);
    return body === undefined ? { ok: false, error: tooLarge(where, `${maxBytes} bytes`) } : { ok: true, body };
  } catch (error) {
    return { ok: false, error: failureOf(error, signal, where) };
  }
}

/** Resolves with the head of the response; its body is unread. */
function open(target: URL, { agent, signal, where }: ExchangeOptions): Promise<IncomingMessage> {
  const send = target.protocol === 'https:' ? https().request : requestHttp;
  return new Promise((resolve, reject) => {
    // Compression is declined, so a gzip bomb is just invalid JSON.
    const headers = { accept: 'application/json', 'accept-encoding': 'identity' };
    const request = send(target, { agent, signal, headers });
    request.on('response', (response) => {
      request.shouldKeepAlive &&= isSuccess(response);
      resolve(response);
    });
    watchInformational(request, () => request.destroy(tooLarge(where, 'a hundred informational responses')));
    request.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve(response);
    });
    request.on('error', reject);
    request.end();
  });
}

function isSuccess({ statusCode = 0 }: IncomingMessage): boolean {
  return statusCode >= 200 && statusCode <= 299;
}

/** Uses the part that arrived if the response is truncated. Never rejects. */
async function readReason(response: IncomingMessage): Promise<string | undefined> {
  const received = createBodyBytes(MAX_REASON_BYTES);
  try {
    for await (const chunk of chunksOf(response)) if (!received.add(chunk)) break;
  } catch {
    // The caller reports the status.
  }
  return statedReason(received.content(), response.headers['content-type']);
}

/** Undefined for a larger body; leaving the loop early destroys the connection. */
async function readAtMost(response: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  const received = createBodyBytes(maxBytes);
  for await (const chunk of chunksOf(response)) if (!received.add(chunk)) return undefined;
  return received.content();
}

function chunksOf(response: IncomingMessage): AsyncIterable<Buffer> {
  return response;
}

function failureOf(error: unknown, signal: AbortSignal, where: string): EndpointError {
  const reason: unknown = signal.reason;
  if (reason instanceof EndpointError) return reason;
  if (error instanceof EndpointError) return error;
  return transportFailure(where, error instanceof Error ? error : new Error(String(error)));
}
