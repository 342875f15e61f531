import { INTERFACE_COUNTERS } from '../snapshot/snapshot.ts';
import type { Sink, TaskView } from './view.ts';

/**
 * Every container shows the counters of its network namespace. In the semconv vocabulary `container.network.io` is the
 * container's own traffic, so a shared namespace appears only as the task's.
 */
export function deriveNetwork(view: TaskView, out: Sink): void {
  for (const container of view.containers) {
    const { sharesSandbox } = container.info;
    const only = sharesSandbox ? 'ecs' : undefined;
    // A shared namespace goes on where one of its containers starts again, so that container's start is not its own; when
    // it began, nobody says.
    const counting = sharesSandbox ? { ...container, countedFromNs: undefined } : container;
    for (const [iface, counters] of container.sample?.networks ?? []) {
      for (const counter of INTERFACE_COUNTERS) {
        out.container(`network_${counter}`, counting, counters[counter], { iface }, only);
      }
    }
  }
  for (const counter of INTERFACE_COUNTERS) out.task(`network_${counter}`, view, view.totals[counter]);
}
