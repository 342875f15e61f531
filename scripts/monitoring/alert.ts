import type { Level } from '../../src/metrics/row.ts';
import { TASK_TOTAL_NAME } from '../../src/snapshot/snapshot.ts';
import { CONTAINER, type MetricNames, type RowChoice } from './metrics.ts';

export interface Alert {
  readonly name: string;
  readonly severity: 'critical' | 'warning' | 'info';
  /** How long the expression must be true. @default the alert fires at once */
  readonly for?: string;
  readonly expression: (names: MetricNames) => string;
  readonly summary: string;
  readonly description: string;
  /** A heading of docs/troubleshooting.md. */
  readonly runbook: string;
  /** Above the rule in the file. */
  readonly comment?: string;
}

export const PERCENT = '{{ $value | humanizePercentage }}';
const INSTANCE = '({{ $labels.instance }})';
export const TASK = `The task ${INSTANCE}`;
export const EXPORTER = `The exporter ${INSTANCE}`;
export const CONTAINER_NAMED = `Container {{ $labels.${CONTAINER} }} ${INSTANCE}`;

const IS_TASK = `or (not $labels.${CONTAINER}) (eq $labels.${CONTAINER} "${TASK_TOTAL_NAME}")`;
/** For expressions with series of containers and of the task. */
export const CONTAINER_OR_TASK = `{{ if ${IS_TASK} }}The task{{ else }}Container {{ $labels.${CONTAINER} }}{{ end }} ${INSTANCE}`;

/** An expression for containers and the task, whose series have one name in ecs and two in semconv. */
export function containersAndTask(
  { vocabulary, name }: MetricNames,
  expression: (metric: (row: RowChoice) => string) => string,
): string {
  const levels: readonly Level[] = vocabulary === 'ecs' ? ['container'] : ['container', 'task'];
  return levels.map((level) => expression((row) => name(row, level))).join('\nor\n');
}

/** Predicts four hours ahead from the last hour. Requires an hour of history, to ignore the growth after a start. */
export function exceedsSoon(series: string, limit: string): string {
  return `predict_linear(${series}[1h], 4 * 3600)\n  > ${limit}\n  and ${series} offset 1h`;
}
