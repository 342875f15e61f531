/** AWS credentials. Every member is secret. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Present for temporary credentials. */
  readonly sessionToken?: string | undefined;
}

/**
 * Returns credentials that have not expired. Rejects with an AuthorizationError.
 *
 * @param nowMs milliseconds since the epoch, by the receiver's clock
 */
export type CredentialsProvider = (nowMs: number) => Promise<Credentials>;

/** An endpoint for container credentials. https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html */
export interface CredentialsEndpoint {
  /** The path identifies the role's credentials, so it is a secret. */
  readonly url: URL;
  /** File with the Authorization header; read for each request. */
  readonly tokenFile?: string | undefined;
  /** The Authorization header. */
  readonly token?: string | undefined;
}

export type CredentialsSource = { readonly keys: Credentials } | { readonly endpoint: CredentialsEndpoint };

/** The secret texts of a source. Of the path, the last part identifies the credentials. */
export function secretTexts(source: CredentialsSource): readonly string[] {
  const texts =
    'keys' in source
      ? [source.keys.accessKeyId, source.keys.secretAccessKey, source.keys.sessionToken]
      : [source.endpoint.url.pathname.split('/').at(-1), source.endpoint.url.search, source.endpoint.token];
  return texts.filter((text) => text !== undefined);
}

/** Printable ASCII without spaces: safe in a header. */
export function isCredentialText(text: unknown): text is string {
  return typeof text === 'string' && /^[\x21-\x7e]+$/.test(text);
}

/** A value of a header: printable ASCII on one line. */
export function isHeaderText(text: string): boolean {
  return /^[\x20-\x7e]+$/.test(text);
}
