import { join } from 'node:path';
import type { CgroupFileSystem } from './files.ts';
import { CONTROLLERS, type Controller } from './kernel-values.ts';
import { version1Paths, version2Paths } from './paths.ts';

/** A controller's folder of one cgroup. */
export interface CgroupFolder {
  readonly version: 1 | 2;
  readonly path: string;
}

export type CgroupFolders = ReadonlyMap<Controller, CgroupFolder>;

/**
 * Finds the folders of a task's cgroup below `givenRoot`: those of v1 by controller (`cpu`, or mounted together as
 * `cpu,cpuacct`), or the one of v2 (`cgroup.controllers` at the root). Where both are mounted (v2 below `unified/`), each
 * controller is in one of them, and v1 comes first. Links count as far as they stay below the root. Empty: none found.
 *
 * @throws an Error where the file system does not answer the question.
 */
export async function findFolders(files: CgroupFileSystem, givenRoot: string, taskId: string): Promise<CgroupFolders> {
  const found = new Map<Controller, CgroupFolder>();
  const root = await files.resolve(givenRoot);
  if (root === undefined) return found;
  const names = await files.list(root);
  const isUnified = names.includes('cgroup.controllers');
  for (const controller of CONTROLLERS) {
    const folder = isUnified
      ? undefined
      : await firstFolder(files, root, mountsOf(controller, names), version1Paths(taskId), 1);
    if (folder !== undefined) found.set(controller, folder);
  }
  const mounts = isUnified ? ['.'] : names.filter((name) => name === 'unified');
  // Beside v1 the agent works without systemd, and so with v1's paths.
  const unified = await firstFolder(files, root, mounts, [...version2Paths(taskId), ...version1Paths(taskId)], 2);
  for (const controller of CONTROLLERS) {
    if (unified !== undefined && !found.has(controller)) found.set(controller, unified);
  }
  return found;
}

/** Folders that stand for a controller: alone, together with others, or a link to those. */
function mountsOf(controller: Controller, names: readonly string[]): readonly string[] {
  return names.filter((name) => name.split(',').includes(controller));
}

async function firstFolder(
  files: CgroupFileSystem,
  root: string,
  mounts: readonly string[],
  paths: readonly string[],
  version: CgroupFolder['version'],
): Promise<CgroupFolder | undefined> {
  for (const mount of mounts) {
    for (const path of paths) {
      const resolved = await files.resolve(join(root, mount, path), root);
      if (resolved !== undefined) return { version, path: resolved };
    }
  }
  return undefined;
}
