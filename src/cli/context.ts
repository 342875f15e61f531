import type { Writable } from 'node:stream';
import { escaped } from '../../instrumentation/sanitize-text.ts';
import type { CommandLine } from '../config/command-line.ts';
import type { Environment, Problem } from '../config/option.ts';
import type { InvalidConfig } from '../config/resolve.ts';
import { PROGRAM } from '../version.ts';
import type { HeldSignals } from './signals.ts';

/** Exit codes. 2 means that the operator must correct the configuration: a restart cannot help. */
export const EXIT = { ok: 0, runtime: 1, configuration: 2 } as const;

export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** The process-wide parts of `process`: signals, uncaught errors and exit. */
export interface ProcessHost {
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  off(event: string, listener: (...args: unknown[]) => void): unknown;
  /** Ends the process immediately. */
  exit(code: number): void;
}

/** The arguments, environment and streams of the process. */
export interface ProcessContext {
  /** The arguments after the program's name. */
  readonly argv: readonly string[];
  readonly env: Environment;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly host: ProcessHost;
  /** Signals that arrived during the start of the process. @default none */
  readonly signals?: HeldSignals | undefined;
}

export interface CommandContext extends ProcessContext {
  readonly line: CommandLine;
}

/** Resolves when the write has completed; with its error if it failed (full disk, closed pipe). Never rejects. */
export function print(output: Output, text: string): Promise<Error | undefined> {
  return new Promise((resolve) => {
    output.write(text, (error) => resolve(error ?? undefined));
  });
}

/** Prints the result of a command; returns the exit code. */
export async function printResult({ stdout, stderr }: ProcessContext, text: string): Promise<number> {
  const error = await print(stdout, text);
  if (error === undefined) return EXIT.ok;
  const code = 'code' in error ? String(error.code) : error.message;
  return reportFailure(stderr, `cannot write to stdout (${code})`);
}

/** Prints one line per error and warning; returns the exit code. */
export async function reportInvalid(stderr: Output, { problems, warnings }: InvalidConfig): Promise<number> {
  const errors = problems.map(({ message }) => `error: ${message}\n`);
  await print(stderr, `${errors.join('')}${warningLines(warnings)}Run ${PROGRAM} --help for all options.\n`);
  return EXIT.configuration;
}

/** `warning: ...`, one line each. */
export function warningLines(warnings: readonly Problem[]): string {
  return warnings.map(({ message }) => `warning: ${message}\n`).join('');
}

export async function reportFailure(stderr: Output, message: string): Promise<number> {
  await print(stderr, `error: ${message}\n`);
  return EXIT.runtime;
}

/** Reports an unexpected error with its stack, escaped for a terminal; returns the exit code. */
export async function reportCrash(
  stderr: Output,
  error: unknown,
  redact: (text: string) => string = String,
): Promise<number> {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return reportFailure(stderr, `internal error: ${redact(text).split('\n').map(escaped).join('\n')}`);
}
