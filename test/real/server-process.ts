import { spawn } from 'node:child_process';

export interface ServerProcess {
  readonly pid: number;
  /** Everything written to stdout and stderr so far. */
  log(): string;
  hasEnded(): boolean;
  /** Sends SIGTERM, and SIGKILL after a timeout. Resolves with its exit code or signal. */
  stop(): Promise<Ending>;
}

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly afterMs: number;
}

/** Starts a program that runs until it is stopped. @throws if it cannot be started, for example because it is not installed. */
export async function startServer(
  command: string,
  args: readonly string[],
  { env, cwd, killAfterMs = 15_000 }: { env?: NodeJS.ProcessEnv; cwd?: string; killAfterMs?: number } = {},
): Promise<ServerProcess> {
  const child = spawn(command, [...args], { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      log += text;
    });
  }
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  const pid = await new Promise<number>((resolve, reject) => {
    child.once('error', (cause) => reject(new Error(`cannot start ${command}: ${cause.message}`, { cause })));
    child.once('spawn', () => resolve(child.pid ?? 0));
  });

  return {
    pid,
    log: () => log,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    async stop() {
      const startedAt = performance.now();
      child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
      const ending = await ended;
      clearTimeout(killer);
      return { ...ending, afterMs: performance.now() - startedAt };
    },
  };
}
