import { defaultResource, type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import type { SeriesAttributes } from './metric-definition.ts';
import type { MetricExporter } from './metric-exporter.ts';

export interface ServiceOptions {
  readonly serviceName: string;
  /** True if the user configured the name: it then overrides all other sources. */
  readonly isServiceNameGiven: boolean;
  readonly serviceVersion: string;
  /** OTEL_RESOURCE_ATTRIBUTES: overrides detected attributes. */
  readonly resourceAttributes: SeriesAttributes;
}

/**
 * Returns a function that builds the resource of an identity: the same resource for the same object.
 *
 * If the identity has no `service.instance.id`, a random one is used. Without it, all tasks whose metadata cannot be read would
 * write to the same series.
 */
export function createResourceBuilder(options: ServiceOptions): (identity: SeriesAttributes) => Resource {
  const randomId = randomUuid();
  const resources = new WeakMap<SeriesAttributes, Resource>();
  return (identity) => {
    const resource = resources.get(identity) ?? build(options, randomId, identity);
    resources.set(identity, resource);
    return resource;
  };
}

function build(options: ServiceOptions, randomId: string, identity: SeriesAttributes): Resource {
  const { serviceName, serviceVersion, resourceAttributes, isServiceNameGiven } = options;
  return defaultResource().merge(
    resourceFromAttributes({
      'service.name': serviceName,
      'service.version': serviceVersion,
      'service.instance.id': randomId,
      ...identity,
      ...resourceAttributes,
      ...(isServiceNameGiven && { 'service.name': serviceName }),
    }),
  );
}

/** Returns the exported part of a resource: the same object for the same resource. */
export type ResourceFilter = (resource: Resource) => Resource;

/**
 * Always exported: OpenTelemetry requires `service.name`, and without `service.instance.id` the tasks of a service
 * would write to the same series.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/resource/#service
 */
const REQUIRED_ATTRIBUTES: ReadonlySet<string> = new Set(['service.name', 'service.instance.id']);

export function createResourceFilter(isExported: (name: string) => boolean): ResourceFilter {
  const filtered = new WeakMap<Resource, Resource>();
  return (resource) => {
    let result = filtered.get(resource);
    if (result === undefined) {
      const { attributes } = resource;
      const kept = Object.entries(attributes).filter(([name]) => REQUIRED_ATTRIBUTES.has(name) || isExported(name));
      result = resourceFromAttributes(Object.fromEntries(kept));
      filtered.set(resource, result);
    }
    return result;
  };
}

/** Wraps an exporter so that it sends only the exported part of each resource. */
export function withResourceFilter(exporter: MetricExporter, filter: ResourceFilter): MetricExporter {
  return {
    ...exporter,
    export: (metrics, signal) =>
      exporter.export(
        metrics.map((one) => ({ ...one, resource: filter(one.resource) })),
        signal,
      ),
  };
}

/** UUID version 4. Math.random() suffices, and node:crypto would take several MB of memory. */
function randomUuid(): string {
  return 'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replaceAll('x', () => Math.floor(Math.random() * 16).toString(16));
}
