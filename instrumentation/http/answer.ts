import type { IncomingMessage, ServerResponse } from 'node:http';

/** A complete response, for GET and HEAD alike. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A response with one line of plain text. */
export function line(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, contentType: 'text/plain; charset=utf-8', body: `${text}\n`, headers };
}

/** True if the headers announce a body, which no route reads. */
export function announcesBody(request: IncomingMessage): boolean {
  return request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
}

/**
 * Sends `answer`; for HEAD the same headers without the body. With `closing`, the connection ends after it. Does nothing if
 * the client has disconnected.
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
