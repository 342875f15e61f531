import type { MetricDefinition } from '../metric-definition.ts';

/** Units that the specification's translation appends to the Prometheus name. */
const SUFFIXES: ReadonlyMap<string, string> = new Map([
  ['By', 'bytes'],
  ['s', 'seconds'],
  ['1', 'ratio'],
]);

/**
 * Translates an instrument name as the Collector and Prometheus' OTLP receiver do: appends the unit (`_bytes`, `_seconds`, and
 * `_ratio` for gauges), drops annotations (`{cpu}`), and appends `_total` to counters.
 *
 * @see https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#metric-metadata-1
 */
export function prometheusName({ name, unit, kind }: Omit<MetricDefinition, 'description'>): string {
  const withUnit = appendUnit(name, unit, kind === 'gauge');
  return `${withUnit.replace(/[^a-zA-Z0-9_]+/g, '_')}${kind === 'counter' ? '_total' : ''}`;
}

export function unitSuffix(unit: string, isGauge: boolean): string | undefined {
  return unit === '1' && !isGauge ? undefined : SUFFIXES.get(unit);
}

export function appendUnit(name: string, unit: string, isGauge: boolean): string {
  const suffix = unitSuffix(unit, isGauge);
  return suffix === undefined || name.endsWith(suffix) ? name : `${name}_${suffix}`;
}

/** A Prometheus label made of one or more attributes. */
export interface Label {
  readonly label: string;
  /** The attribute's name; of several attributes, the first in sort order. */
  readonly name: string;
  readonly value: string;
}

/**
 * Converts attributes to labels. Attributes with the same label, like `a.b` and `a_b`, are joined: their values are separated
 * by `;`, in the order of the attributes' names. Prometheus rejects a page with a repeated label.
 *
 * @see https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#metric-attributes
 */
export function joinByLabelName(attributes: Iterable<readonly [name: string, value: string]>): readonly Label[] {
  return [...Map.groupBy(attributes, ([name]) => labelName(name))].map(([label, group]) => {
    const sorted = group.sort(([a], [b]) => (a < b ? -1 : 1));
    return { label, name: sorted[0]?.[0] ?? label, value: sorted.map(([, value]) => value).join(';') };
  });
}

function labelName(name: string): string {
  const label = name.replace(/[^a-zA-Z0-9_]/g, '_').replace(/_{2,}/g, '_');
  return /^\d/.test(label) ? `key_${label}` : label;
}
