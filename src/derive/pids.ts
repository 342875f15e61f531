import type { Sink, TaskView } from './view.ts';
import { wholeSum } from './whole.ts';

export function derivePids(view: TaskView, out: Sink): void {
  for (const container of view.containers) {
    out.container('pids', container, () => container.sample?.pids?.current);
    out.container('pids_limit', container, () => container.sample?.pids?.limit);
  }
  out.task('pids', view, () => wholeSum(view, view.containers, ({ sample }) => sample?.pids?.current));
}
