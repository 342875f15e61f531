import { EventEmitter } from 'node:events';
import { Writable } from 'node:stream';
import { main } from '../../src/cli/main.ts';
import { until } from '../real/wait.ts';
import { loggedLines } from './program.ts';

/** The whole program in this process, with separate streams and signals. */
export interface InProcessProgram {
  stdout(): string;
  stderr(): string;
  /** The events of its log lines. */
  events(): readonly string[];
  /** `http://localhost:<port>`, once it listens. */
  origin(): Promise<string>;
  signal(name: NodeJS.Signals): void;
  /** Reports an error that no code has caught. */
  crash(error: Error): void;
  /** The exit code. */
  readonly ended: Promise<number>;
}

export function startInProcess(argv: readonly string[], env: Readonly<Record<string, string>>): InProcessProgram {
  const host = Object.assign(new EventEmitter(), { exit: () => {} });
  const written = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof written) =>
    new Writable({
      write(chunk, _encoding, done) {
        written[name] += String(chunk);
        done();
      },
    });
  const ended = main({ argv, env, stdout: stream('stdout'), stderr: stream('stderr'), host });
  return {
    stdout: () => written.stdout,
    stderr: () => written.stderr,
    events: () => loggedLines(written.stderr).map(({ event }) => event),
    origin: () =>
      until('the log line with the address', () => /listening on (https?:[^\s"]+)/.exec(written.stderr)?.[1]),
    signal: (name) => void host.emit(name, name),
    crash: (error) => void host.emit('uncaughtException', error),
    ended,
  };
}
