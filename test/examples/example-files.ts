import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow, ROOT } from '../helpers/pages.ts';

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

/** Files below examples/ with these name endings, relative to the root of the repository. */
export function examplesEndingWith(...endings: readonly string[]): readonly string[] {
  return filesBelow('examples').filter((file) => endings.some((ending) => file.endsWith(ending)));
}
