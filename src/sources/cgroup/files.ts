import { constants } from 'node:fs';
import { open, opendir, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';

/** The file system, as far as it is needed: tests put one there that hangs. */
export interface CgroupFileSystem {
  /** The text of a small file; undefined when there is none. @throws an Error for one that cannot be read. */
  read(path: string): Promise<string | undefined>;
  /** Where `path` really is; undefined when it is nowhere, or not below `root` (which is given as such an answer). */
  resolve(path: string, root?: string): Promise<string | undefined>;
  /** Names in a folder, so many at most; none when there is no such folder. */
  list(folder: string): Promise<readonly string[]>;
}

/** Files of the kernel have a few hundred bytes; whatever has more is something else. */
const MAX_BYTES = 16_384;
/** A cgroup file system has about ten folders at its root. */
const MAX_NAMES = 256;

/** Gone, or never there. A cgroup that was removed while its file was open answers ENODEV. */
const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'ENODEV']);

export const realFiles: CgroupFileSystem = {
  async read(path) {
    const text = await unlessAbsent(readSmall(path));
    return text;
  },
  async resolve(path, root) {
    const real = await unlessAbsent(realpath(path));
    return real === undefined || root === undefined || isBelow(real, root) ? real : undefined;
  },
  async list(folder) {
    const names: string[] = [];
    const entries = await unlessAbsent(opendir(folder));
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

/** Neither follows a link nor waits for the other end of a pipe. */
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
