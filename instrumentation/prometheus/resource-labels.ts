import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { joinByLabelName } from './label-names.ts';

/**
 * A resource whose attribute names are Prometheus label names, each one once. The SDK's serializer would let a name
 * through that begins with a digit, and print two of `a.b` and `a_b` as one label twice: Prometheus refuses the whole
 * page for either, and OTEL_RESOURCE_ATTRIBUTES may bring both.
 */
export function withLabelNames(resource: Resource): Resource {
  const texts = Object.entries(resource.attributes).map(
    ([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)] as const,
  );
  return resourceFromAttributes(Object.fromEntries(joinByLabelName(texts).map(({ label, value }) => [label, value])));
}
