import { readCommandLine } from '../config/command-line.ts';
import { type CommandContext, EXIT, type ProcessContext, reportCrash, reportFailure } from './context.ts';
import { STOP_SIGNALS } from './signals.ts';

/**
 * Runs the program and resolves with the exit code (see EXIT). Never rejects. Loads only the modules that the command needs,
 * because `healthcheck` runs often.
 */
export async function main(processContext: ProcessContext): Promise<number> {
  // A closed pipe (`| head`) must not end the program with a stack trace.
  for (const output of [processContext.stdout, processContext.stderr]) output.on('error', () => {});
  if (isNodeTooOld(process.versions.node)) {
    return reportFailure(
      processContext.stderr,
      `Node.js ${MIN_NODE.join('.')} or later is required; this is ${process.version}`,
    );
  }
  try {
    const line = readCommandLine(processContext.argv);
    const isLongRunning = line.command === undefined || line.command === 'run' || line.command === 'demo';
    if (!isLongRunning && (await endOnSignal(processContext))) return EXIT.runtime;
    return await dispatch({ ...processContext, line });
  } catch (error) {
    return reportCrash(processContext.stderr, error);
  }
}

/** Makes every stop signal end the process. Returns true if one arrived while the program was loading. */
async function endOnSignal({ signals, host }: ProcessContext): Promise<boolean> {
  // Node.js reports signals between two turns of the event loop.
  if (signals !== undefined) await new Promise(setImmediate);
  // Process 1 has no default action.
  for (const signal of STOP_SIGNALS) host.on(signal, () => host.exit(EXIT.runtime));
  return signals?.release() !== undefined;
}

/** Checked because npm only warns if `engines` in package.json is not met. */
const MIN_NODE = [22, 21] as const;

export function isNodeTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < MIN_NODE[0] || (major === MIN_NODE[0] && minor < MIN_NODE[1]);
}

async function dispatch(context: CommandContext): Promise<number> {
  switch (context.line.command) {
    case 'help':
      return (await import('./help.ts')).help(context);
    case 'version':
      return (await import('./print-version.ts')).printVersion(context);
    case 'healthcheck':
      return (await import('./healthcheck.ts')).healthcheck(context);
    case 'once':
      return (await import('./run.ts')).once(context);
    case 'demo':
      return (await import('./demo.ts')).demo(context);
    case 'run':
    case undefined:
      return (await import('./run.ts')).run(context);
  }
}
