import type { InstrumentKind, ValueType } from '../../instrumentation/metric-definition.ts';
import type { SelfScope } from '../self/self-scope.ts';
import type { EpochNs } from '../snapshot/snapshot.ts';
import type { ContainerScope, TaskScope } from './scope.ts';
import type { VocabularyName } from './vocabulary.ts';

/** A section of docs/metrics.md. */
export type Family =
  | 'cpu'
  | 'memory'
  | 'network'
  | 'disk'
  | 'pids'
  | 'limits'
  | 'lifecycle'
  | 'task'
  | 'cgroup'
  | 'exporter';

/**
 * Stability of a name. `compatible`: kept from ecs-container-exporter 2.4.0. `stable`: will not change in this major
 * version. `development`: follows an OpenTelemetry convention that can still change.
 */
export type Stability = 'compatible' | 'stable' | 'development';

/** Attributes that identify a series, besides the container. Their names are in vocabulary.ts. */
export type DimensionName =
  | 'cpu'
  | 'iface'
  | 'device'
  | 'faultType'
  | 'reason'
  | 'exporter'
  | 'containerId'
  | 'image'
  | 'imageName'
  | 'imageTags'
  | 'imageId'
  | 'containerArn'
  | 'dockerName'
  | 'snapshotter'
  | 'knownStatus'
  | 'desiredStatus'
  | 'healthState'
  | 'cluster'
  | 'taskArn'
  | 'taskFamily'
  | 'revision'
  | 'service'
  | 'launchType'
  | 'availabilityZone'
  | 'availabilityZoneId'
  | 'vpcId'
  | 'version'
  | 'nodeVersion';

/** Names in the semconv vocabulary, one per level: OpenTelemetry does not use an attribute to mark totals. */
export interface SemconvNames {
  readonly container?: string;
  readonly task?: string;
  readonly exporter?: string;
  /** UCUM. */
  readonly unit: string;
  /** Kind of the instrument, if it differs from that of the row. */
  readonly kind?: InstrumentKind;
  /** Attributes with the same value on every series of this row, such as a direction. */
  readonly constants?: Readonly<Record<string, string>>;
  /** Description, if several rows form one metric. */
  readonly description?: string;
  /** Description for the task, if that of the container does not fit. */
  readonly taskDescription?: string;
}

/** A metric: its names, its documentation and how it is computed. */
export interface MetricRow {
  readonly family: Family;
  readonly kind: 'counter' | 'gauge';
  /** Value type in OTLP: int for bytes, counts and states, double for times and fractions. */
  readonly valueType: ValueType;
  /** HELP text: one or two sentences of at most 150 characters. States the unit, which not every ecs name contains. */
  readonly description: string;
  /** Follows the description in docs/metrics.md. */
  readonly note?: string;
  /** The field of the endpoint, or the formula. */
  readonly source: string;
  readonly stability: Stability;
  /** Vocabularies that export it only if --metrics selects it. */
  readonly optIn?: readonly VocabularyName[];
  readonly dimensions?: readonly DimensionName[];
  /** @default all */
  readonly platforms?: readonly Platform[];
  /** True if the value has the time of the container's sample, not that of the poll. @default see isSampled */
  readonly isSampled?: true;
  /** True if the Docker labels selected by --container-labels are attributes. */
  readonly hasLabels?: true;
  /** Absent if the metric exists in semconv only. */
  readonly ecs?: {
    /** Without the prefix `ecs_task.` and the suffix `_total`. */
    readonly name: string;
    /** Rounded to 4 digits, as ecs-container-exporter 2.4.0 did. */
    readonly isRounded?: true;
  };
  /** Absent if the metric exists in ecs only. */
  readonly semconv?: SemconvNames;
  /** Values per container. */
  readonly container?: Value<ContainerScope>;
  /** Values of the task (in ecs with the container name `_task_`). */
  readonly task?: Value<TaskScope>;
  /** Values of the exporter itself. */
  readonly exporter?: Value<SelfScope>;
}

export type Dimensions = Readonly<Partial<Record<DimensionName, string | number | readonly string[]>>>;

/** One of several values of a row, or a value with attributes or a start time. */
export interface Point {
  readonly value: number | undefined;
  readonly dimensions?: Dimensions | undefined;
  /** Null if no source reports a start time. @default the start time of the container, the task or the exporter */
  readonly startTimeNs?: EpochNs | null | undefined;
  /** The only vocabulary that exports the value. @default all vocabularies of the row */
  readonly only?: VocabularyName | undefined;
}

/** Computes the values of a row. Undefined means no value, which is not zero. */
export type Value<Scope> = (scope: Scope) => number | undefined | readonly Point[];

export type Level = 'container' | 'task' | 'exporter';

export const LEVELS = ['container', 'task', 'exporter'] as const satisfies readonly Level[];

/** The levels for which a row has values. */
export function levelsOf(row: MetricRow): readonly Level[] {
  return LEVELS.filter((level) => row[level] !== undefined);
}

const SAMPLED: ReadonlySet<Family> = new Set<Family>(['cpu', 'memory', 'disk', 'network', 'pids']);

/** Whether a value has the time of the container's sample, rather than that of the poll. */
export function isSampled(row: MetricRow): boolean {
  return row.isSampled === true || SAMPLED.has(row.family);
}

/**
 * Platforms of docs/metrics.md. Fargate used cgroup v1 in every known recording. Managed Instances correspond to `EC2 v2`,
 * plus the clock metrics of Fargate. Windows is the same on EC2 and Fargate.
 */
export const PLATFORMS = ['Fargate', 'EC2 v1', 'EC2 v2', 'Windows'] as const;
export type Platform = (typeof PLATFORMS)[number];

export const LINUX = ['Fargate', 'EC2 v1', 'EC2 v2'] as const;
export const CGROUP_1 = ['Fargate', 'EC2 v1'] as const;
export const EC2 = ['EC2 v1', 'EC2 v2'] as const;
