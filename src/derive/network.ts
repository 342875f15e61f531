import { INTERFACE_COUNTERS } from '../snapshot/snapshot.ts';
import { COUNTER_GROUPS, type PointOptions, type Sink, since, type TaskView } from './view.ts';
import { eachContainer } from './whole.ts';

/**
 * Every container shows the counters of its network namespace. In the semconv vocabulary `container.network.io` is the
 * container's own traffic, so a shared namespace appears only as the task's.
 */
export function deriveNetwork(view: TaskView, out: Sink): void {
  eachContainer(view.containers, out, (container) => {
    const { sharesSandbox } = container.info;
    for (const [iface, counters] of container.sample?.networks ?? []) {
      for (const counter of INTERFACE_COUNTERS) {
        const own = since(container, COUNTER_GROUPS.network(iface), counter);
        // A shared namespace outlives the container's run; no source reports its start.
        const options: PointOptions | undefined = sharesSandbox ? { only: 'ecs', startNs: own?.startNs ?? null } : own;
        out.container(`network_${counter}`, container, () => counters[counter], { iface }, options);
      }
    }
  });
  for (const counter of INTERFACE_COUNTERS) out.task(`network_${counter}`, view, () => view.totals[counter]);
}
