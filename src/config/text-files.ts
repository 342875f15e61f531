import { readFile, stat } from 'node:fs/promises';
import { type FileText, unreadable, unsuitable } from './files.ts';

/** `readTextFile` without blocking: a network file system may take seconds. Never rejects. */
export async function loadTextFile(path: string): Promise<FileText> {
  try {
    return unsuitable(await stat(path)) ?? { text: await readFile(path, 'utf8') };
  } catch (error) {
    return unreadable(error);
  }
}
