/** Why an export failed. Stable: operators see these in logs. */
export const EXPORT_FAILURE_REASONS = [
  'unreachable',
  'timeout',
  'reset',
  'tls',
  'throttled',
  'client_error',
  'server_error',
  'redirect',
  'other',
] as const;

export type ExportFailureReason = (typeof EXPORT_FAILURE_REASONS)[number];

/**
 * A failed export. Match on `reason`; the message is one line for people, and says what to check.
 *
 * It has no cause: the errors of the transport carry the answer's body, raw packets or whole certificates. Nor does the
 * message hold anything of an answer but its status: some receivers send back the header that they refuse.
 */
export class ExportError extends Error {
  override readonly name = 'ExportError';
  readonly reason: ExportFailureReason;

  constructor(reason: ExportFailureReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** The error for an export that was given up. */
export function timedOut(timeoutMs: number | undefined): ExportError {
  const after = timeoutMs === undefined ? '' : ` after ${Math.round(timeoutMs)} ms`;
  return new ExportError(
    'timeout',
    `timed out${after}: check the load of the receiver, and for firewalls or security groups that drop packets`,
  );
}
