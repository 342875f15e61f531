/** What a value is: something that rises for ever, a level that adds up over its series, or a level that does not. */
export type InstrumentKind = 'counter' | 'updowncounter' | 'gauge';

/** Value type in OTLP. */
export type ValueType = 'int' | 'double';

/** Attributes of one series. Built once, frozen, and used again at every reading: the SDK hashes them on each observation. */
export type SeriesAttributes = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** One instrument: what it is called, what it counts, and in which unit. */
export interface MetricDefinition {
  /** The OpenTelemetry instrument name, for example `container.cpu.time`. */
  readonly name: string;
  readonly kind: InstrumentKind;
  /** All values of an `int` are integers. @default double */
  readonly valueType?: ValueType;
  /** UCUM unit, or `''` where the unit may not show in the Prometheus name. */
  readonly unit: string;
  readonly description: string;
}

/** A set of metrics under one instrumentation scope: one language that an exporter can speak. */
export interface MetricSet {
  /** The instrumentation scope's name; readings are grouped by it. */
  readonly scope: string;
  readonly version: string;
  readonly schemaUrl?: string;
  readonly metrics: readonly MetricDefinition[];
  /**
   * On a Prometheus page of several resources, the labels that tell them apart: names of resource attributes with the labels
   * that they become. @default none
   */
  readonly resourceLabels?: Readonly<Record<string, string>>;
}

/** One value of one series, as of the last sample. */
export interface Reading {
  readonly metric: MetricDefinition;
  readonly attributes: SeriesAttributes;
  readonly value: number;
  /** Counters only: nanoseconds since the Unix epoch at which the count began (the container's start). */
  readonly startTimeNs?: bigint | undefined;
  /** Nanoseconds since the Unix epoch at which the value was measured. @default the time of the collection */
  readonly timeNs?: bigint | undefined;
}

/**
 * All values of one sample, by scope name. Immutable, and replaced as a whole: two collections that see the same object
 * saw the same sample.
 */
export interface Readings {
  readonly byScope: ReadonlyMap<string, readonly Reading[]>;
}

/** Where instruments read from. Neither method waits for anything or throws. */
export interface ReadingSource {
  current(): Readings;
  /** Attributes of the resource as known now; the same object as long as nothing changed. */
  resource(): SeriesAttributes;
}

/** All values of one resource at one sample: of a task, or of the exporter itself. Immutable. */
export interface ResourceReadings {
  /** Tells the resources of a source apart; the same for as long as the resource is there. */
  readonly key: string;
  /** Attributes of the resource; the same object as long as nothing changed. */
  readonly resource: SeriesAttributes;
  readonly readings: Readings;
}

/** Where exporters read from. */
export interface SampleSource {
  /** One entry for each resource. The same list as long as there is no newer sample. Waits for nothing and never throws. */
  current(): readonly ResourceReadings[];
}
