/** What each connection of a hostile load does. */
export const LOAD_KINDS = [
  /** Sends requests without end and reads the responses. */
  'pipelined-metrics',
  'pipelined-healthy',
  'pipelined-404',
  'pipelined-head',
  /** Sends requests without end and reads nothing. */
  'unread-metrics',
  'unread-healthy',
  'unread-404',
  'unread-head',
  /** Sends nothing. */
  'silent',
  /** Sends half a request. */
  'half',
  /** Sends a byte per second. */
  'drip',
  /** Reads a byte per second. */
  'slow-reader',
  /** Sends part of a request and resets the connection. */
  'reset',
  /** Connects and resets the connection. */
  'churn',
] as const;
export type LoadKind = (typeof LOAD_KINDS)[number];

export function isLoadKind(kind: string): kind is LoadKind {
  return LOAD_KINDS.some((known) => known === kind);
}
