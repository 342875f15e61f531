/** A counter only increases until it resets; an updowncounter can be summed over its series; a gauge cannot. */
export type InstrumentKind = 'counter' | 'updowncounter' | 'gauge';

/** Value type in OTLP. */
export type ValueType = 'int' | 'double';

/** Attributes of one series. Frozen, and the same object at every reading: caches use it as their key. */
export type SeriesAttributes = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** One instrument. */
export interface MetricDefinition {
  /** The OpenTelemetry instrument name, for example `container.cpu.time`. */
  readonly name: string;
  readonly kind: InstrumentKind;
  /** Values of `int` metrics must be integers. @default double */
  readonly valueType?: ValueType;
  /** UCUM unit; `''` if the Prometheus name must not contain the unit. */
  readonly unit: string;
  readonly description: string;
}

/** The metrics of one instrumentation scope. */
export interface MetricSet {
  /** The instrumentation scope's name; readings are grouped by it. */
  readonly scope: string;
  readonly version: string;
  readonly schemaUrl?: string;
  readonly metrics: readonly MetricDefinition[];
  /**
   * Resource attributes that become labels on a Prometheus page of several resources, with the names of the labels.
   * @default none
   */
  readonly resourceLabels?: Readonly<Record<string, string>>;
}

/** The value of one series at one sample. */
export interface Reading {
  readonly metric: MetricDefinition;
  readonly attributes: SeriesAttributes;
  readonly value: number;
  /** Counters only: start of the count (the container's start), in nanoseconds since the epoch. */
  readonly startTimeNs?: bigint | undefined;
  /** Time of the measurement, in nanoseconds since the epoch. @default the time of the collection */
  readonly timeNs?: bigint | undefined;
}

/** All values of one sample, by scope name. Immutable: the same object means the same sample. */
export interface Readings {
  readonly byScope: ReadonlyMap<string, readonly Reading[]>;
}

/** The readings of one resource. Methods return at once and never throw. */
export interface ReadingSource {
  current(): Readings;
  /** Attributes of the resource: the same object until they change. */
  resource(): SeriesAttributes;
}

/** All values of one resource (a task, or the exporter itself) at one sample. Immutable. */
export interface ResourceReadings {
  /** Identifies the resource within its source. */
  readonly key: string;
  /** Attributes of the resource: the same object until they change. */
  readonly resource: SeriesAttributes;
  readonly readings: Readings;
}

/** The source of all samples. */
export interface SampleSource {
  /** One entry per resource: the same list until there is a newer sample. Returns at once and never throws. */
  current(): readonly ResourceReadings[];
}
