import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Child {
  readonly pid: number;
  readonly hasExited: () => boolean;
  /** How it ended: `exit 1`, `SIGSEGV`. */
  readonly ending: () => string;
  /** Sends SIGTERM, then SIGKILL, and resolves at the exit. */
  stop(): Promise<void>;
}

export interface ChildOptions {
  /** The whole environment: variables of the developer's shell must not affect the measurement. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** @default 'inherit' */
  readonly stderr?: 'inherit' | 'ignore';
}

const KILL_AFTER_MS = 15_000;

/** Starts a program. Its stdout is dropped. */
export function startChild(command: string, args: readonly string[], options: ChildOptions = {}): Child {
  const { env = {}, cwd, stderr = 'inherit' } = options;
  return childOf(spawn(command, args, { env, cwd, stdio: ['ignore', 'ignore', stderr] }));
}

export function childOf(child: ChildProcess): Child {
  const { pid } = child;
  // A failed start shows as a missing pid. Without a listener the event would end this process.
  child.once('error', () => {});
  if (pid === undefined) throw new Error(`the process could not be started: ${child.spawnfile}`);
  const exited = once(child, 'exit');
  // The child must not outlive the bench.
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  const hasExited = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    pid,
    hasExited,
    ending: () => child.signalCode ?? `exit ${child.exitCode ?? '?'}`,
    async stop() {
      if (hasExited()) return;
      child.kill();
      const killer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
      await exited;
      clearTimeout(killer);
    },
  };
}

/** Runs `use` with the started program, and stops the program in any case. */
export async function whileRunning<Running extends { stop(): Promise<void> }, Result>(
  starting: Promise<Running>,
  use: (running: Running) => Promise<Result>,
): Promise<Result> {
  const running = await starting;
  try {
    return await use(running);
  } finally {
    await running.stop();
  }
}
