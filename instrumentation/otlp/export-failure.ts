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
  if (!(error instanceof Error)) return new ExportError('other', 'failed with an unknown error');
  const code = stringMember(error, 'code');
  return code === undefined ? uncodedError(error) : codedError(code, error);
}

/** For a response body, or a series of 1xx responses, longer than any OTLP receiver sends. */
export function responseTooLarge(): ExportError {
  return new ExportError('other', `the response of the receiver is too large: ${WRONG_SERVICE}`);
}

const UNWELL = 'the receiver or a proxy in front of it cannot accept exports; if this persists, check its log';
const REFUSED_CREDENTIALS =
  'the receiver rejects the credentials: check OTEL_EXPORTER_OTLP_HEADERS (for AWS, check the URL and OTLP_AUTH)';
const WRONG_PATH =
  'check the path of the endpoint: receivers expect metrics at /v1/metrics, and only OTEL_EXPORTER_OTLP_METRICS_ENDPOINT must include it';
const WRONG_SERVICE = 'check that the endpoint is an OTLP/HTTP receiver';
const TOO_LARGE =
  'the request is too large for the receiver: the next export sends half as many points per request; raise the limit of the receiver, or set OTLP_MAX_POINTS or OTEL_EXPORTER_OTLP_COMPRESSION=gzip';
const OUT_OF_ORDER =
  'Prometheus rejects an export with points older than its newest: set storage.tsdb.out_of_order_time_window in its configuration, for example to 10m';

const PROXY_CREDENTIALS =
  'the proxy requires a user name and a password: put them in its address, http://user:password@host:port';
const WRONG_FORMAT =
  'the receiver does not accept this protocol: switch OTEL_EXPORTER_OTLP_PROTOCOL between http/protobuf and http/json';
const WRONG_COMPRESSION =
  'the receiver does not accept gzip or this protocol: first set OTEL_EXPORTER_OTLP_COMPRESSION=none, then switch OTEL_EXPORTER_OTLP_PROTOCOL between http/protobuf and http/json';

const STATUS_HINTS: Readonly<Record<number, string>> = {
  400: `the receiver rejects the request: check its log, and ${WRONG_SERVICE}`,
  401: REFUSED_CREDENTIALS,
  403: REFUSED_CREDENTIALS,
  404: WRONG_PATH,
  405: WRONG_PATH,
  407: PROXY_CREDENTIALS,
  415: WRONG_FORMAT,
  429: 'raise the limit of the receiver, or OTEL_METRIC_EXPORT_INTERVAL',
};

/** Maximum bytes of a body that are searched for known error messages. */
export const MAX_ERROR_BODY_BYTES = 1000;

/** Error messages of the Prometheus storage. */
const OUT_OF_ORDER_MESSAGES = /out of order sample|out of bounds|too old sample/i;

/** Whether the receiver rejects the size of the request: status 413, or 400 from some Go servers. */
export function isTooLargeResponse({ status, body }: Pick<ErrorResponse, 'status' | 'body'>): boolean {
  return status === 413 || (status === 400 && /body too large/i.test(textOf(body)));
}

function textOf(body: Uint8Array): string {
  return new TextDecoder().decode(body.subarray(0, MAX_ERROR_BODY_BYTES));
}

export interface SentRequest {
  readonly isCompressed?: boolean;
  /** See `Authorizer`. */
  readonly rejectionHint?: string | undefined;
}

export function errorOfResponse(
  { status, statusText, body }: ErrorResponse,
  { isCompressed = false, rejectionHint }: SentRequest = {},
): ExportError {
  const phrase = STATUS_CODES[status] ?? '';
  // A non-standard phrase may contain the rejected header.
  const isStandard = statusText.toLowerCase() === phrase.toLowerCase();
  const summary = isStandard ? `HTTP ${status} ${phrase}`.trimEnd() : `HTTP ${status}`;
  const start = textOf(body);
  const tls = status >= 400 && status < 500 ? responseTlsFailure(start) : undefined;
  if (tls !== undefined) return new ExportError('tls', `${summary}: ${tls}`);
  if (isTooLargeResponse({ status, body })) return new ExportError('client_error', `${summary}: ${TOO_LARGE}`);
  if (status === 400 && OUT_OF_ORDER_MESSAGES.test(start))
    return new ExportError('client_error', `${summary}: ${OUT_OF_ORDER}`);
  if (status >= 300 && status < 400) {
    return new ExportError('redirect', `${summary}: redirects are not followed; set the endpoint to its final address`);
  }
  if (status >= 500) return new ExportError('server_error', `${summary}: ${UNWELL}`);
  const reason = status === 429 ? 'throttled' : status >= 400 ? 'client_error' : 'other';
  const unauthorizedHint = status === 401 || status === 403 ? rejectionHint : undefined;
  const compressionHint = status === 415 && isCompressed ? WRONG_COMPRESSION : undefined;
  const hint = unauthorizedHint ?? compressionHint ?? STATUS_HINTS[status] ?? WRONG_SERVICE;
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
      `the receiver closed the connection without a response (${code}): if this persists, it may require TLS (https://), reject the client certificate (OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE), or expect gRPC on this port (OTLP/HTTP usually uses 4318)`,
    );
  }
  const syscall = stringMember(error, 'syscall');
  if (syscall === 'getaddrinfo') {
    const name = sanitizeText(stringMember(error, 'hostname') ?? '');
    return new ExportError('unreachable', `cannot resolve the host ${name} (${code}): check the endpoint and DNS`);
  }
  if (UNREACHABLE.has(code) || syscall === 'connect') {
    return new ExportError(
      'unreachable',
      `cannot connect${addressesOf(error)} (${code}): check that the receiver is running, the host and port of the endpoint (OTLP/HTTP usually uses 4318), firewalls and security groups`,
    );
  }
  // https://nodejs.org/api/errors.html#err_proxy_tunnel
  if (code === 'ERR_PROXY_TUNNEL') {
    const status = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : undefined;
    const hint =
      status === 407 ? PROXY_CREDENTIALS : 'check that it can reach the receiver and that its rules allow it';
    return new ExportError('unreachable', `the proxy did not open a tunnel (${status ?? code}): ${hint}`);
  }
  if (code.startsWith('HPE_')) return notHttp(code, error);
  return new ExportError('other', `failed (${sanitizeText(code)})`);
}

/** Converts an error of the HTTP parser. The rejected packet identifies two common configuration errors. */
function notHttp(code: string, error: Error): ExportError {
  const packet = 'rawPacket' in error && error.rawPacket instanceof Uint8Array ? error.rawPacket : new Uint8Array();
  if (isTlsRecord(packet)) {
    return new ExportError('tls', `the receiver responded with TLS (${code}): use https:// in the endpoint`);
  }
  // The first frame of an HTTP/2 server, its settings, has the type 4: https://www.rfc-editor.org/rfc/rfc9113#section-6.5
  if (packet[0] === 0 && packet[3] === 4) {
    return new ExportError(
      'other',
      `the receiver accepts only HTTP/2 (${code}), so this is probably its gRPC port: use its port for OTLP/HTTP (usually 4318)`,
    );
  }
  return new ExportError('other', `the receiver sent a response that is not HTTP (${code}): ${WRONG_SERVICE}`);
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
