import { type Agent, type IncomingMessage, request as requestHttp } from 'node:http';
import { retryAfterMs } from '../../../instrumentation/http/headers.ts';
import { EndpointError, statusFailure, tooLarge, transportFailure } from './endpoint-error.ts';
import { MAX_REASON_BYTES, statedReason } from './stated-reason.ts';

/** Loaded where it is needed only, which is never on ECS: TLS and what it is made of take 7 MB. */
export const https = () => process.getBuiltinModule('node:https');

export interface ExchangeOptions {
  readonly agent: Agent;
  /** Ends the exchange at once; its reason is the error to report. */
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
      /** How long the server wants to be left alone, 0 when it did not say; absent where a second try is pointless. */
      readonly retryAfterMs?: number | undefined;
    };

/**
 * One GET: one request, one answer, no redirect followed. Never rejects. The connection is kept for the next exchange only
 * after a complete good answer; every other ending closes it, so that nothing of a bad answer is left to be read.
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
    const isWorthRetrying = status === 429 || status >= 500;
    const wanted = isWorthRetrying ? retryAfterMs(response.headers['retry-after'], Date.now()) : undefined;
    return { ok: false, error: statusFailure(where, status, reason), retryAfterMs: wanted };
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

/** Resolves with the head of the answer, its body unread. */
function open(target: URL, { agent, signal }: ExchangeOptions): Promise<IncomingMessage> {
  const send = target.protocol === 'https:' ? https().request : requestHttp;
  return new Promise((resolve, reject) => {
    // No compression: a gzip bomb is then just bytes that are no JSON.
    const headers = { accept: 'application/json', 'accept-encoding': 'identity' };
    const request = send(target, { agent, signal, headers });
    request.on('response', (response) => {
      request.shouldKeepAlive &&= isSuccess(response);
      resolve(response);
    });
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

/** Never rejects: of an answer that breaks off, the part that arrived is used. */
async function readReason(response: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of response) {
      const chunk: Buffer = part;
      chunks.push(chunk);
      size += chunk.length;
      if (size >= MAX_REASON_BYTES) break;
    }
  } catch {
    // The status is the failure to report.
  }
  return statedReason(Buffer.concat(chunks).subarray(0, MAX_REASON_BYTES), response.headers['content-type']);
}

/** Undefined when there is more; leaving the loop early destroys the connection. */
async function readAtMost(response: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const part of response) {
    const chunk: Buffer = part;
    size += chunk.length;
    if (size > maxBytes) {
      return undefined;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function failureOf(error: unknown, signal: AbortSignal, where: string): EndpointError {
  const reason: unknown = signal.reason;
  if (reason instanceof EndpointError) {
    return reason;
  }
  return transportFailure(where, error instanceof Error ? error : new Error(String(error)));
}

const MIN_JITTER_MS = 50;
const MAX_JITTER_MS = 250;

/**
 * How long to wait before the one retry, or undefined where it cannot fit any more.
 *
 * @param wantedMs what the server asked for (Retry-After), 0 for nothing
 * @param remainingMs what is left of the deadline
 * @param random a number in [0, 1): all exporters of a fleet that met one agent restart should not come back at once
 */
export function retryDelayMs(wantedMs: number, remainingMs: number, random: number): number | undefined {
  const jitterMs = MIN_JITTER_MS + random * (MAX_JITTER_MS - MIN_JITTER_MS);
  const delayMs = Math.max(jitterMs, wantedMs);
  return delayMs < remainingMs ? delayMs : undefined;
}
