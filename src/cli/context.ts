import type { Writable } from 'node:stream';
import type { CommandLine } from '../config/command-line.ts';
import type { Environment } from '../config/settings.ts';

/** What the exit code says. 2 is for what the operator has to change, so that a restart cannot help. */
export const EXIT = { ok: 0, runtime: 1, configuration: 2 } as const;

export type Output = Writable & { readonly isTTY?: boolean };

/** The part of `process` that outlives one call: signals, last-resort errors, and the end. */
export interface ProcessHost {
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  off(event: string, listener: (...args: unknown[]) => void): unknown;
  /** Ends the process at once. */
  exit(code: number): void;
}

/** The world of one call of the program. */
export interface Surroundings {
  /** The arguments after the program's name. */
  readonly argv: readonly string[];
  readonly env: Environment;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly host: ProcessHost;
}

export interface CommandContext extends Surroundings {
  readonly line: CommandLine;
}

/** Resolves when the text left the process, or when nobody reads it any more. */
export function print(output: Output, text: string): Promise<void> {
  return new Promise((resolve) => {
    output.write(text, () => resolve());
  });
}
