import { catalogueRows } from '../catalogue/catalogue.ts';
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
 * of which nothing is wanted is not computed.
 */
export function derive(view: TaskView, out: Sink): void {
  const wanted = new Set<Family>(catalogueRows().flatMap(([id, row]) => (out.wants(id) ? [row.family] : [])));
  for (const [family, derivation] of Object.entries(DERIVATIONS)) {
    if (isFamily(family) && wanted.has(family)) derivation(view, out);
  }
}

function isFamily(name: string): name is keyof typeof DERIVATIONS {
  return Object.hasOwn(DERIVATIONS, name);
}
