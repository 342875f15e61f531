import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { type Collector, createCollector } from '../../../instrumentation/collector.ts';
import { createExportLoop, type ExportLoop } from '../../../instrumentation/export-loop.ts';
import type {
  MetricDefinition,
  MetricSet,
  Reading,
  ReadingSource,
  Readings,
  ResourceReadings,
  SampleSource,
  SeriesAttributes,
} from '../../../instrumentation/metric-definition.ts';
import type { MetricExporter, Outcome } from '../../../instrumentation/metric-exporter.ts';
import { createPages, type Pages, type PagesOptions } from '../../../instrumentation/prometheus/pages.ts';
import { createResourceBuilder } from '../../../instrumentation/resource.ts';

// Metrics unrelated to ECS.
export const TEMPERATURE: MetricDefinition = {
  name: 'room.temperature',
  kind: 'gauge',
  unit: 'Cel',
  description: 'Temperature.',
};
export const ENERGY: MetricDefinition = {
  name: 'room.energy',
  kind: 'counter',
  unit: 'J',
  description: 'Heat.',
};
export const PEOPLE: MetricDefinition = {
  name: 'room.people',
  kind: 'updowncounter',
  unit: '{person}',
  description: 'People in the room.',
};

export const ROOMS: MetricSet = { scope: 'test/rooms', version: '1.0.0', metrics: [TEMPERATURE, ENERGY, PEOPLE] };

export const HUMIDITY: MetricDefinition = {
  name: 'garden.humidity',
  kind: 'gauge',
  unit: '1',
  description: 'Relative humidity.',
};
export const GARDEN: MetricSet = { scope: 'test/garden', version: '2.0.0', metrics: [HUMIDITY] };

/** A source with one resource, the house, unless others are added. */
export interface FakeSource extends SampleSource {
  /** Replaces the readings of the house. */
  show(rooms: readonly Reading[], garden?: readonly Reading[]): void;
  /** Attributes of the house's resource. */
  identity: SeriesAttributes;
  /** Other resources. */
  others: readonly ResourceReadings[];
  /** Number of calls of `current`. */
  readonly reads: number;
  /** The readings of the house, for instruments on another MeterProvider. */
  readonly houseReadings: ReadingSource;
}

export function readingsOf(rooms: readonly Reading[], garden: readonly Reading[] = []): Readings {
  return {
    byScope: new Map([
      [ROOMS.scope, rooms],
      [GARDEN.scope, garden],
    ]),
  };
}

export function fakeSource(): FakeSource {
  let reads = 0;
  let readings: Readings = { byScope: new Map() };
  let identity: SeriesAttributes = Object.freeze({});
  let others: readonly ResourceReadings[] = [];
  let list: readonly ResourceReadings[] | undefined;
  return {
    current() {
      reads += 1;
      list ??= [{ key: 'house', resource: identity, readings }, ...others];
      return list;
    },
    show(rooms, garden) {
      readings = readingsOf(rooms, garden);
      list = undefined;
    },
    get identity() {
      return identity;
    },
    set identity(attributes) {
      identity = attributes;
      list = undefined;
    },
    get others() {
      return others;
    },
    set others(resources) {
      others = resources;
      list = undefined;
    },
    get reads() {
      return reads;
    },
    houseReadings: { current: () => readings, resource: () => identity },
  };
}

/** Returns a function that returns the attributes of a room: the same object for the same name, as from a real source. */
export function createRooms(): (name: string) => SeriesAttributes {
  const known = new Map<string, SeriesAttributes>();
  return (name) => {
    const attributes = known.get(name) ?? Object.freeze({ room: name });
    known.set(name, attributes);
    return attributes;
  };
}

export function collectorOf(source: SampleSource, ...sets: readonly (readonly MetricSet[])[]): Collector {
  const resourceOf = createResourceBuilder({
    serviceName: 'test',
    isServiceNameGiven: false,
    serviceVersion: '0',
    resourceAttributes: {},
  });
  return createCollector({ source, sets, resourceOf });
}

/** The Prometheus pages of a source. */
export function pagesOf(
  source: SampleSource,
  sets: readonly MetricSet[] = [ROOMS],
  options: Pick<PagesOptions, 'isResourceLabel' | 'filter' | 'alternative'> = {},
): { readonly page: Pages; readonly collector: Collector } {
  const collector = collectorOf(source, sets);
  return { page: createPages({ source, collector, sets, ...options }), collector };
}

/** An exporter that records its exports. */
export function memoryExporter(
  temporality: MetricExporter['temporality'] = 'cumulative',
): MetricExporter & { readonly exports: ResourceMetrics[]; readonly closed: number } {
  const exports: ResourceMetrics[] = [];
  let closed = 0;
  return {
    temporality,
    exports,
    get closed() {
      return closed;
    },
    export: async (metrics) => {
      exports.push(...metrics);
      return {};
    },
    close: async () => {
      closed += 1;
    },
  };
}

/** A timeout that no export in these tests reaches. */
export const LONG_MS = 60_000;

/** Starts an export loop over a source. Without `intervalMs` it exports each sample. */
export function startLoop(
  source: SampleSource,
  exporter: MetricExporter,
  options: {
    readonly sets?: readonly MetricSet[];
    readonly intervalMs?: number;
    readonly timeoutMs?: number;
    readonly programStartNs?: bigint;
  } = {},
): { readonly loop: ExportLoop; readonly outcomes: Outcome[]; readonly points: number[] } {
  const { sets = [ROOMS], timeoutMs = LONG_MS, programStartNs = 0n, intervalMs } = options;
  const outcomes: Outcome[] = [];
  const points: number[] = [];
  const loop = createExportLoop({
    exporter,
    source,
    collector: collectorOf(source, sets),
    sets,
    intervalMs,
    timeoutMs,
    programStartNs,
    onOutcome: (outcome, count) => {
      outcomes.push(outcome);
      points.push(count);
    },
  });
  return { loop, outcomes, points };
}
