import { readFile, stat } from 'node:fs/promises';
import { type FileText, MAX_FILE_BYTES, unreadable } from './files.ts';

/** `readTextFile` without blocking: a network file system may take seconds. Never rejects. */
export async function loadTextFile(path: string): Promise<FileText> {
  try {
    const stats = await stat(path);
    if (!stats.isFile()) return { error: 'it is not a regular file' };
    if (stats.size > MAX_FILE_BYTES) return { error: 'it is larger than 1 MiB' };
    return { text: await readFile(path, 'utf8') };
  } catch (error) {
    return unreadable(error);
  }
}
