/** Attributes that are one Prometheus label. */
export interface Label {
  /** The label's name. */
  readonly label: string;
  /** The attribute's; of several the first. */
  readonly name: string;
  readonly value: string;
}

/**
 * Attributes as labels, each label once: `a.b` and `a_b` are both `a_b`, and Prometheus refuses a page with one label
 * twice on a series. Values that meet are joined with `;`, in the order of their attributes' names.
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
