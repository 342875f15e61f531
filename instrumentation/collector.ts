import type { Resource } from '@opentelemetry/resources';
import type { ResourceCollection, ScopeCollection } from './collection.ts';
import type { MetricSet, Readings, ResourceReadings, SampleSource, SeriesAttributes } from './metric-definition.ts';
import { createScopeMeter, type ScopeMeter } from './scope-meter.ts';
import { createStartTimes, type StartTimes } from './start-times.ts';

/** Collects on demand. Exporters that want the same set share one collection per sample. */
export interface Collector {
  /**
   * What the instruments of these sets show now, for each resource.
   *
   * @throws AggregateError when the SDK could not collect.
   */
  collect(sets: readonly MetricSet[]): Promise<readonly ResourceCollection[]>;
  /** Drops everything that is kept. */
  close(): Promise<void>;
}

export interface CollectorOptions {
  readonly source: SampleSource;
  readonly resourceOf: (identity: SeriesAttributes) => Resource;
  /** Metric sets of each exporter. A collection is kept only if several exporters use its set. */
  readonly sets: readonly (readonly MetricSet[])[];
  /** When the program began, in nanoseconds since the epoch. @default now */
  readonly begunNs?: bigint;
}

/** What is kept of one resource while the source has it. */
interface ResourceState {
  readonly ownStart: StartTimes;
  /** By scope. */
  readonly meters: Map<string, MeterQueue>;
}

/** A meter with its last collection. */
interface MeterQueue {
  meter: ScopeMeter;
  last: Promise<unknown>;
  shared?: { readonly readings: Readings; readonly collected: Promise<ScopeCollection | undefined> } | undefined;
}

export function createCollector(options: CollectorOptions): Collector {
  const { source, resourceOf, begunNs = BigInt(Date.now()) * 1_000_000n } = options;
  const wanted = options.sets.flat().map(({ scope }) => scope);
  const isShared = (scope: string): boolean => wanted.indexOf(scope) !== wanted.lastIndexOf(scope);
  const resources = new Map<string, ResourceState>();

  function stateOf(key: string): ResourceState {
    const state = resources.get(key) ?? { ownStart: createStartTimes(), meters: new Map() };
    resources.set(key, state);
    return state;
  }

  /** One after the other: the SDK returns what was observed since the previous collection, so a concurrent one would be empty. */
  function collectScope(
    state: ResourceState,
    set: MetricSet,
    readings: Readings,
  ): Promise<ScopeCollection | undefined> {
    const { ownStart, meters } = state;
    const create = (): ScopeMeter => createScopeMeter(set, { begunNs, ownStart });
    const queue = meters.get(set.scope) ?? { meter: create(), last: Promise.resolve() };
    meters.set(set.scope, queue);
    if (queue.shared?.readings === readings) return queue.shared.collected;
    const collected = queue.last.then(async () => {
      if (queue.meter.needsReplacement()) {
        await queue.meter.close();
        queue.meter = create();
      }
      return queue.meter.collect(readings);
    });
    const shared = isShared(set.scope) ? { readings, collected } : undefined;
    queue.shared = shared;
    queue.last = collected.then(
      () => {},
      () => {
        // The next one who asks tries again.
        if (queue.shared === shared) queue.shared = undefined;
      },
    );
    return collected;
  }

  async function collectResource(
    { key, resource, readings }: ResourceReadings,
    sets: readonly MetricSet[],
  ): Promise<ResourceCollection> {
    const state = stateOf(key);
    const scopes = await Promise.all(sets.map((set) => collectScope(state, set, readings)));
    return { key, resource: resourceOf(resource), scopes: scopes.filter((scope) => scope !== undefined) };
  }

  async function drop(key: string, { meters }: ResourceState): Promise<void> {
    resources.delete(key);
    await Promise.all([...meters.values()].map((queue) => queue.last.then(() => queue.meter.close())));
  }

  return {
    async collect(sets) {
      const current = source.current();
      const keys = new Set(current.map(({ key }) => key));
      for (const [key, state] of resources) if (!keys.has(key)) void drop(key, state);
      return Promise.all(current.map((entry) => collectResource(entry, sets)));
    },
    async close() {
      await Promise.all([...resources].map(([key, state]) => drop(key, state)));
    },
  };
}
