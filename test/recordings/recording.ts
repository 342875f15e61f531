import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Documents of one task as they came from a real endpoint or engine, one poll after the other. */
export interface Recording {
  readonly name: string;
  /** Raw documents, or what JSON makes of them. */
  readonly polls: readonly { readonly task: unknown; readonly stats: unknown }[];
  /** Whether its containers share a network namespace, so that no traffic is a container's own. */
  readonly sharesNetwork: boolean;
  /** Every file that it was read from, relative to its folder of recordings. */
  readonly files: readonly string[];
}

/** Recordings that other projects published: read where they lie, beside the clone, and never copied. */
export const PUBLIC_FOLDER = join(import.meta.dirname, '../../../shared/fixtures/public');

/** Our own ones. */
export const OUR_FOLDER = join(import.meta.dirname, '../fixtures/recorded');

/** @throws with what is missing and where it has to be: a recording that is not there is a failure, not a test less. */
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

/** All recorded documents in a folder, relative to it; none when there is no such folder. */
export function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'README.md')
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}
