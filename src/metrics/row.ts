import type { InstrumentKind, ValueType } from '../../instrumentation/metric-definition.ts';
import type { SelfScope } from '../self/self-scope.ts';
import type { EpochNs } from '../snapshot/snapshot.ts';
import type { ContainerScope, TaskScope } from './scope.ts';
import type { VocabularyName } from './vocabulary.ts';

/** Metrics of one kind; a heading of docs/metrics.md. */
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
 * How firm a name is. `compatible`: kept from ecs-container-exporter 2.4.0. `stable`: ours, will not change in this major
 * version. `development`: follows an OpenTelemetry convention that may still change.
 */
export type Stability = 'compatible' | 'stable' | 'development';

/** What a series is told apart by, beside its container. The names in each vocabulary are in dimensions.ts. */
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

/** A metric's name in the semconv vocabulary: one for each level, since OpenTelemetry marks no totals by a label. */
export interface SemconvNames {
  readonly container?: string;
  readonly task?: string;
  readonly exporter?: string;
  /** UCUM. */
  readonly unit: string;
  /** Where the convention's instrument is another kind than ours. */
  readonly kind?: InstrumentKind;
  /** Attributes with the same value on every series of this row, such as a direction. */
  readonly constants?: Readonly<Record<string, string>>;
  /** Where several rows make one metric and the row's own description would be one-sided. */
  readonly description?: string;
  /** Description for the task, if that of the container does not apply. */
  readonly taskDescription?: string;
}

/** One value that the program knows, with its name in each vocabulary that has one. */
export interface MetricRow {
  readonly family: Family;
  readonly kind: 'counter' | 'gauge';
  /** Value type in OTLP: integers for bytes, counts and states, doubles for times and fractions. */
  readonly valueType: ValueType;
  /** Says the unit too: ecs names do not always carry it. */
  readonly description: string;
  /** Which field of the endpoint it comes from, and how. */
  readonly source: string;
  readonly stability: Stability;
  /** The vocabularies in which it is left out unless --metrics asks for it: details, and what doubles the series. */
  readonly optIn?: readonly VocabularyName[];
  readonly dimensions?: readonly DimensionName[];
  /** Where it can have a value. @default everywhere */
  readonly platforms?: readonly Platform[];
  /** True if the value has the time of the container's sample, not of the poll. @default see isSampled */
  readonly isSampled?: true;
  /** The docker labels that --container-labels names are attributes too. */
  readonly hasLabels?: true;
  /** Name after `ecs_task.`, without `_total`, at each level that has a value. */
  readonly ecs?: {
    readonly name: string;
    /** Rounded to 4 digits, as ecs-container-exporter 2.4.0 did. */
    readonly isRounded?: true;
  };
  readonly semconv?: SemconvNames;
  /** The values of a container; absent: no series by container. */
  readonly container?: Value<ContainerScope>;
  /** The values of the task (in ecs with the name `_task_`). */
  readonly task?: Value<TaskScope>;
  /** The values of the exporter itself. */
  readonly exporter?: Value<SelfScope>;
}

export type Dimensions = Readonly<Partial<Record<DimensionName, string | number | readonly string[]>>>;

/** One of several values of a row, or one with properties of its own. */
export interface Point {
  readonly value: number | undefined;
  readonly dimensions?: Dimensions | undefined;
  /** Start of the counter; null if no source reports one. @default that of the container, the task or the exporter */
  readonly startTimeNs?: EpochNs | null | undefined;
  /** The only vocabulary that exports the value. @default all that have the row */
  readonly only?: VocabularyName | undefined;
}

/** Computes the values of a row. Undefined means that there is no value: absent is not zero. */
export type Value<Scope> = (scope: Scope) => number | undefined | readonly Point[];

export type Level = 'container' | 'task' | 'exporter';

export const LEVELS = ['container', 'task', 'exporter'] as const satisfies readonly Level[];

/** The levels at which a row has values. */
export function levelsOf(row: MetricRow): readonly Level[] {
  return LEVELS.filter((level) => row[level] !== undefined);
}

const SAMPLED: ReadonlySet<Family> = new Set<Family>(['cpu', 'memory', 'disk', 'network', 'pids']);

/** Whether a value has the time of the container's sample. The others have the time of the poll. */
export function isSampled(row: MetricRow): boolean {
  return row.isSampled === true || SAMPLED.has(row.family);
}

/**
 * Where a value may exist. Fargate is on cgroup v1 in every recording that there is; Managed Instances are like `EC2 v2`, with
 * Fargate's clock; Windows is the same on EC2 and Fargate.
 */
export const PLATFORMS = ['Fargate', 'EC2 v1', 'EC2 v2', 'Windows'] as const;
export type Platform = (typeof PLATFORMS)[number];

export const LINUX = ['Fargate', 'EC2 v1', 'EC2 v2'] as const;
export const CGROUP_1 = ['Fargate', 'EC2 v1'] as const;
export const EC2 = ['EC2 v1', 'EC2 v2'] as const;
