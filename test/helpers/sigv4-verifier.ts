/**
 * Verifies Signature Version 4 independently of the signing code, from
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import { createHash, createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface SigV4Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface SigV4Expectation {
  readonly region: string;
  readonly service: string;
  /** Returns the keys of an access key ID; undefined if it is unknown or has expired. */
  readonly keysOf: (accessKeyId: string) => SigV4Keys | undefined;
  readonly nowMs: number;
}

export interface VerifiedRequest {
  readonly method: string;
  /** As received, with the query. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const MAX_SKEW_MS = 300_000;
const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/, ]+)\/(\d{8})\/([^/, ]+)\/([^/, ]+)\/aws4_request, SignedHeaders=([^, ]+), Signature=([0-9a-f]{64})$/;

/** Returns why AWS would reject the request; undefined if it would accept it. */
export function sigV4Failure(request: VerifiedRequest, expected: SigV4Expectation): string | undefined {
  const { headers, body } = request;
  const match = AUTHORIZATION.exec(headers.authorization ?? '');
  if (match === null) return `no signature: ${headers.authorization === undefined ? 'no header' : 'malformed'}`;
  const [, accessKeyId = '', day = '', region = '', service = '', names = '', signature = ''] = match;
  if (region !== expected.region) return `signed for region ${region}`;
  if (service !== expected.service) return `signed for service ${service}`;
  const date = headers['x-amz-date'];
  const parts = typeof date === 'string' ? /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) : null;
  if (typeof date !== 'string' || parts === null || !date.startsWith(day)) return `invalid date ${String(date)}`;
  const [year = 0, month = 0, dayOfMonth = 0, hour = 0, minute = 0, second = 0] = parts.slice(1).map(Number);
  const skewMs = Date.UTC(year, month - 1, dayOfMonth, hour, minute, second) - expected.nowMs;
  if (Math.abs(skewMs) > MAX_SKEW_MS) return `the date differs by ${skewMs} ms`;
  const keys = expected.keysOf(accessKeyId);
  if (keys === undefined) return 'unknown or expired access key';
  if (headers['x-amz-security-token'] !== keys.sessionToken) return 'wrong session token';

  const signed = names.split(';');
  if (signed.join() !== [...new Set(signed)].toSorted().join()) return 'the signed headers are not sorted';
  const required = Object.keys(headers).filter((name) => name === 'content-type' || name.startsWith('x-amz-'));
  const unsigned = ['host', ...required].filter((name) => !signed.includes(name));
  if (unsigned.length > 0) return `unsigned headers: ${unsigned.join()}`;
  const absent = signed.filter((name) => typeof headers[name] !== 'string');
  if (absent.length > 0) return `signed but absent headers: ${absent.join()}`;
  const payloadHash = sha256(body);
  const declared = headers['x-amz-content-sha256'];
  if (declared !== undefined && declared !== payloadHash) return 'wrong payload hash';

  const [path = '', query = ''] = splitOnce(request.target, '?');
  const canonical = [
    request.method,
    path.split('/').map(uriEncoded).join('/'),
    canonicalQuery(query),
    ...signed.map((name) => `${name}:${String(headers[name]).trim().replace(/ +/g, ' ')}`),
    '',
    names,
    payloadHash,
  ].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', date, scope, sha256(Buffer.from(canonical))].join('\n');
  const key = [day, region, service, 'aws4_request'].reduce<string | Buffer>(
    (last, part) => createHmac('sha256', last).update(part).digest(),
    `AWS4${keys.secretAccessKey}`,
  );
  const right = createHmac('sha256', key).update(toSign).digest('hex');
  return right === signature ? undefined : 'wrong signature';
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** Encodes every byte except the unreserved characters of RFC 3986. */
function uriEncoded(text: string): string {
  return [...Buffer.from(text)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[A-Za-z0-9._~-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

function canonicalQuery(query: string): string {
  if (query === '') return '';
  const pairs = query.split('&').map((pair) => {
    const [name = '', value = ''] = splitOnce(pair, '=').map((part) => uriEncoded(decodeURIComponent(part)));
    return `${name}=${value}`;
  });
  return pairs.toSorted().join('&');
}
