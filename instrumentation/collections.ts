import type { Resource } from '@opentelemetry/resources';
import type { Collected, CollectedScope } from './collected.ts';
import { createMeter, type Meter } from './meter.ts';
import type { MetricSet, Readings, ResourceReadings, SampleSource, SeriesAttributes } from './metric-definition.ts';
import { createOwnStarts, type OwnStarts } from './own-starts.ts';

/** Collections of a source for the exporters of a program: made on demand, once a sample for all who want the same. */
export interface Collections {
  /**
   * What the instruments of these sets show now, for each resource.
   *
   * @throws AggregateError when the SDK could not collect.
   */
  collect(sets: readonly MetricSet[]): Promise<readonly Collected[]>;
  /** Drops everything that is kept. */
  close(): Promise<void>;
}

export interface CollectionsOptions {
  readonly source: SampleSource;
  readonly resourceOf: (identity: SeriesAttributes) => Resource;
  /** The sets of each exporter: what only one of them wants is not kept for another. */
  readonly sets: readonly (readonly MetricSet[])[];
  /** When the program began, in nanoseconds since the epoch. @default now */
  readonly begunNs?: bigint;
}

/** What is kept of one resource for as long as it is there. */
interface Kept {
  readonly ownStart: OwnStarts;
  /** By scope. */
  readonly meters: Map<string, Line>;
}

/** A meter, with what it made last. */
interface Line {
  meter: Meter;
  last: Promise<unknown>;
  shared?: { readonly readings: Readings; readonly collected: Promise<CollectedScope | undefined> } | undefined;
}

export function createCollections(options: CollectionsOptions): Collections {
  const { source, resourceOf, begunNs = BigInt(Date.now()) * 1_000_000n } = options;
  const wanted = options.sets.flat().map(({ scope }) => scope);
  const isShared = (scope: string): boolean => wanted.indexOf(scope) !== wanted.lastIndexOf(scope);
  const resources = new Map<string, Kept>();

  function keptOf(key: string): Kept {
    const kept = resources.get(key) ?? { ownStart: createOwnStarts(), meters: new Map() };
    resources.set(key, kept);
    return kept;
  }

  /** In turns: the SDK gives what was observed since the collection before, so of two at once one would find nothing. */
  function collectScope(kept: Kept, set: MetricSet, readings: Readings): Promise<CollectedScope | undefined> {
    const { ownStart, meters } = kept;
    const create = (): Meter => createMeter(set, { begunNs, ownStart });
    const line = meters.get(set.scope) ?? { meter: create(), last: Promise.resolve() };
    meters.set(set.scope, line);
    if (line.shared?.readings === readings) return line.shared.collected;
    const collected = line.last.then(async () => {
      if (line.meter.isCrowded()) {
        await line.meter.close();
        line.meter = create();
      }
      return line.meter.collect(readings);
    });
    const ended = (): void => {};
    line.last = collected.then(ended, ended);
    line.shared = isShared(set.scope) ? { readings, collected } : undefined;
    return collected;
  }

  async function collectResource(
    { key, resource, readings }: ResourceReadings,
    sets: readonly MetricSet[],
  ): Promise<Collected> {
    const kept = keptOf(key);
    const scopes = await Promise.all(sets.map((set) => collectScope(kept, set, readings)));
    return { key, resource: resourceOf(resource), scopes: scopes.filter((scope) => scope !== undefined) };
  }

  async function drop(key: string, { meters }: Kept): Promise<void> {
    resources.delete(key);
    await Promise.all([...meters.values()].map(({ last, meter }) => last.then(() => meter.close())));
  }

  return {
    async collect(sets) {
      const current = source.current();
      const keys = new Set(current.map(({ key }) => key));
      for (const [key, kept] of resources) if (!keys.has(key)) void drop(key, kept);
      return Promise.all(current.map((entry) => collectResource(entry, sets)));
    },
    async close() {
      await Promise.all([...resources].map(([key, kept]) => drop(key, kept)));
    },
  };
}
