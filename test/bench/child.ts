import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

export interface Child {
  readonly pid: number;
  readonly hasExited: () => boolean;
  /** Sends SIGTERM and resolves at the exit. */
  stop(): Promise<void>;
}

/** What the child was told to print about its troubles goes to this process's stderr; its stdout is dropped. */
export function startNode(args: readonly string[]): Child {
  return childOf(spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] }));
}

export function childOf(child: ChildProcess): Child {
  const { pid } = child;
  if (pid === undefined) throw new Error('the process could not be started');
  const exited = once(child, 'exit');
  return {
    pid,
    hasExited: () => child.exitCode !== null || child.signalCode !== null,
    async stop() {
      child.kill();
      await exited;
    },
  };
}

/** A port that is free now, for a program that has to be told one. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}
