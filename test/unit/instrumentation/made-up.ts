import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { type Collector, createCollector } from '../../../instrumentation/collector.ts';
import { createExportLoop, type ExportLoop } from '../../../instrumentation/export-loop.ts';
import type { Page } from '../../../instrumentation/http/page.ts';
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
import { createPages } from '../../../instrumentation/prometheus/pages.ts';
import { createResourceBuilder } from '../../../instrumentation/resource.ts';

/** A metric table that has nothing to do with ECS. */
export const TEMPERATURE: MetricDefinition = {
  name: 'room.temperature',
  kind: 'gauge',
  unit: 'Cel',
  description: 'How warm it is.',
};
export const ENERGY: MetricDefinition = {
  name: 'room.energy',
  kind: 'counter',
  unit: 'J',
  description: 'Heat so far.',
};
export const PEOPLE: MetricDefinition = {
  name: 'room.people',
  kind: 'updowncounter',
  unit: '{person}',
  description: 'Who is in.',
};

export const ROOMS: MetricSet = { scope: 'test/rooms', version: '1.0.0', metrics: [TEMPERATURE, ENERGY, PEOPLE] };

export const HUMIDITY: MetricDefinition = {
  name: 'garden.humidity',
  kind: 'gauge',
  unit: '1',
  description: 'How wet it is.',
};
export const GARDEN: MetricSet = { scope: 'test/garden', version: '2.0.0', metrics: [HUMIDITY] };

/** A house: one resource, until others are added. */
export interface FakeSource extends SampleSource {
  /** Makes new readings the current ones. */
  show(rooms: readonly Reading[], garden?: readonly Reading[]): void;
  /** Attributes of the resource. */
  identity: SeriesAttributes;
  /** Other resources. */
  others: readonly ResourceReadings[];
  /** How often the sample was asked for. */
  readonly asked: number;
  /** The readings of the house alone, for instruments on another MeterProvider. */
  readonly alone: ReadingSource;
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
  let asked = 0;
  let readings: Readings = { byScope: new Map() };
  let identity: SeriesAttributes = Object.freeze({});
  let others: readonly ResourceReadings[] = [];
  let list: readonly ResourceReadings[] | undefined;
  return {
    current() {
      asked += 1;
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
    get asked() {
      return asked;
    },
    alone: { current: () => readings, resource: () => identity },
  };
}

/** Attributes of a room: the same object for the same name, as a source gives them. */
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

/** Prometheus' pages of a source. */
export function pagesOf(
  source: SampleSource,
  sets: readonly MetricSet[] = [ROOMS],
): { readonly page: () => Promise<Page>; readonly collector: Collector } {
  const collector = collectorOf(source, sets);
  return { page: createPages(source, collector, sets), collector };
}

/** An exporter that keeps what it gets, for as long as `exports` is not emptied. */
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

/** Longer than a busy machine takes for any export here. */
export const PATIENT_MS = 60_000;

/** A loop over a source. Without an interval that is given it exports each sample. */
export function exporting(
  source: SampleSource,
  exporter: MetricExporter,
  options: {
    readonly sets?: readonly MetricSet[];
    readonly intervalMs?: number;
    readonly timeoutMs?: number;
    readonly programStartNs?: bigint;
  } = {},
): { readonly loop: ExportLoop; readonly outcomes: Outcome[]; readonly points: number[] } {
  const { sets = [ROOMS], timeoutMs = PATIENT_MS, programStartNs = 0n, intervalMs } = options;
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
