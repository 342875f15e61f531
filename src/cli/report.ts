import type { Problem } from '../config/problem.ts';
import { PROGRAM } from '../version.ts';
import { EXIT, type Output, print } from './context.ts';

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
