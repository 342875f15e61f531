import type { ContainerView, TaskView } from '../../../src/history/view.ts';
import { CATALOGUE } from '../../../src/metrics/catalogue.ts';
import { evaluate, type Put, type Sink } from '../../../src/metrics/evaluate.ts';
import type { Family, Point } from '../../../src/metrics/row.ts';
import type { ContainerInfo, ContainerSample, CpuCounters, TaskInfo } from '../../../src/snapshot/snapshot.ts';

export const SECOND_NS = 1_000_000_000n;

/** What a sink was told: `row container {dimensions}` or `row _task_`, with the value. Values that are none are left out. */
export type Told = ReadonlyMap<string, number>;

export interface RecordingSink extends Sink {
  readonly told: Told;
  /** The start of each point in `told`, in the same order; null if no source reports one. */
  readonly starts: ReadonlyMap<string, bigint | null | undefined>;
}

/** A sink that keeps what it is told of one family. */
export function recordingSink(family: Family): RecordingSink {
  const told = new Map<string, number>();
  const starts = new Map<string, bigint | null | undefined>();
  const put = (name: string, ofAll: bigint | undefined, { value, dimensions, only, startNs = ofAll }: Point): void => {
    const suffix = dimensions === undefined ? '' : ` ${JSON.stringify(dimensions)}`;
    const key = `${name}${suffix}${only === undefined ? '' : ` (${only} only)`}`;
    if (told.has(key)) throw new Error(`${key} is there twice`);
    if (value === undefined) return;
    told.set(key, value);
    starts.set(key, startNs);
  };
  const putAll =
    (suffix: string, ofAll: bigint | undefined): Put =>
    (row, value) => {
      const points = typeof value === 'number' ? [{ value }] : (value ?? []);
      for (const point of points) put(`${row}${suffix}`, ofAll, point);
    };
  return {
    told,
    starts,
    wants: (row) => CATALOGUE[row].family === family,
    container: ({ info, countedFromNs }) => putAll(` ${info.name}`, countedFromNs),
    task: ({ startedNs }) => putAll(' _task_', startedNs),
    exporter: () => putAll('', undefined),
    failed: (_row, error) => {
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

export function tellOf(family: Family, view: TaskView): Readonly<Record<string, number>> {
  const sink = recordingSink(family);
  evaluate(view, sink);
  return Object.fromEntries(sink.told);
}

/** The starts of the counters of one container or of the task, by what was told. */
export function startsOf(family: Family, view: TaskView): Readonly<Record<string, bigint | null | undefined>> {
  const sink = recordingSink(family);
  evaluate(view, sink);
  return Object.fromEntries(sink.starts);
}
