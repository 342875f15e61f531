import { join } from 'node:path';
import { parseTaskArn } from '../../snapshot/task-info.ts';
import type { CgroupFileSystem } from './files.ts';
import { CONTROLLERS, type Controller } from './kernel-values.ts';

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

/** An id that leads nowhere else as part of a path. */
const FILE_NAME = /^[0-9A-Za-z-]{1,128}$/;

/** The id of a task, of a long ARN or an old one without the cluster. Undefined for anything that is no file name. */
export function taskIdOf(arn: string | undefined): string | undefined {
  const id = parseTaskArn(arn)?.id ?? '';
  return FILE_NAME.test(id) ? id : undefined;
}

/** Where the ECS agent makes the cgroup of a task, from the root of a v1 hierarchy. */
export function version1Paths(taskId: string): readonly string[] {
  return [`ecs/${taskId}`];
}

/**
 * Where the agent has systemd make it, on v2. systemd nests a slice at each dash of its name, so the UUID of an old ARN
 * may lead some levels down: `a-b.slice` lies in `a.slice`.
 *
 * @see https://github.com/aws/amazon-ecs-agent/blob/master/agent/api/task/task_linux.go buildCgroupV2Root
 * @see https://www.freedesktop.org/software/systemd/man/latest/systemd.slice.html
 */
export function version2Paths(taskId: string): readonly string[] {
  const flat = `ecstasks.slice/ecstasks-${taskId}.slice`;
  const parts = `ecstasks-${taskId}`.split('-');
  const nested = parts.map((_, end) => `${parts.slice(0, end + 1).join('-')}.slice`).join('/');
  return nested === flat ? [flat] : [flat, nested];
}

/** The folder of a container's cgroup below the task's, on v1. Undefined for an id that is no file name. */
export function containerFolder(containerId: string): string | undefined {
  return FILE_NAME.test(containerId) ? containerId : undefined;
}
