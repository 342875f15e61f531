const LOAD_KINDS = [
  'pipelined-metrics',
  'pipelined-healthy',
  'pipelined-404',
  'pipelined-head',
  'unread-metrics',
  'unread-healthy',
  'unread-404',
  'unread-head',
  'silent',
  'half',
  'drip',
  'slow-reader',
  'reset',
  'churn',
] as const;
export type LoadKind = (typeof LOAD_KINDS)[number];
export function isLoadKind(kind: string): kind is LoadKind {
  return LOAD_KINDS.some((known) => known === kind);
}
