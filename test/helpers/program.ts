import { type ChildProcess, spawn } from 'node:child_process';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { at } from '../real/json.ts';
import { until } from '../real/wait.ts';

export const BIN = fileURLToPath(new URL('../../src/cli/bin.ts', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The program as a process of its own. */
export interface Program {
  readonly child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** The events of its log lines so far. */
  events(): readonly string[];
  /** The message of the first log line of that event, once it is written. */
  message(event: string): Promise<string>;
  /** `http://localhost:<port>`, once it listens. */
  origin(): Promise<string>;
  readonly ended: Promise<Ended>;
  /** Sends a signal, and gives back how it ended and after how many milliseconds. */
  stop(signal: NodeJS.Signals): Promise<Ended & { readonly ms: number }>;
}

/** Starts the program with nothing but this environment, on a port of its own choice; ends it with the test. */
export function startProgram(
  t: TestContext,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Program {
  const child = spawn(process.execPath, [BIN, ...argv], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  return watchProgram(t, child);
}

export function watchProgram(t: TestContext, child: ChildProcess): Program {
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
    });
  }
  const ended = new Promise<Ended>((resolve) => child.once('close', (code, signal) => resolve({ code, signal })));
  t.after(() => {
    child.kill('SIGKILL');
    return ended;
  });

  const lines = (): readonly unknown[] =>
    written.stderr
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));
  const message = (event: string): Promise<string> =>
    until(
      `a log line ${event}`,
      () => {
        const line = lines().find((one) => at(one, 'event') === event);
        if (line === undefined && child.exitCode !== null) return `none: it ended:\n${written.stderr}`;
        return line === undefined ? undefined : String(at(line, 'message'));
      },
      { timeoutMs: 20_000, everyMs: 20 },
    );

  return {
    child,
    stdout: () => written.stdout,
    stderr: () => written.stderr,
    events: () => lines().map((line) => String(at(line, 'event'))),
    message,
    async origin() {
      const origin = /http:\/\/\S+$/.exec(await message('listening'))?.[0];
      if (origin === undefined) throw new Error(`it does not listen:\n${written.stderr}`);
      return origin;
    },
    ended,
    async stop(signal) {
      const start = performance.now();
      child.kill(signal);
      return { ...(await ended), ms: Math.round(performance.now() - start) };
    },
  };
}
