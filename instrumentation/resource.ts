import { defaultResource, type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import type { SeriesAttributes } from './metric-definition.ts';

export interface ServiceOptions {
  readonly serviceName: string;
  /** True when the user gave the name: it wins over everything then. */
  readonly isServiceNameGiven: boolean;
  readonly serviceVersion: string;
  /** OTEL_RESOURCE_ATTRIBUTES: wins over what is detected. */
  readonly resourceAttributes: SeriesAttributes;
}

/**
 * Builds the resource from the identity known at the moment; the same object as long as the identity is the same.
 *
 * Until the identity brings its own, `service.instance.id` is random: without one, all the tasks of a fleet that cannot
 * read their metadata would write to one series.
 */
export function createResourceBuilder(options: ServiceOptions): (identity: SeriesAttributes) => Resource {
  const randomId = randomUuid();
  const built = new WeakMap<SeriesAttributes, Resource>();
  return (identity) => {
    const resource = built.get(identity) ?? build(options, randomId, identity);
    built.set(identity, resource);
    return resource;
  };
}

function build(options: ServiceOptions, randomId: string, identity: SeriesAttributes): Resource {
  const { serviceName, serviceVersion, resourceAttributes, isServiceNameGiven } = options;
  return defaultResource().merge(
    resourceFromAttributes({
      'service.name': serviceName,
      'service.version': serviceVersion,
      'service.instance.id': identity['service.instance.id'] ?? randomId,
      ...identity,
      ...resourceAttributes,
      ...(isServiceNameGiven && { 'service.name': serviceName }),
    }),
  );
}

/** UUID version 4. It needs no secure randomness, so it does not load node:crypto, which takes some MB. */
function randomUuid(): string {
  return 'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replaceAll('x', () => Math.floor(Math.random() * 16).toString(16));
}
