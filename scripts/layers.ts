/**
 * The layers of the program, part of `npm run lint`: a file imports from its own layer and from lower ones. Exits with code
 * 1 and a line for each import of a higher layer.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** From the top down. `src` means the files directly in src, which connect the others. */
export const LAYERS = [
  'src/cli',
  'src/demo',
  'src',
  'src/config',
  'src/status',
  'src/sampler',
  'src/sources',
  'src/metrics',
  'src/history',
  'src/snapshot',
  'src/aws',
  'src/self',
  'src/log',
  'src/text',
  'src/version.ts',
  'instrumentation',
] as const;

/** The layer of a path from the root; -1 for files outside of the program. */
function layerOf(path: string): number {
  const parts = path.split('/');
  const folder = parts[0] === 'src' && parts.length > 2 ? `src/${parts[1]}` : parts[0];
  const names: readonly string[] = LAYERS;
  return names.includes(path) ? names.indexOf(path) : names.indexOf(folder ?? '');
}

/** @returns a sentence for each import of a higher layer or from outside of the program. */
export function layerViolations(path: string, text: string): readonly string[] {
  const own = layerOf(path);
  if (own < 0) return [`${path} is in no layer: add its folder to scripts/layers.ts`];
  const specifiers = [...text.matchAll(/(?:\bfrom|^import|\bimport\()\s*'(\.[^']+)'/gm)].map(([, found = '']) => found);
  return specifiers.flatMap((specifier) => {
    const target = posix.join(dirname(path), specifier);
    const layer = layerOf(target);
    if (layer < 0) return [`${path} imports ${target}, which is no part of the program`];
    return layer < own ? [`${path} imports ${target}, which is above it`] : [];
  });
}

const root = join(import.meta.dirname, '..');

function violations(): readonly string[] {
  const paths = ['src', 'instrumentation'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => relative(root, join(entry.parentPath, entry.name))),
  );
  return paths.flatMap((path) => layerViolations(path, readFileSync(join(root, path), 'utf8')));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = violations();
  process.stdout.write(found.map((line) => `${line}\n`).join(''));
  process.exitCode = found.length === 0 ? 0 : 1;
}
