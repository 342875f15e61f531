/** One request of an OTLP exporter, decoded: the same for both encodings. */
export interface OtlpExport {
  readonly resource: Attributes;
  readonly scopes: readonly OtlpScope[];
}

export type AttributeValue = string | number | boolean | undefined | readonly AttributeValue[];
export type Attributes = ReadonlyMap<string, AttributeValue>;

export interface OtlpScope {
  readonly name: string;
  readonly version: string;
  readonly metrics: readonly OtlpMetric[];
}

export interface OtlpMetric {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  readonly kind: 'gauge' | 'sum' | 'other';
  /** Sums only. */
  readonly isMonotonic: boolean;
  readonly temporality: 'delta' | 'cumulative' | 'unspecified';
  readonly points: readonly OtlpPoint[];
}

export interface OtlpPoint {
  readonly attributes: Attributes;
  readonly value: number;
  /** Carried as a 64-bit integer rather than as a double. */
  readonly isInteger: boolean;
  readonly startNs: bigint;
  readonly timeNs: bigint;
}

export function temporalityOf(value: unknown): OtlpMetric['temporality'] {
  if (value === 1) return 'delta';
  return value === 2 ? 'cumulative' : 'unspecified';
}

/** Returns the metrics of all scopes. */
export function metricsOf({ scopes }: OtlpExport): readonly OtlpMetric[] {
  return scopes.flatMap(({ metrics }) => metrics);
}

/** Returns the points of a metric that have at least these attributes. */
export function pointsOf(
  exported: OtlpExport,
  name: string,
  attributes: Readonly<Record<string, string>> = {},
): readonly OtlpPoint[] {
  const wanted = Object.entries(attributes);
  return metricsOf(exported)
    .filter((metric) => metric.name === name)
    .flatMap(({ points }) => points)
    .filter((point) => wanted.every(([key, value]) => point.attributes.get(key) === value));
}
