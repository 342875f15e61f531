import type { Writable } from 'node:stream';
import type { CommandLine } from '../config/command-line.ts';
import type { Problem } from '../config/problem.ts';
import type { Environment } from '../config/settings.ts';
import { PROGRAM } from '../version.ts';

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

/** One line for each mistake and a hint; gives back the exit code. */
export async function reportProblems(stderr: Output, problems: readonly Problem[]): Promise<number> {
  const lines = problems.map(({ message }) => `error: ${message}\n`);
  await print(stderr, `${lines.join('')}See --help for what is allowed: ${PROGRAM} --help\n`);
  return EXIT.configuration;
}

/** One line for each; gives back the exit code. */
export async function reportWarnings(stderr: Output, warnings: readonly Problem[]): Promise<number> {
  await print(stderr, warnings.map(({ message }) => `warning: ${message}\n`).join(''));
  return EXIT.ok;
}

export async function reportFailure(stderr: Output, message: string): Promise<number> {
  await print(stderr, `error: ${message}\n`);
  return EXIT.runtime;
}
