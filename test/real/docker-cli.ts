import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Debian's client: the PATH may contain another one. */
const program = '/usr/bin/docker';

export interface DockerCli {
  /** Runs it to its exit, whatever the exit code. */
  run(...args: readonly string[]): Promise<Finished>;
  /** Runs it and returns its stdout. @throws if the exit code is not 0. */
  ok(...args: readonly string[]): Promise<string>;
  /** Runs it and streams its stdout. @throws if the exit code is not 0. */
  stream<T>(read: (stdout: Readable) => Promise<T>, ...args: readonly string[]): Promise<T>;
}

/**
 * The Docker command-line client for the engine at a socket, with the legacy builder, which is part of the engine and
 * therefore always available. `home` isolates it from the developer's settings.
 */
export function dockerCli(socketPath: string, home: string): DockerCli {
  const env = {
    PATH: process.env['PATH'],
    HOME: home,
    DOCKER_CONFIG: home,
    DOCKER_HOST: `unix://${socketPath}`,
    DOCKER_BUILDKIT: '0',
  };

  async function start<T>(args: readonly string[], read: (stdout: Readable) => Promise<T>) {
    const child = spawn(program, [...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = new Promise<number>((resolve, reject) => {
      child.once('error', (cause) => reject(new Error(`cannot start ${program}: ${cause.message}`, { cause })));
      child.once('close', (code) => resolve(code ?? -1));
    });
    const [code, stdout, stderr] = await Promise.all([ended, read(child.stdout), text(child.stderr)]);
    return { code, stdout, stderr };
  }

  async function stream<T>(read: (stdout: Readable) => Promise<T>, ...args: readonly string[]): Promise<T> {
    const { code, stdout, stderr } = await start(args, read);
    if (code === 0) return stdout;
    const said = `${typeof stdout === 'string' ? stdout : ''}${stderr}`;
    throw new Error(`docker ${args.join(' ')} ended with ${code}:\n${said.slice(-4000)}`);
  }

  return { run: (...args) => start(args, text), ok: (...args) => stream(text, ...args), stream };
}
