import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export const ROOT = join(import.meta.dirname, '../../..');

export interface SourceFile {
  /** From the root of the repository, with slashes. */
  readonly path: string;
  readonly text: string;
  /** Without comments, and with empty string literals. */
  readonly code: string;
  /** Module specifiers of imports and re-exports. */
  readonly imports: readonly string[];
}

/** The TypeScript files below a directory of the repository. */
export function sourceFiles(folder: string): readonly SourceFile[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      const text = readFileSync(path, 'utf8');
      return { path: relative(ROOT, path), text, code: codeOf(text), imports: importsOf(text) };
    });
}

/** Comments, strings and template literals. Nested templates are not supported. */
const LITERALS = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g;

export function codeOf(text: string): string {
  return text.replace(LITERALS, (literal) => (literal.startsWith('/') ? '' : "''"));
}

function importsOf(text: string): readonly string[] {
  const found = text.matchAll(/(?:\bfrom|^import|\bimport\()\s*'([^']+)'/gm);
  return [...found].map(([, specifier = '']) => specifier);
}
