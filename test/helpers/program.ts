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

/** The program as a separate process. */
export interface Program {
  readonly child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** The events of its log lines. */
  events(): readonly string[];
  /** Waits for the first log line of the event and returns its message. Rejects if the program ends without one. */
  message(event: string): Promise<string>;
  /** `http://localhost:<port>`, once it listens. */
  origin(): Promise<string>;
  readonly ended: Promise<Ended>;
  /** Sends a signal and waits for the end of the program. */
  stop(signal: NodeJS.Signals): Promise<Ended>;
}

/** Starts the program with only this environment; ends it with the test. */
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

  const message = async (event: string): Promise<string> => {
    const isOver = ended.then(() => true);
    const line = await until(`a log line ${event}`, async () => {
      const found = loggedLines(written.stderr).find((one) => one.event === event);
      return found ?? ((await Promise.race([isOver, undefined])) ? 'none' : undefined);
    });
    if (line === 'none') throw new Error(`no log line ${event}, the program ended:\n${written.stderr}`);
    return line.message;
  };

  return {
    child,
    stdout: () => written.stdout,
    stderr: () => written.stderr,
    events: () => loggedLines(written.stderr).map(({ event }) => event),
    message,
    async origin() {
      const origin = /https?:\/\/\S+$/.exec(await message('listening'))?.[0];
      if (origin === undefined) throw new Error(`it does not listen:\n${written.stderr}`);
      return origin;
    },
    ended,
    stop(signal) {
      child.kill(signal);
      return ended;
    },
  };
}

/** The lines of a log with LOG_FORMAT=json. */
export function loggedLines(log: string): readonly { readonly event: string; readonly message: string }[] {
  return log
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line): unknown => JSON.parse(line))
    .map((line) => ({ event: String(at(line, 'event')), message: String(at(line, 'message')) }));
}
