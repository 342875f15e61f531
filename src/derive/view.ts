import type { RowId } from '../catalogue/catalogue.ts';
import type { DimensionName } from '../catalogue/row.ts';
import type { VocabularyName } from '../catalogue/vocabulary.ts';
import type {
  ContainerInfo,
  ContainerSample,
  CpuReading,
  DiskCounter,
  EpochNs,
  InterfaceCounter,
  TaskCgroup,
  TaskInfo,
} from '../snapshot/snapshot.ts';

/** One container at one poll, with what it is to be compared with. */
export interface ContainerView {
  readonly info: ContainerInfo;
  /** Absent: it has no stats now, or stale ones. */
  readonly sample?: ContainerSample | undefined;
  /** What CPU differences are taken from: an earlier reading of the same life. Absent: no differences this time. */
  readonly baseline?: CpuReading | undefined;
  /** Since when its counters count. */
  readonly countedFromNs?: EpochNs | undefined;
  /** True where there are stats, but none that speak for the present: it may well be running. */
  readonly isStale?: boolean | undefined;
  /** Whether include and exclude let it show. It is part of the task's totals in any case. */
  readonly isSelected: boolean;
}

/** Counters of the task: what all of its containers did, the ended ones too. */
export type TotalKey = 'cpuNs' | InterfaceCounter | DiskCounter;
export type TaskTotals = Readonly<Partial<Record<TotalKey, number>>>;

/** The task at one poll. */
export interface TaskView {
  readonly task: TaskInfo;
  readonly containers: readonly ContainerView[];
  readonly totals: TaskTotals;
  /** When its first container started. */
  readonly startedNs?: EpochNs | undefined;
  readonly cgroup?: TaskCgroup | undefined;
}

export type Dimensions = Readonly<Partial<Record<DimensionName, string | number>>>;

/** Where derived values go. An undefined value is no value: absent is not zero. */
export interface Sink {
  /** Whether anybody wants this row: what costs something to compute asks first. */
  wants(row: RowId): boolean;
  container(
    row: RowId,
    container: ContainerView,
    value: number | undefined,
    dimensions?: Dimensions,
    only?: VocabularyName,
  ): void;
  task(row: RowId, view: TaskView, value: number | undefined, dimensions?: Dimensions): void;
}
