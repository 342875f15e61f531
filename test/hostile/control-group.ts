import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = '/sys/fs/cgroup';
const MIB = 2 ** 20;
const PERIOD_US = 100_000;

export interface Confinement {
  readonly memoryMib: number;
  readonly cores: number;
}

/** A control group with limited memory and CPU, of cgroup v1 or v2. */
export interface ControlGroup {
  /** Files to which a process writes its id to enter the group. */
  readonly procs: readonly string[];
  /** OOM kills in the group. */
  oomKills(): number;
  /** @throws while a process is in the group. */
  remove(): void;
}

/** @throws without the permission to create control groups. */
export function createControlGroup(name: string, { memoryMib, cores }: Confinement): ControlGroup {
  const isV2 = existsSync(join(ROOT, 'cgroup.controllers'));
  const folders = isV2 ? [join(ROOT, name)] : [join(ROOT, 'memory', name), join(ROOT, 'cpu', name)];
  const [memory = '', cpu = memory] = folders;
  const bytes = String(memoryMib * MIB);
  const quotaUs = String(cores * PERIOD_US);
  if (isV2) writeFileSync(join(ROOT, 'cgroup.subtree_control'), '+memory +cpu');
  for (const folder of folders) mkdirSync(folder);
  if (isV2) {
    writeFileSync(join(memory, 'memory.max'), bytes);
    writeFileSync(join(cpu, 'cpu.max'), `${quotaUs} ${PERIOD_US}`);
  } else {
    writeFileSync(join(memory, 'memory.limit_in_bytes'), bytes);
    writeFileSync(join(cpu, 'cpu.cfs_period_us'), String(PERIOD_US));
    writeFileSync(join(cpu, 'cpu.cfs_quota_us'), quotaUs);
  }
  const events = join(memory, isV2 ? 'memory.events' : 'memory.oom_control');
  return {
    procs: folders.map((folder) => join(folder, 'cgroup.procs')),
    oomKills: () => Number(/^oom_kill (\d+)$/m.exec(readFileSync(events, 'utf8'))?.[1]),
    remove: () => folders.forEach((folder) => void rmdirSync(folder)),
  };
}
