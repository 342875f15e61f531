import { constants } from 'node:fs';
import { open, opendir, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { parseTaskArn } from '../../snapshot/task-info.ts';
import { CONTROLLERS, type Controller } from './kernel-files.ts';

/** The operations that reading a cgroup needs; tests substitute file systems that fail or hang. */
export interface CgroupFileSystem {
  /** The text of a small file; undefined if the file does not exist. @throws an Error if it cannot be read. */
  read(path: string): Promise<string | undefined>;
  /** The real path; undefined if `path` does not exist or is not below `root`, itself a real path. */
  resolve(path: string, root?: string): Promise<string | undefined>;
  /** Names in a directory, at most 256; empty if the directory does not exist. */
  list(directory: string): Promise<readonly string[]>;
}

/** Cgroup files are a few hundred bytes long. */
const MAX_BYTES = 16_384;
/** The root of a cgroup file system has about ten directories. */
const MAX_NAMES = 256;

/** ENODEV: the cgroup was removed while its file was open. */
const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'ENODEV']);

export const realFiles: CgroupFileSystem = {
  read: (path) => unlessAbsent(readSmall(path)),
  async resolve(path, root) {
    const real = await unlessAbsent(realpath(path));
    return real === undefined || root === undefined || isBelow(real, root) ? real : undefined;
  },
  async list(directory) {
    const names: string[] = [];
    const entries = await unlessAbsent(opendir(directory));
    for await (const entry of entries ?? []) {
      names.push(entry.name);
      if (names.length >= MAX_NAMES) break;
    }
    return names;
  },
};

function isBelow(path: string, root: string): boolean {
  return path.startsWith(root.endsWith(sep) ? root : join(root, sep));
}

/** Does not follow a link or block on a pipe. */
async function readSmall(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if (!(await file.stat()).isFile()) throw new Error('not a file');
    const buffer = Buffer.alloc(MAX_BYTES + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length);
      length += bytesRead;
      if (length > MAX_BYTES) throw new Error(`more than ${MAX_BYTES} bytes`);
      if (bytesRead === 0) return buffer.toString('utf8', 0, length);
    }
  } finally {
    await file.close();
  }
}

async function unlessAbsent<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (typeof code === 'string' && ABSENT.has(code)) return undefined;
    throw error;
  }
}

/** The directory of a cgroup in the hierarchy of one controller. */
export interface CgroupDirectory {
  readonly version: 1 | 2;
  readonly path: string;
}

export type CgroupDirectories = ReadonlyMap<Controller, CgroupDirectory>;

/**
 * Finds the directories of a task's cgroup below `mountedRoot`: one per controller on v1 (`cpu`, or `cpu,cpuacct` if mounted
 * together), one for all on v2 (`cgroup.controllers` at the root). If both are mounted (v2 below `unified/`), each controller
 * is in one of them, and v1 is tried first. Links must stay below the root. The result is empty if there is no such cgroup.
 *
 * @throws an Error if the file system cannot be read.
 */
export async function findDirectories(
  files: CgroupFileSystem,
  mountedRoot: string,
  taskId: string,
): Promise<CgroupDirectories> {
  const found = new Map<Controller, CgroupDirectory>();
  const root = await files.resolve(mountedRoot);
  if (root === undefined) return found;
  const names = await files.list(root);
  const firstDirectory = async (
    version: CgroupDirectory['version'],
    mounts: readonly string[],
    paths: readonly string[],
  ): Promise<CgroupDirectory | undefined> => {
    for (const mount of mounts) {
      for (const path of paths) {
        const resolved = await files.resolve(join(root, mount, path), root);
        if (resolved !== undefined) return { version, path: resolved };
      }
    }
    return undefined;
  };
  const isUnified = names.includes('cgroup.controllers');
  for (const controller of isUnified ? [] : CONTROLLERS) {
    const mounts = names.filter((name) => name.split(',').includes(controller));
    const directory = await firstDirectory(1, mounts, version1Paths(taskId));
    if (directory !== undefined) found.set(controller, directory);
  }
  const mounts = isUnified ? ['.'] : names.filter((name) => name === 'unified');
  // With both versions mounted, the agent does not use systemd, so v2 has the paths of v1.
  const unified = await firstDirectory(2, mounts, [...version2Paths(taskId), ...version1Paths(taskId)]);
  for (const controller of CONTROLLERS) {
    if (unified !== undefined && !found.has(controller)) found.set(controller, unified);
  }
  return found;
}

/** An ID that is safe as a path component. */
const FILE_NAME = /^[0-9A-Za-z-]{1,128}$/;

/** The ID of a task, from an ARN with or without the cluster; undefined if it is not a valid file name. */
export function taskIdOf(arn: string | undefined): string | undefined {
  const id = parseTaskArn(arn)?.id ?? '';
  return FILE_NAME.test(id) ? id : undefined;
}

/** Paths of a task's cgroup from the root of a v1 hierarchy. */
export function version1Paths(taskId: string): readonly string[] {
  return [`ecs/${taskId}`];
}

/**
 * Paths of a task's cgroup on v2, where the agent uses systemd. systemd nests a slice at each dash of its name (`a-b.slice`
 * is in `a.slice`), so the UUID of an old ARN can be several levels deep.
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

/** The directory of a container's cgroup within the task's, on v1; undefined if the ID is not a valid file name. */
export function containerDirectory(containerId: string): string | undefined {
  return FILE_NAME.test(containerId) ? containerId : undefined;
}
