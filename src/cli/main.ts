import { readCommandLine } from '../config/command-line.ts';
import { type CommandContext, reportFailure, type Surroundings } from './context.ts';

/**
 * The program: reads the arguments, does what they ask for, and resolves with the exit code (see EXIT). Never rejects,
 * reads nothing of `process` but its version, and loads only what the command needs: `--help` and `healthcheck` start often.
 */
export async function main(surroundings: Surroundings): Promise<number> {
  // A reader that goes away (`| head`) is no reason to end with a stack trace.
  for (const output of [surroundings.stdout, surroundings.stderr]) output.on('error', () => {});
  if (isNodeTooOld(process.versions.node)) {
    return reportFailure(
      surroundings.stderr,
      `needs Node.js ${MIN_NODE.join('.')} or newer, this is ${process.version}`,
    );
  }
  try {
    return await dispatch({ ...surroundings, line: readCommandLine(surroundings.argv) });
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return reportFailure(surroundings.stderr, `a defect of the program: ${text}`);
  }
}

/** `engines` in package.json only warns. */
const MIN_NODE = [22, 21] as const;

export function isNodeTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < MIN_NODE[0] || (major === MIN_NODE[0] && minor < MIN_NODE[1]);
}

async function dispatch(context: CommandContext): Promise<number> {
  switch (context.line.command) {
    case 'help':
      return (await import('./commands/help.ts')).help(context);
    case 'version':
      return (await import('./commands/version.ts')).version(context);
    case 'healthcheck':
      return (await import('./commands/healthcheck.ts')).healthcheck(context);
    case 'once':
      return (await import('./commands/once.ts')).once(context);
    case 'demo':
      return (await import('./commands/demo.ts')).demo(context);
    case 'run':
    case undefined:
      return (await import('./commands/run.ts')).run(context);
  }
}
