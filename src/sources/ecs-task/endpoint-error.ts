/**
 * The error for a response whose status is not 2xx. Each message names the address and what to check.
 *
 * @param reason as the endpoint states it, see statedReason
 *
 * The agent's statuses: tmds/server.go and tmds/handlers of https://github.com/aws/amazon-ecs-agent
 */
export function statusFailure(where: string, status: number, reason?: string): EndpointError {
  const answered = `${where} answered ${status}${reason === undefined ? '' : ` "${reason}"`}`;
  if (status === 429) {
    return new EndpointError(
      'throttled',
      `${answered} (too many requests): poll less often, and check for other readers of the metadata endpoint in this task`,
    );
  }
  if (status >= 500) return new EndpointError('server_error', `${answered}: ${TRANSIENT}`);
  if (status >= 400) {
    return new EndpointError(
      'client_error',
      `${answered}: check that the address belongs to this container, not to an earlier one`,
    );
  }
  return new EndpointError(
    'redirect',
    `${answered}: redirects are not followed, and the metadata endpoint never sends one; check the address for a proxy, another service or a double slash`,
  );
}

/** The error for a request that failed in the network, TLS or the HTTP parser. */
export function transportFailure(where: string, error: Error): EndpointError {
  const code = systemCode(error);
  if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'ECONNABORTED') {
    return new EndpointError(
      'reset',
      `${where} closed the connection before the response was complete (${code}): ${TRANSIENT}`,
      { cause: error },
    );
  }
  if (code === 'ETIMEDOUT') {
    return new EndpointError('timeout', `${where} did not answer (${code}): check for a firewall that drops packets`, {
      cause: error,
    });
  }
  if (code.startsWith('HPE_')) {
    // Without the cause: errors of the HTTP parser contain the raw packet.
    return code === 'HPE_HEADER_OVERFLOW'
      ? new EndpointError('too_large', `${where} answered with too many header bytes (${code}): ${WRONG_SERVICE}`)
      : new EndpointError('parse', `${where} answered with something that is not HTTP (${code}): ${WRONG_SERVICE}`);
  }
  return new EndpointError(
    'unreachable',
    `cannot connect to ${where} (${code}): check the address, and that this runs in an ECS task`,
    { cause: error },
  );
}

export function tooLarge(where: string, limit: string): EndpointError {
  return new EndpointError('too_large', `${where} answered with more than ${limit}: ${WRONG_SERVICE}`);
}

/** Without a cause: the message of a SyntaxError quotes the document. */
export function notJson(where: string, what: string): EndpointError {
  return new EndpointError('parse', `${where} answered with ${what} instead of JSON: ${WRONG_SERVICE}`);
}

export function deadlineExceeded(where: string, deadlineMs: number, hint: string): EndpointError {
  return new EndpointError('timeout', `no complete response from ${where} within ${deadlineMs} ms: ${hint}`);
}

export function clientClosed(where: string): EndpointError {
  return new EndpointError('reset', `${where} was not read: the exporter is shutting down`);
}

const TRANSIENT = "expected briefly while containers start; if it persists, check the ECS agent's log";
const WRONG_SERVICE = 'check that this is the address of the ECS task metadata endpoint';

function systemCode(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

/** Why a request to the metadata endpoint failed. Stable: label values of `exporter_poll_failures`. */
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
 * The only error of the metadata client. Match on `code`; the message is for people.
 *
 * Neither message nor cause contains any part of a document: the same host serves the credentials of the task role, so a
 * wrong base address must not copy a response into a log. Only the reason that an error response states is repeated (see
 * statedReason).
 */
export class EndpointError extends Error {
  override readonly name = 'EndpointError';
  readonly code: EndpointErrorCode;

  constructor(code: EndpointErrorCode, message: string, options?: { readonly cause?: Error | undefined }) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
  }
}
