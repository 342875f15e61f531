import { accessSync, constants, statSync } from 'node:fs';

/** Why a file cannot be read, or `undefined` if it can. */
export function checkFile(path: string): string | undefined {
  try {
    if (!statSync(path).isFile()) return 'it is not a file';
    accessSync(path, constants.R_OK);
    return undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return 'it does not exist';
    if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
    return `it cannot be opened (${String(code ?? 'unknown reason')})`;
  }
}
