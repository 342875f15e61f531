import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Documents of one task from a real endpoint or engine, by poll. */
export interface Recording {
  readonly name: string;
  /** Raw or decoded documents. */
  readonly polls: readonly { readonly task: unknown; readonly stats: unknown }[];
  /** Whether its containers share a network namespace. */
  readonly sharesNetwork: boolean;
  /** Files of the recording, relative to the folder of recordings. */
  readonly files: readonly string[];
}

/** Recordings published by other projects. They are read from a folder next to the clone, and not copied. */
export const PUBLIC_FOLDER = join(import.meta.dirname, '../../../shared/fixtures/public');

/** Our own recordings. */
export const OUR_FOLDER = join(import.meta.dirname, '../fixtures/recorded');

/** @throws if the folder is missing, so that missing recordings fail the tests */
export function textOf(folder: string, file: string): string {
  try {
    return readFileSync(join(folder, file), 'utf8');
  } catch (error) {
    throw new Error(`no recording ${file}: it belongs into ${folder}`, { cause: error });
  }
}

export function documentOf(folder: string, file: string): unknown {
  return JSON.parse(textOf(folder, file));
}

/** All documents in a folder, relative to it. Empty if the folder does not exist. */
export function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'README.md')
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}
