import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imageFlags, imageMallocVariables } from './image-flags.ts';

const ROOT = join(import.meta.dirname, '../..');
const BUNDLE = 'bundle/ecs-container-exporter.cjs';

/** The measured program: a file, the flags of Node.js and V8, and the variables of glibc's malloc. */
export interface Program {
  readonly file: string;
  readonly nodeFlags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** For the header of the output. */
  readonly shown: string;
}

export interface ProgramOptions {
  /** @default the bundle */
  readonly file: string | undefined;
  /** @default the image's */
  readonly nodeFlags: readonly string[] | undefined;
}

/**
 * By default builds the bundle and uses the flags and variables of the Dockerfile, as in the image. The bundle is
 * copied, so that a build during the run does not change it.
 *
 * @throws if the bundle cannot be built.
 */
export function prepareProgram({ file, nodeFlags }: ProgramOptions): Program {
  const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
  const flags = nodeFlags ?? imageFlags(dockerfile);
  const env = imageMallocVariables(dockerfile);
  const shown = [...flags, file ?? BUNDLE].join(' ');
  if (file !== undefined) return { file, nodeFlags: flags, env, shown };
  const made = spawnSync(process.execPath, [join(ROOT, 'scripts/bundle.ts')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (made.status !== 0) throw new Error('the bundle could not be made');
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const copy = join(folder, 'ecs-container-exporter.cjs');
  copyFileSync(join(ROOT, BUNDLE), copy);
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return { file: copy, nodeFlags: flags, env, shown };
}

/** Loaded before the program, makes an hour {@link FAST_TIMER_MS} milliseconds. */
export const FAST_TIMERS = join(ROOT, 'test/real/fast-timers.cjs');
