import { catalogueRows, type RowId } from '../catalogue/catalogue.ts';
import type { Family } from '../catalogue/row.ts';
import { deriveCpu } from './cpu.ts';
import { deriveDisk } from './disk.ts';
import { deriveLifecycle } from './lifecycle.ts';
import { deriveLimits } from './limits.ts';
import { deriveMemory } from './memory.ts';
import { deriveNetwork } from './network.ts';
import { derivePids } from './pids.ts';
import { deriveTask } from './task.ts';
import { deriveTaskCgroup } from './task-cgroup.ts';
import type { Sink, TaskView } from './view.ts';

type Derivation = (view: TaskView, out: Sink) => void;

const DERIVATIONS = {
  limits: deriveLimits,
  cpu: deriveCpu,
  memory: deriveMemory,
  disk: deriveDisk,
  network: deriveNetwork,
  pids: derivePids,
  lifecycle: deriveLifecycle,
  task: deriveTask,
  cgroup: deriveTaskCgroup,
} as const satisfies Readonly<Record<Exclude<Family, 'exporter'>, Derivation>>;

/**
 * Everything that one view of the task says, put into the sink. Pure: no clock, no I/O, no memory of earlier calls. A family
 * without wanted rows is not computed, and an error in one family does not affect the others.
 */
export function derive(view: TaskView, out: Sink): void {
  for (const { rows, derivation } of STEPS) {
    if (!rows.some(out.wants)) continue;
    try {
      derivation(view, out);
    } catch (error) {
      out.failed(error);
    }
  }
}

interface Step {
  readonly rows: readonly RowId[];
  readonly derivation: Derivation;
}

const STEPS: readonly Step[] = Object.entries(DERIVATIONS).map(([family, derivation]) => ({
  rows: catalogueRows().flatMap(([id, row]) => (row.family === family ? [id] : [])),
  derivation,
}));
