import type { ContainerView, TaskView } from '../../../src/history/view.ts';
import { CATALOGUE } from '../../../src/metrics/catalogue.ts';
import { evaluate, type Observe, type Sink } from '../../../src/metrics/evaluate.ts';
import type { Family, Point } from '../../../src/metrics/row.ts';
import type { ContainerInfo, ContainerSample, CpuCounters, TaskInfo } from '../../../src/snapshot/snapshot.ts';

export const SECOND_NS = 1_000_000_000n;

/** Values by `row container {dimensions}` or `row _task_`. Undefined values are omitted. */
export type Values = ReadonlyMap<string, number>;

export interface ValueSink extends Sink {
  readonly values: Values;
  /** Start time of each point in `values`, in the same order; null if no source reports one. */
  readonly starts: ReadonlyMap<string, bigint | null | undefined>;
}

/** Records the values of one family. */
export function createValueSink(family: Family): ValueSink {
  const values = new Map<string, number>();
  const starts = new Map<string, bigint | null | undefined>();
  const record = (
    name: string,
    ofAll: bigint | undefined,
    { value, dimensions, only, startTimeNs = ofAll }: Point,
  ): void => {
    const suffix = dimensions === undefined ? '' : ` ${JSON.stringify(dimensions)}`;
    const key = `${name}${suffix}${only === undefined ? '' : ` (${only} only)`}`;
    if (values.has(key)) throw new Error(`${key} is there twice`);
    if (value === undefined) return;
    values.set(key, value);
    starts.set(key, startTimeNs);
  };
  const recordAll =
    (suffix: string, ofAll: bigint | undefined): Observe =>
    (row, value) => {
      const points = typeof value === 'number' ? [{ value }] : (value ?? []);
      for (const point of points) record(`${row}${suffix}`, ofAll, point);
    };
  return {
    values,
    starts,
    isExported: (row) => CATALOGUE[row].family === family,
    observeContainer: ({ info, startTimeNs }) => recordAll(` ${info.name}`, startTimeNs),
    observeTask: ({ startTimeNs }) => recordAll(' _task_', startTimeNs),
    observeExporter: () => recordAll('', undefined),
    failed: (_row, error) => {
      throw error;
    },
  };
}

export interface ContainerParts {
  readonly info?: Partial<ContainerInfo>;
  readonly sample?: Partial<ContainerSample>;
  /** CPU of `sample`, and of the previous sample, one second before. */
  readonly cpu?: readonly [before: CpuCounters, now: CpuCounters];
  readonly elapsedNs?: bigint;
}

export function containerView(name: string, parts: ContainerParts): ContainerView {
  const { info, sample, cpu, elapsedNs = SECOND_NS } = parts;
  const readNs = 100n * SECOND_NS;
  return {
    info: { id: `id-${name}`, name, networkNamespace: name, sharesNetworkNamespace: false, ...info },
    ...((sample !== undefined || cpu !== undefined) && { sample: { readNs, cpu: cpu?.[1], ...sample } }),
    ...(cpu !== undefined && { previousCpu: { readNs: readNs - elapsedNs, cpu: cpu[0] } }),
    isSelected: true,
  };
}

export function taskView(
  task: TaskInfo,
  containers: readonly ContainerView[],
  totals: TaskView['totals'] = {},
): TaskView {
  return { task, containers, totals };
}

export function valuesOf(family: Family, view: TaskView): Readonly<Record<string, number>> {
  const sink = createValueSink(family);
  evaluate(view, sink);
  return Object.fromEntries(sink.values);
}

/** Start times of the counters, with the keys of `values`. */
export function startsOf(family: Family, view: TaskView): Readonly<Record<string, bigint | null | undefined>> {
  const sink = createValueSink(family);
  evaluate(view, sink);
  return Object.fromEntries(sink.starts);
}
