import type { IncomingMessage, ServerResponse } from 'node:http';

/** A whole answer, before it is known to go to a GET or a HEAD. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer of one line of plain text. */
export function line(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, contentType: 'text/plain; charset=utf-8', body: `${text}\n`, headers };
}

/** True when content follows the headers. Its length does not matter: nothing here takes any. */
export function announcesBody(request: IncomingMessage): boolean {
  return request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
}

/**
 * Sends `answer`, to HEAD the same headers and no body. With `closing` the connection ends behind it, so whatever else the
 * client sends on it is never read. A client that has gone away is not an error.
 */
export function send(request: IncomingMessage, response: ServerResponse, answer: Answer, closing: boolean): void {
  if (response.destroyed) return;
  response.writeHead(answer.status, {
    'content-type': answer.contentType,
    'content-length': Buffer.byteLength(answer.body),
    'x-content-type-options': 'nosniff',
    ...answer.headers,
    ...(closing ? { connection: 'close' } : {}),
  });
  if (request.method === 'HEAD') response.end();
  else response.end(answer.body);
}
