import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's first folder. */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The full path of a file of the repository. */
export function pathOf(file: string): string {
  return join(ROOT, file);
}

export function textOf(file: string): string {
  return readFileSync(pathOf(file), 'utf8');
}

export function jsonOf(file: string): unknown {
  const parsed: unknown = JSON.parse(textOf(file));
  return parsed;
}

/** The files below examples/ whose names end like that, as paths from the repository's first folder. */
export function examplesEndingWith(...endings: readonly string[]): readonly string[] {
  return readdirSync(pathOf('examples'), { recursive: true, encoding: 'utf8' })
    .filter((file) => endings.some((ending) => file.endsWith(ending)))
    .map((file) => join('examples', file))
    .sort();
}
