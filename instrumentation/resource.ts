import { defaultResource, type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import type { SeriesAttributes } from './metric-definition.ts';

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

/** UUID version 4. Math.random() suffices, and node:crypto would take several MB of memory. */
function randomUuid(): string {
  return 'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replaceAll('x', () => Math.floor(Math.random() * 16).toString(16));
}
