import { STATUS_CODES } from 'node:http';
import { ExportError, timedOut } from '../metric-exporter.ts';
import { sanitizeText, stringMember } from '../sanitize-text.ts';
import { isTlsRecord, responseTlsFailure, tlsFailure } from './tls-failure.ts';

/** A response with a status that is not 2xx. */
export interface ErrorResponse {
  readonly status: number;
  readonly statusText: string;
  /** Searched for known error messages, and never logged. */
  readonly body: Uint8Array;
}

/** Converts the error that ended a request without a response. Returns an ExportError unchanged. */
export function exportErrorOf(error: unknown): ExportError {
  if (error instanceof ExportError) return error;
  if (!(error instanceof Error)) return new ExportError('other', 'failed without saying why');
  const code = stringMember(error, 'code');
  return code === undefined ? uncodedError(error) : codedError(code, error);
}

/** The error for a response body, or a number of informational responses, that no OTLP receiver sends. */
export function responseTooLarge(): ExportError {
  return new ExportError('other', `the receiver's answer is too large: ${WRONG_SERVICE}`);
}

const UNWELL = 'the receiver, or what stands before it, cannot take exports now: look at its log if this lasts';
const REFUSED_CREDENTIALS = 'the receiver refuses the credentials: check OTEL_EXPORTER_OTLP_HEADERS';
const WRONG_PATH =
  'the path of the endpoint is probably wrong: receivers take metrics at /v1/metrics, which only OTEL_EXPORTER_OTLP_METRICS_ENDPOINT has to name';
const WRONG_SERVICE = 'is the endpoint an OTLP/HTTP receiver?';
const TOO_LARGE =
  'the export is too large for the receiver: raise its limit, or try OTEL_EXPORTER_OTLP_COMPRESSION=gzip';
const OUT_OF_ORDER =
  'Prometheus rejects an export with points older than its newest: set storage.tsdb.out_of_order_time_window in its configuration, for example to 10m';

const PROXY_CREDENTIALS =
  'the proxy requires a user and a password: put them in its address, http://user:password@host:port';
const WRONG_FORMAT =
  'the receiver does not take this protocol: try the other one of http/protobuf and http/json in OTEL_EXPORTER_OTLP_PROTOCOL';
const WRONG_COMPRESSION =
  'the receiver does not take gzip, or not this protocol: try OTEL_EXPORTER_OTLP_COMPRESSION=none first, then the other one of http/protobuf and http/json in OTEL_EXPORTER_OTLP_PROTOCOL';

const STATUS_HINTS: Readonly<Record<number, string>> = {
  400: `the receiver does not take the request as it is, and its log may say why; ${WRONG_SERVICE}`,
  401: REFUSED_CREDENTIALS,
  403: REFUSED_CREDENTIALS,
  404: WRONG_PATH,
  405: WRONG_PATH,
  407: PROXY_CREDENTIALS,
  413: TOO_LARGE,
  415: WRONG_FORMAT,
  429: 'the receiver takes no more for now: raise its limit, or OTEL_METRIC_EXPORT_INTERVAL',
};

/** Limit for the part of a body that is searched for known error messages. */
export const MAX_REASON_BYTES = 1000;

/** Error messages of the Prometheus storage. */
const OUT_OF_ORDER_MESSAGES = /out of order sample|out of bounds|too old sample/i;

/** @param isCompressed whether the request was sent with gzip */
export function errorOfResponse({ status, statusText, body }: ErrorResponse, isCompressed = false): ExportError {
  const phrase = STATUS_CODES[status] ?? '';
  // A non-standard phrase may contain the rejected header.
  const isStandard = statusText.toLowerCase() === phrase.toLowerCase();
  const summary = isStandard ? `HTTP ${status} ${phrase}`.trimEnd() : `HTTP ${status}`;
  const start = new TextDecoder().decode(body.subarray(0, MAX_REASON_BYTES));
  const tls = status >= 400 && status < 500 ? responseTlsFailure(start) : undefined;
  if (tls !== undefined) return new ExportError('tls', `${summary}: ${tls}`);
  if (status === 400 && /body too large/i.test(start))
    return new ExportError('client_error', `${summary}: ${TOO_LARGE}`);
  if (status === 400 && OUT_OF_ORDER_MESSAGES.test(start))
    return new ExportError('client_error', `${summary}: ${OUT_OF_ORDER}`);
  if (status >= 300 && status < 400) {
    return new ExportError('redirect', `${summary}: redirects are not followed; give the endpoint's final address`);
  }
  if (status >= 500) return new ExportError('server_error', `${summary}: ${UNWELL}`);
  const reason = status === 429 ? 'throttled' : status >= 400 ? 'client_error' : 'other';
  const hint = status === 415 && isCompressed ? WRONG_COMPRESSION : (STATUS_HINTS[status] ?? WRONG_SERVICE);
  return new ExportError(reason, `${summary}: ${hint}`);
}

const RESET = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);
const UNREACHABLE = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'EADDRNOTAVAIL']);

/** Converts an error of the network, TLS or the HTTP parser. */
function codedError(code: string, error: Error): ExportError {
  const tls = tlsFailure(code, error);
  if (tls !== undefined) return new ExportError('tls', tls);
  if (code === 'ETIMEDOUT') return timedOut(undefined);
  if (RESET.has(code)) {
    return new ExportError(
      'reset',
      `the receiver closed the connection without an answer (${code}): if this lasts, it may want TLS (https://), refuse the client certificate (OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE), or speak gRPC at this port (OTLP/HTTP usually has 4318)`,
    );
  }
  const syscall = stringMember(error, 'syscall');
  if (syscall === 'getaddrinfo') {
    const name = sanitizeText(stringMember(error, 'hostname') ?? '');
    return new ExportError(
      'unreachable',
      `the host ${name} cannot be looked up (${code}): check the endpoint, and this machine's DNS`,
    );
  }
  if (UNREACHABLE.has(code) || syscall === 'connect') {
    return new ExportError(
      'unreachable',
      `cannot connect${addressesOf(error)} (${code}): does the receiver run, are host and port of the endpoint right (OTLP/HTTP usually has 4318), and do firewalls and security groups let this pass?`,
    );
  }
  // https://nodejs.org/api/errors.html#err_proxy_tunnel
  if (code === 'ERR_PROXY_TUNNEL') {
    const status = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : undefined;
    const hint = status === 407 ? PROXY_CREDENTIALS : 'can it reach the receiver, and may it?';
    return new ExportError('unreachable', `the proxy opened no tunnel (${status ?? code}): ${hint}`);
  }
  if (code.startsWith('HPE_')) return notHttp(code, error);
  return new ExportError('other', `failed (${sanitizeText(code)})`);
}

/** Converts an error of the HTTP parser. The rejected packet identifies two common configuration errors. */
function notHttp(code: string, error: Error): ExportError {
  const packet = 'rawPacket' in error && error.rawPacket instanceof Uint8Array ? error.rawPacket : new Uint8Array();
  if (isTlsRecord(packet)) {
    return new ExportError('tls', `the receiver answered with TLS (${code}): give the endpoint as https://`);
  }
  // The first frame of an HTTP/2 server, its settings, has the type 4: https://www.rfc-editor.org/rfc/rfc9113#section-6.5
  if (packet[0] === 0 && packet[3] === 4) {
    return new ExportError(
      'other',
      `the receiver speaks HTTP/2 only (${code}), so this is probably its gRPC port: give that of OTLP/HTTP (usually 4318)`,
    );
  }
  return new ExportError('other', `the receiver answered with something that is not HTTP (${code}): ${WRONG_SERVICE}`);
}

function uncodedError(error: Error): ExportError {
  return new ExportError('other', sanitizeText(error.message) || error.name);
}

/** The addresses of the failed connection attempts, for example ` to 127.0.0.1:4318`. A host can have several. */
function addressesOf(error: Error): string {
  const attempts: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
  const addresses = attempts.slice(0, 4).flatMap((attempt) => {
    if (!(attempt instanceof Error && 'port' in attempt)) return [];
    const address = stringMember(attempt, 'address');
    if (address === undefined) return [];
    return [`${address.includes(':') ? `[${address}]` : address}:${attempt.port}`];
  });
  return addresses.length === 0 ? '' : ` to ${addresses.join(' or ')}`;
}
