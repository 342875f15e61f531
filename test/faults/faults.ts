import { at } from '../real/json.ts';
import { combined, edited, removed } from './json-edit.ts';

/** A fault of one container's stats; undefined for no entry. */
export interface ContainerFault {
  readonly name: string;
  /** Kind of shared/cases/README.md. */
  readonly kind: 1 | 2 | 3;
  /** True if it is recognisable without an earlier sample. */
  readonly canBeFirst: boolean;
  /**
   * @param first the true document at the start of the fault: decreased values stay constant until its end
   * @param factor 0 to 1, for decreased values
   */
  readonly apply: (document: unknown, first: unknown, factor: number) => unknown;
}

const CPU = ['cpu_stats', 'cpu_usage'];

const scaled = (value: unknown, factor: number): unknown =>
  combined(value, undefined, (number) => Math.floor(number * factor));

/** Replaces a part by its value at the start of the fault, multiplied by the factor. */
const decreased =
  (path: readonly string[]): ContainerFault['apply'] =>
  (document, first, factor) =>
    edited(document, path, () => scaled(at(first, ...path), factor));

const zeroed = (document: unknown, path: readonly string[]): unknown =>
  edited(document, path, (value) => scaled(value, 0));

const without =
  (path: readonly string[]): ContainerFault['apply'] =>
  (document) =>
    removed(document, path);

function member(path: readonly string[], canBeFirst = true): ContainerFault {
  return { name: `no ${path.join('.')}`, kind: 3, canBeFirst, apply: without(path) };
}

export const CONTAINER_FAULTS: readonly ContainerFault[] = [
  {
    name: 'zero reading without memory',
    kind: 1,
    canBeFirst: true,
    apply: (document) => {
      const noCpu = zeroed(zeroed(document, CPU), ['precpu_stats', 'cpu_usage']);
      const noDisk = edited(noCpu, ['blkio_stats'], () => ({ io_service_bytes_recursive: null }));
      return edited(noDisk, ['memory_stats'], () => ({}));
    },
  },
  { name: 'zero CPU time with memory', kind: 1, canBeFirst: true, apply: (document) => zeroed(document, CPU) },
  { name: 'CPU time decreases', kind: 1, canBeFirst: false, apply: decreased(CPU) },
  { name: 'network decreases', kind: 1, canBeFirst: false, apply: decreased(['networks']) },
  { name: 'disk decreases', kind: 1, canBeFirst: false, apply: decreased(['blkio_stats']) },
  { name: 'null', kind: 2, canBeFirst: true, apply: () => null },
  { name: 'empty object', kind: 2, canBeFirst: true, apply: () => ({}) },
  { name: 'no entry', kind: 3, canBeFirst: true, apply: () => undefined },
  { name: 'empty memory_stats', kind: 3, canBeFirst: true, apply: (d) => edited(d, ['memory_stats'], () => ({})) },
  member(['memory_stats']),
  member(['memory_stats', 'usage']),
  member(['memory_stats', 'stats']),
  member(['cpu_stats']),
  member([...CPU, 'total_usage']),
  member(['cpu_stats', 'system_cpu_usage']),
  member(['cpu_stats', 'online_cpus']),
  // Some containers never have these, so they may be missing from the first sample.
  member(['blkio_stats'], false),
  member(['networks'], false),
];

/** A response of `/task/stats` without a document. */
export type StatsFailure = 500 | 429 | 'closed';

/** Faults of the whole document, all of kind 2. */
export const STATS_FAULTS: readonly {
  readonly name: string;
  readonly answer: StatsFailure | { readonly body: unknown };
}[] = [
  { name: 'stats of all containers missing', answer: { body: {} } },
  { name: 'stats null', answer: { body: null } },
  { name: 'status 500', answer: 500 },
  { name: 'status 429', answer: 429 },
  { name: 'connection closed', answer: 'closed' },
];
