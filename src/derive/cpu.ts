import { divided, growth } from './arithmetic.ts';
import { deriveCpuTime, inSeconds } from './cpu-time.ts';
import { type CpuUse, coresOf, cpusOf, cpuUse, usageRatio } from './cpu-use.ts';
import { cpuLimitCores, cpuReservationCores, taskCpuCores } from './limits.ts';
import type { ContainerView, Sink, TaskView } from './view.ts';
import { areAllStopped, eachContainer, once, wholeSum } from './whole.ts';

interface Measured {
  readonly use: () => CpuUse | undefined;
}

export function deriveCpu(view: TaskView, out: Sink): void {
  const containers = view.containers.map((container) => ({ ...container, use: once(() => cpuUse(container)) }));
  // CPUs of the host, for a task without a limit.
  const available = once(() => taskCpuCores(view.task) ?? hostCpus(view));
  eachContainer(containers, out, (container) => {
    const { use } = container;
    const limit = cpuLimitCores(container.info, view.task);
    deriveCpuTime(container, out);
    const cores = (): number | undefined => coresOf(use());
    out.container('cpu_cores', container, cores);
    out.container('cpu_usage_ratio', container, () => ratioOf(use(), limit));
    out.container('cpu_reservation_utilization', container, () =>
      divided(cores(), cpuReservationCores(container.info)),
    );
    out.container('cpu_limit_utilization', container, () => divided(cores(), available()));
    deriveInterval(container, limit, out);
  });
  out.task('cpu_usage_seconds', view, () => inSeconds(view.totals.cpuNs));
  // If all containers of the task have stopped, its usage is 0, not missing.
  const none = areAllStopped(view) ? 0 : undefined;
  const limit = taskCpuCores(view.task);
  const cores = once(() => wholeSum(view, containers, ({ use }) => coresOf(use())) ?? none);
  out.task('cpu_cores', view, cores);
  out.task('cpu_usage_ratio', view, () => wholeSum(view, containers, ({ use }) => ratioOf(use(), limit)) ?? none);
  out.task('cpu_limit_utilization', view, () => divided(cores(), available()));
}

function ratioOf(use: CpuUse | undefined, limit: number | undefined): number | undefined {
  return use && usageRatio(use, use.usedNs, limit);
}

function hostCpus({ containers }: TaskView): number | undefined {
  for (const { sample } of containers) {
    const cpus = sample?.cpu && cpusOf(sample.cpu);
    if (cpus !== undefined) return cpus;
  }
  return undefined;
}

/** Values of the interval itself, which only the ecs vocabulary exports. */
function deriveInterval(container: ContainerView & Measured, limit: number | undefined, out: Sink): void {
  const before = container.baseline?.cpu;
  const now = container.sample?.cpu;
  if (before === undefined || now === undefined) return;
  out.container('cpu_kernelmode', container, () => growth(before.kernelNs, now.kernelNs));
  out.container('cpu_usermode', container, () => growth(before.userNs, now.userNs));
  if (!out.wants('percpu_usage_ratio')) return;
  for (const [cpu, ns] of now.perCpuNs?.entries() ?? []) {
    const used = growth(before.perCpuNs?.[cpu], ns);
    // The list has an entry for each possible CPU; 0 is a CPU that is not present or was never used.
    if (ns === 0 || used === undefined) continue;
    const ratio = (): number | undefined => {
      const use = container.use();
      return use && usageRatio(use, used, limit);
    };
    out.container('percpu_usage_ratio', container, ratio, { cpu });
  }
}
