import { readFileSync, statSync } from 'node:fs';

/** What a file holds, or why it cannot be read, as the end of a sentence. */
export type FileText = { readonly text: string } | { readonly wrong: string };

/** Certificates and headers take kilobytes: more is another file. */
const MAX_BYTES = 1_048_576;

/** Reads a small text file. Never throws. */
export function readTextFile(path: string): FileText {
  try {
    const stats = statSync(path);
    if (!stats.isFile()) return { wrong: 'it is not a file' };
    if (stats.size > MAX_BYTES) return { wrong: 'it is larger than 1 MiB' };
    return { text: readFileSync(path, 'utf8') };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return { wrong: 'it does not exist' };
    if (code === 'EACCES' || code === 'EPERM') return { wrong: 'permission denied' };
    return { wrong: `it cannot be opened (${String(code ?? 'unknown reason')})` };
  }
}
