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

/** One member of the header: `gzip;q=0.5`. A q that is no number between 0 and 1 counts as 0: when in doubt, plain text. */
function parseMember(member: string): { coding: string; quality: number } {
  const [coding = '', ...parameters] = member.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice('q='.length);
  if (weight === undefined) return { coding, quality: 1 };
  return { coding, quality: /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(weight) ? Number(weight) : 0 };
}

/**
 * Whether an `Accept-Encoding` header asks for gzip: it, its old name `x-gzip`, or `*` has a quality above 0 that is not
 * below the one given to `identity`. No header means plain; so does one that refuses both, because an answer in plain text
 * helps more than a 406.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3
 */
export function acceptsGzip(header: string | undefined): boolean {
  if (header === undefined) return false;
  const members = header.split(',').map(parseMember);
  const qualityOf = (...codings: string[]) => members.find(({ coding }) => codings.includes(coding))?.quality;
  const gzip = qualityOf('gzip', 'x-gzip') ?? qualityOf('*') ?? 0;
  const identity = qualityOf('identity') ?? 0;
  return gzip > 0 && gzip >= identity;
}
