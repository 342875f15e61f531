/// <reference path="./aws4.d.ts" />
import aws4 from 'aws4';
import type { Credentials } from './credentials.ts';

/** A request to sign. */
export interface UnsignedRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** The headers to sign, with names in lower case; `host` is required. */
  readonly headers: Readonly<Record<string, string>>;
  /** As sent, after any compression. */
  readonly body: Uint8Array;
}

export interface SigningScope {
  readonly region: string;
  readonly service: string;
}

/**
 * Signs a request with Signature Version 4. Returns the headers to add to it, with names in lower case.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function sign(
  { method, path, headers, body }: UnsignedRequest,
  { region, service }: SigningScope,
  { accessKeyId, secretAccessKey, sessionToken }: Credentials,
  time: Date,
): Readonly<Record<string, string>> {
  const added = {
    'x-amz-date': time.toISOString().replace(/[:-]|\.\d{3}/g, ''),
    ...(sessionToken !== undefined && { 'x-amz-security-token': sessionToken }),
  };
  const signed = aws4.sign(
    {
      method,
      path,
      headers: { ...headers, ...added },
      // For an empty array, aws4 would add and sign a content type.
      body: body.length === 0 ? '' : body,
      region,
      service,
      // The hash covers the body, and a proxy may change its framing.
      extraHeadersToIgnore: { 'content-length': true },
    },
    { accessKeyId, secretAccessKey },
  );
  const { Authorization: authorization } = signed.headers;
  if (authorization === undefined) throw new Error('aws4 returned no Authorization header');
  return { ...added, authorization };
}
