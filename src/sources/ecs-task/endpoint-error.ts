/**
 * The error for an answer whose status is not a success. Every text names the address and what an operator can check.
 *
 * @param reason stated by the endpoint, see statedReason
 *
 * The agent's statuses: tmds/server.go and tmds/handlers of https://github.com/aws/amazon-ecs-agent
 */
export function statusFailure(where: string, status: number, reason?: string): EndpointError {
  const answered = `${where} answered ${status}${reason === undefined ? '' : ` "${reason}"`}`;
  if (status === 429) {
    return new EndpointError(
      'throttled',
      `${answered} (too many requests): poll less often, or look for other readers of the metadata endpoint in this task`,
    );
  }
  if (status >= 500) {
    return new EndpointError(
      'server_error',
      `${answered}: normal for a moment while containers start; if it lasts, look at the ECS agent's log`,
    );
  }
  if (status >= 400) {
    return new EndpointError(
      'client_error',
      `${answered}: is that the address of this container, and not of an earlier one?`,
    );
  }
  return new EndpointError(
    'redirect',
    `${answered}, which is not followed: the metadata endpoint never redirects, so check the address for a proxy, another service or a double slash`,
  );
}

/** The error for a request that the network, TLS or the HTTP parser ended. */
export function transportFailure(where: string, error: Error): EndpointError {
  const code = systemCode(error);
  if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'ECONNABORTED') {
    return new EndpointError(
      'reset',
      `${where} closed the connection before its answer was complete (${code}): normal for a moment while containers start; if it lasts, look at the ECS agent's log`,
      { cause: error },
    );
  }
  if (code === 'ETIMEDOUT') {
    return new EndpointError('timeout', `${where} does not answer (${code}): does a firewall drop packets to it?`, {
      cause: error,
    });
  }
  if (code.startsWith('HPE_')) {
    // No cause: the parser's errors carry the raw packet, and with it the answer's body.
    return code === 'HPE_HEADER_OVERFLOW'
      ? new EndpointError('too_large', `${where} answered with too many header bytes (${code}): ${WRONG_SERVICE}`)
      : new EndpointError('parse', `${where} answered with something that is not HTTP (${code}): ${WRONG_SERVICE}`);
  }
  return new EndpointError(
    'unreachable',
    `${where} cannot be reached (${code}): is this running in an ECS task, and is the address right?`,
    { cause: error },
  );
}

export function tooLarge(where: string, limit: string): EndpointError {
  return new EndpointError('too_large', `${where} answered with more than ${limit}: ${WRONG_SERVICE}`);
}

/** No cause here either: the text of a SyntaxError quotes the document. */
export function notJson(where: string, what: string): EndpointError {
  return new EndpointError('parse', `${where} answered with ${what}, not with JSON: ${WRONG_SERVICE}`);
}

export function deadlineMissed(where: string, deadlineMs: number, hint: string): EndpointError {
  return new EndpointError('timeout', `${where} gave no complete answer within ${deadlineMs} ms: ${hint}`);
}

export function clientClosed(where: string): EndpointError {
  return new EndpointError('reset', `${where} was not read: the exporter is shutting down`);
}

const WRONG_SERVICE = 'is that address the ECS metadata endpoint?';

function systemCode(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

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
