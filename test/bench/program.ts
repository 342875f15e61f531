import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imageFlags } from './image-flags.ts';

const ROOT = join(import.meta.dirname, '../..');
const BUNDLE = 'bundle/ecs-container-exporter.cjs';

/** What is measured: a file that Node runs, and with which options of Node and V8. */
export interface Program {
  readonly file: string;
  readonly nodeFlags: readonly string[];
  /** For the reader of the figures. */
  readonly shown: string;
}

export interface ProgramOptions {
  /** A file instead of the bundle. */
  readonly file: string | undefined;
  /** Instead of the image's. */
  readonly nodeFlags: readonly string[] | undefined;
}

/**
 * The program as it is in the image, unless something else is asked for: the bundle, made now, with the options of the
 * Dockerfile's ENTRYPOINT. A copy of it: a bundle that is made anew meanwhile changes nothing in this run.
 *
 * @throws when the bundle cannot be made.
 */
export function prepareProgram({ file, nodeFlags }: ProgramOptions): Program {
  const flags = nodeFlags ?? imageFlags(readFileSync(join(ROOT, 'Dockerfile'), 'utf8'));
  const shown = [...flags, file ?? BUNDLE].join(' ');
  if (file !== undefined) return { file, nodeFlags: flags, shown };
  const made = spawnSync(process.execPath, [join(ROOT, 'scripts/bundle.ts')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (made.status !== 0) throw new Error('the bundle could not be made');
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const copy = join(folder, 'ecs-container-exporter.cjs');
  copyFileSync(join(ROOT, BUNDLE), copy);
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return { file: copy, nodeFlags: flags, shown };
}

/** Loaded before the program, makes an hour {@link HURRY_MS} milliseconds. */
export const HURRY = join(ROOT, 'test/real/hurry.cjs');
