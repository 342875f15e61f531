import type { Resource } from '@opentelemetry/resources';
import type { ResourceCollection, ScopeCollection } from './collection.ts';
import type { MetricSet, Readings, ResourceReadings, SampleSource, SeriesAttributes } from './metric-definition.ts';
import { createScopeMeter, createStartTimes, type ScopeMeter, type StartTimeOf } from './scope-meter.ts';

/** Collects metrics on demand. Exporters that use the same set share one collection per sample. */
export interface Collector {
  /**
   * Collects the current readings of these sets, for each resource.
   *
   * @throws AggregateError if the SDK cannot collect
   */
  collect(sets: readonly MetricSet[]): Promise<readonly ResourceCollection[]>;
}

export interface CollectorOptions {
  readonly source: SampleSource;
  readonly resourceOf: (identity: SeriesAttributes) => Resource;
  /** The metric sets of each exporter. A collection is cached only if several exporters use its set. */
  readonly sets: readonly (readonly MetricSet[])[];
  /** Start of the program, in nanoseconds since the epoch. @default now */
  readonly programStartNs?: bigint;
}

/** State of one resource, dropped when the source no longer lists the resource. */
interface ResourceState {
  readonly startTimeOf: StartTimeOf;
  /** By scope. */
  readonly meters: Map<string, MeterQueue>;
}

/** A meter and the collections that wait for it. */
interface MeterQueue {
  meter: ScopeMeter;
  /** Settles when the last queued collection has ended. */
  last: Promise<unknown>;
  shared?: { readonly readings: Readings; readonly collected: Promise<ScopeCollection | undefined> } | undefined;
}

export function createCollector(options: CollectorOptions): Collector {
  const { source, resourceOf, programStartNs = BigInt(Date.now()) * 1_000_000n } = options;
  const scopes = options.sets.flat().map(({ scope }) => scope);
  const isShared = (scope: string): boolean => scopes.indexOf(scope) !== scopes.lastIndexOf(scope);
  const resources = new Map<string, ResourceState>();

  function stateOf(key: string): ResourceState {
    const state = resources.get(key) ?? { startTimeOf: createStartTimes(), meters: new Map() };
    resources.set(key, state);
    return state;
  }

  /** Collections of a meter are queued: the SDK returns what changed since the previous one, so a concurrent one would be empty. */
  function collectScope(
    state: ResourceState,
    set: MetricSet,
    readings: Readings,
  ): Promise<ScopeCollection | undefined> {
    const { startTimeOf, meters } = state;
    const create = (): ScopeMeter => createScopeMeter(set, { programStartNs, startTimeOf });
    const queue = meters.get(set.scope) ?? { meter: create(), last: Promise.resolve() };
    meters.set(set.scope, queue);
    if (queue.shared?.readings === readings) return queue.shared.collected;
    const collected = queue.last.then(() => {
      if (queue.meter.needsReplacement()) queue.meter = create();
      return queue.meter.collect(readings);
    });
    queue.shared = isShared(set.scope) ? { readings, collected } : undefined;
    queue.last = collected.then(
      () => {},
      () => {
        // A failed collection is not cached: the next call collects again.
        queue.shared = undefined;
      },
    );
    return collected;
  }

  async function collectResource(
    { key, resource, readings }: ResourceReadings,
    sets: readonly MetricSet[],
  ): Promise<ResourceCollection> {
    const state = stateOf(key);
    const collected = await Promise.all(sets.map((set) => collectScope(state, set, readings)));
    return { key, resource: resourceOf(resource), scopes: collected.filter((scope) => scope !== undefined) };
  }

  return {
    async collect(sets) {
      const current = source.current();
      const keys = new Set(current.map(({ key }) => key));
      for (const key of resources.keys()) if (!keys.has(key)) resources.delete(key);
      return Promise.all(current.map((entry) => collectResource(entry, sets)));
    },
  };
}
