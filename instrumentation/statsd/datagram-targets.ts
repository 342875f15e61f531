import { createSocket, type Socket } from 'node:dgram';
import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { ExportError } from '../export-error.ts';
import { shown } from '../foreign-text.ts';
import { createResolver, type Resolver } from './datagram-addresses.ts';

/** Where datagrams go. */
export interface DatagramTarget {
  /** The most that is put together into one datagram, in bytes. */
  readonly maxBytes: number;
  /**
   * Sends the datagrams of one export over a socket of its own, so that each export finds an agent that was restarted or has
   * moved. Rejects at the first datagram that fails, and drops the rest.
   */
  send(datagrams: readonly string[], signal: AbortSignal): Promise<void>;
  /** What an error of `send` means. */
  explain(error: Error): ExportError;
}

/** Below the 1,500 bytes of an Ethernet frame, less the headers of IPv6 and UDP. */
const MAX_UDP_BYTES = 1432;
/** By default Linux keeps some 90 of these for a receiver that is busy (net.core.rmem_default): it needs a turn before. */
const BURST = 32;
const BURST_PAUSE_MS = 10;
/** For the answer of a host where nobody listens: it follows the datagram, and would else be missed for the last one. */
const ANSWER_MS = 20;

/** UDP. The socket is connected, so that a host where nobody listens is noticed; what is lost on the way never is. */
export function udpTarget(host: string, port: number, resolve: Resolver = createResolver(host)): DatagramTarget {
  return {
    maxBytes: MAX_UDP_BYTES,
    async send(datagrams, signal) {
      const socket = await connect(await resolve(signal), port);
      const failure = new AbortController();
      socket.on('error', (error) => failure.abort(error));
      const stop = AbortSignal.any([signal, failure.signal]);
      try {
        for (const [index, datagram] of datagrams.entries()) {
          stop.throwIfAborted();
          await sendOver(socket, datagram);
          if ((index + 1) % BURST === 0) await sleep(BURST_PAUSE_MS, undefined, { signal: stop });
        }
        await sleep(ANSWER_MS, undefined, { signal: stop });
        // One more event loop turn: after a stall, due timers fire before arrived answers are read.
        await turn();
      } finally {
        socket.close();
        // The reason, instead of the AbortError of a sleep.
        stop.throwIfAborted();
      }
    },
    explain(error) {
      const code = 'code' in error && typeof error.code === 'string' ? error.code : shown(error.message);
      const isUnknown = 'syscall' in error && error.syscall === 'getaddrinfo';
      const message = isUnknown
        ? `cannot resolve the host ${host} (${code}): check STATSD_HOST or DD_AGENT_HOST, and DNS`
        : `cannot send to port ${port} of ${host} (${code}): check that the agent is running, and its host and port (STATSD_HOST and STATSD_PORT, or DD_AGENT_HOST and DD_DOGSTATSD_PORT)`;
      return new ExportError('unreachable', message);
    },
  };
}

function sendOver(socket: Socket, datagram: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.send(datagram, (error) => (error === null ? resolve() : reject(error)));
  return promise;
}

/** A socket of the first address that this machine has a way to. @throws the last one's error. */
async function connect(addresses: readonly LookupAddress[], port: number): Promise<Socket> {
  let failure: unknown = new Error('no address');
  for (const { address, family } of addresses) {
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
    try {
      socket.connect(port, address);
      await once(socket, 'connect');
      return socket;
    } catch (error) {
      failure = error;
      socket.close();
    }
  }
  throw failure;
}

/** What Datadog's agent reads at once (its option dogstatsd_buffer_size). */
const MAX_SOCKET_BYTES = 8192;
const FIRST_WAIT_MS = 5;

/**
 * A Unix datagram socket, by a native package that is optional, since Node.js has none of its own.
 *
 * @param maxWaitMs limit for all waits of one export together; an agent that still reads frees space within it
 * @throws an Error with the code `statsd_socket_unsupported` where the package is not installed.
 */
export async function unixTarget(path: string, maxWaitMs: number): Promise<DatagramTarget> {
  const { DgramSocket } = await import('node-unix-socket').catch((cause: unknown) => {
    const message = 'Unix datagram sockets need the package node-unix-socket, which is not installed';
    const hint = `for ${process.platform} on ${process.arch}: use UDP (STATSD_HOST) instead`;
    throw Object.assign(new Error(`${message} ${hint}`, { cause }), { code: 'statsd_socket_unsupported' });
  });
  // It tells of what it cannot receive, too.
  const createSender = () => new DgramSocket().on('error', () => {});

  /** Sends at once; false when the agent's queue is full. */
  function isSent(socket: InstanceType<typeof DgramSocket>, datagram: Buffer): boolean {
    // It sends, and answers, before it returns; or else it keeps the datagram for later.
    const answers: (Error | undefined)[] = [];
    socket.sendTo(datagram, 0, datagram.length, path, (error) => answers.push(error));
    const [error] = answers;
    if (error !== undefined) throw error;
    return answers.length > 0;
  }

  return {
    maxBytes: MAX_SOCKET_BYTES,
    async send(datagrams, signal) {
      let socket = createSender();
      let waitedMs = 0;
      try {
        for (const datagram of datagrams) {
          for (let waitMs = FIRST_WAIT_MS; !isSent(socket, Buffer.from(datagram)); waitMs *= 2) {
            // Its own queue has no bound, and once used makes the event loop spin: closing forgets it.
            socket.close();
            socket = createSender();
            if (waitedMs >= maxWaitMs) {
              throw new ExportError(
                'throttled',
                `the queue of the agent at ${path} is full: check the load of the agent`,
              );
            }
            await sleep(waitMs, undefined, { signal });
            waitedMs += waitMs;
          }
        }
      } finally {
        socket.close();
      }
    },
    explain: ({ message }) =>
      new ExportError(
        'unreachable',
        `cannot send to ${path} (${shown(message)}): check that the agent is running and that this container mounts its socket`,
      ),
  };
}
