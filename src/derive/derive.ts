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

const FAMILIES: readonly ((view: TaskView, out: Sink) => void)[] = [
  deriveLimits,
  deriveCpu,
  deriveMemory,
  deriveDisk,
  deriveNetwork,
  derivePids,
  deriveLifecycle,
  deriveTask,
  deriveTaskCgroup,
];

/** Everything that one view of the task says, put into the sink. Pure: no clock, no I/O, no memory of earlier calls. */
export function derive(view: TaskView, out: Sink): void {
  for (const family of FAMILIES) family(view, out);
}
