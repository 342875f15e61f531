import { join } from 'node:path';
import type { CgroupFileSystem } from './files.ts';
import { type CgroupFolders, containerFolder } from './folders.ts';
import type { CgroupFailure, CgroupFile, KernelValues } from './kernel-values.ts';
import { VERSION_1, VERSION_1_KILLS, VERSION_2 } from './versions.ts';

/** What could be read of a cgroup, and what could not. */
export interface CgroupContent {
  readonly values: KernelValues;
  readonly killsByContainer?: ReadonlyMap<string, number> | undefined;
  /** Whether any of its files was there. */
  readonly isThere: boolean;
  readonly failures: ReadonlySet<CgroupFailure>;
}

/** ECS allows ten containers in a task, and adds one or two of its own. */
const MAX_CONTAINERS = 12;

/**
 * Reads the files of the task's cgroup, one after the other: of a file system that hangs they then hold one thread of the
 * four that Node has, and not all. Six files on v2; on v1 eight, and one of each container. Never rejects.
 */
export async function readCgroup(
  files: CgroupFileSystem,
  folders: CgroupFolders,
  containerIds: readonly string[],
  signal: AbortSignal,
): Promise<CgroupContent> {
  const failures = new Set<CgroupFailure>();
  let isThere = false;

  async function valuesOf(folder: string, { name, parse }: CgroupFile): Promise<KernelValues> {
    if (signal.aborted) return {};
    try {
      const text = await files.read(join(folder, name));
      if (text === undefined) return {};
      isThere = true;
      return parse(text, () => failures.add('malformed'));
    } catch {
      // Which file, and why, is of no use to anybody who cannot look for himself.
      failures.add('unreadable');
      return {};
    }
  }

  let values: KernelValues = {};
  for (const [controller, { version, path }] of folders) {
    const wanted = version === 1 ? VERSION_1 : VERSION_2;
    for (const file of wanted[controller] ?? []) values = { ...values, ...(await valuesOf(path, file)) };
  }
  const memory = folders.get('memory');
  if (memory?.version !== 1) return { values, isThere, failures };
  const killsByContainer = new Map<string, number>();
  for (const id of containerIds.slice(0, MAX_CONTAINERS)) {
    const folder = containerFolder(id);
    if (folder === undefined) continue;
    const { oomKills } = await valuesOf(join(memory.path, folder), VERSION_1_KILLS);
    if (oomKills !== undefined) killsByContainer.set(id, oomKills);
  }
  return { values, killsByContainer, isThere, failures };
}
