export type CredentialsErrorReason =
  | 'unreachable'
  | 'forbidden_address'
  | 'timeout'
  | 'reset'
  | 'client_error'
  | 'server_error'
  | 'redirect'
  | 'invalid'
  | 'expired'
  | 'token';

/**
 * Why credentials could not be read. The message contains neither a part of a response nor the path of the endpoint, which
 * identifies the credentials. For the same reason, the error has no `cause`.
 */
export class CredentialsError extends Error {
  override readonly name = 'CredentialsError';
  readonly reason: CredentialsErrorReason;

  constructor(reason: CredentialsErrorReason, message: string) {
    super(message);
    this.reason = reason;
  }
}
