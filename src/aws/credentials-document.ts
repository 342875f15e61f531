import { type Credentials, isCredentialText } from './credentials.ts';
import { CredentialsError } from './credentials-error.ts';

export interface ParsedCredentials {
  readonly credentials: Credentials;
  /** Milliseconds since the epoch; undefined if the document has no expiration. */
  readonly expiresAtMs: number | undefined;
}

/** RFC 3339 also allows `t`, `z` and a space: https://www.rfc-editor.org/rfc/rfc3339#section-5.6 */
const RFC3339 = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

/**
 * Parses the response of a credentials endpoint.
 *
 * @throws CredentialsError `invalid`; its message names the member and not its value
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
 */
export function parseCredentials(body: Buffer): ParsedCredentials {
  const document = parseJson(body);
  const member = (name: string): unknown => (document instanceof Object ? Reflect.get(document, name) : undefined);
  const text = (name: string): string => {
    const value = member(name);
    if (isCredentialText(value)) return value;
    throw invalid(value === undefined || value === null ? `a document without ${name}` : `an invalid ${name}`);
  };
  const isAbsent = (name: string): boolean => [undefined, null, ''].some((absent) => member(name) === absent);
  return {
    credentials: {
      accessKeyId: text('AccessKeyId'),
      secretAccessKey: text('SecretAccessKey'),
      sessionToken: isAbsent('Token') ? undefined : text('Token'),
    },
    expiresAtMs: isAbsent('Expiration') ? undefined : timeOf(member('Expiration')),
  };
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    throw invalid('invalid JSON');
  }
}

function timeOf(value: unknown): number {
  const [, day, time, fraction = '', offset = ''] = (typeof value === 'string' && RFC3339.exec(value)) || [];
  const ms = Date.parse(`${day}T${time}${fraction.slice(0, 4)}${offset.toUpperCase()}`);
  if (Number.isNaN(ms)) throw invalid('an invalid Expiration');
  return ms;
}

function invalid(what: string): CredentialsError {
  return new CredentialsError('invalid', `the credentials endpoint returned ${what}`);
}
