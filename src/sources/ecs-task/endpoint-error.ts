/** Why a request for metadata failed. Stable: operators see these as the reason of `poll_failures`. */
export const ENDPOINT_ERROR_CODES = [
  'unreachable',
  'timeout',
  'reset',
  'throttled',
  'client_error',
  'server_error',
  'redirect',
  'too_large',
  'parse',
] as const;

export type EndpointErrorCode = (typeof ENDPOINT_ERROR_CODES)[number];

/**
 * The only error that the metadata client raises. Match on `code`; the message is for people, and says what to check.
 *
 * Neither the message nor the cause holds any part of a document: a base address that points at the wrong service must not
 * copy that service's answers (the same host serves the task role's credentials) into a log. The message repeats only the
 * reason that an error answer states (see statedReason).
 */
export class EndpointError extends Error {
  override readonly name = 'EndpointError';
  readonly code: EndpointErrorCode;

  constructor(code: EndpointErrorCode, message: string, options?: { readonly cause?: Error | undefined }) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
  }
}
