import type { ContainerView, Dimensions, Sink, TaskView } from '../../../src/derive/view.ts';
import type { ContainerInfo, ContainerSample, CpuCounters, TaskInfo } from '../../../src/snapshot/snapshot.ts';

export const SECOND_NS = 1_000_000_000n;

/** What a sink was told: `row container {dimensions}` or `row _task_`, with the value. Values that are none are left out. */
export type Told = ReadonlyMap<string, number>;

/** A sink that keeps what it is told. */
export function recordingSink(): Sink & { readonly told: Told } {
  const told = new Map<string, number>();
  const put = (key: string, value: number | undefined): void => {
    if (told.has(key)) throw new Error(`${key} is there twice`);
    if (value !== undefined) told.set(key, value);
  };
  const suffix = (dimensions: Dimensions | undefined): string =>
    dimensions === undefined ? '' : ` ${JSON.stringify(dimensions)}`;
  return {
    wants: () => true,
    told,
    container: (row, { info }, value, dimensions, { only } = {}) =>
      put(`${row} ${info.name}${suffix(dimensions)}${only === undefined ? '' : ` (${only} only)`}`, value()),
    task: (row, _view, value, dimensions) => put(`${row} _task_${suffix(dimensions)}`, value()),
    failed: (error) => {
      throw error;
    },
  };
}

export interface ContainerParts {
  readonly info?: Partial<ContainerInfo>;
  readonly sample?: Partial<ContainerSample>;
  /** CPU of `sample`, and of the baseline one second before. */
  readonly cpu?: readonly [before: CpuCounters, now: CpuCounters];
  readonly elapsedNs?: bigint;
}

export function containerView(name: string, parts: ContainerParts): ContainerView {
  const { info, sample, cpu, elapsedNs = SECOND_NS } = parts;
  const readNs = 100n * SECOND_NS;
  return {
    info: { id: `id-${name}`, name, sandbox: name, sharesSandbox: false, ...info },
    ...((sample !== undefined || cpu !== undefined) && { sample: { readNs, cpu: cpu?.[1], ...sample } }),
    ...(cpu !== undefined && { baseline: { readNs: readNs - elapsedNs, cpu: cpu[0] } }),
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

export function tellOf(family: (view: TaskView, out: Sink) => void, view: TaskView): Readonly<Record<string, number>> {
  const sink = recordingSink();
  family(view, sink);
  return Object.fromEntries(sink.told);
}
