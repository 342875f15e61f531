import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';

/**
 * A resource whose attribute names are Prometheus label names, each one once. The SDK's serializer would let a name
 * through that begins with a digit, and print two of `a.b` and `a_b` as one label twice: Prometheus refuses the whole
 * page for either, and OTEL_RESOURCE_ATTRIBUTES may bring both. Values that meet are joined with `;`, in the order of
 * their attributes' names, as the specification says.
 *
 * @see https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#metric-attributes
 */
export function withLabelNames(resource: Resource): Resource {
  const named = Object.entries(resource.attributes).map(([name, value]) => ({ name, label: labelName(name), value }));
  const byLabel = Map.groupBy(named, ({ label }) => label);
  const labels = [...byLabel].map(([label, attributes]) => {
    const values = attributes
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ value }) => (typeof value === 'string' ? value : JSON.stringify(value)));
    return [label, values.join(';')] as const;
  });
  return resourceFromAttributes(Object.fromEntries(labels));
}

function labelName(name: string): string {
  const label = name.replace(/[^a-zA-Z0-9_]/g, '_').replace(/_{2,}/g, '_');
  return /^\d/.test(label) ? `key_${label}` : label;
}
