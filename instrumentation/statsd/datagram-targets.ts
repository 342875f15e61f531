import { createSocket, type Socket } from 'node:dgram';
import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { ExportError } from '../metric-exporter.ts';
import { sanitizeText } from '../sanitize-text.ts';
import { createResolver, type Resolver } from './datagram-addresses.ts';

/** A receiver of datagrams. */
export interface DatagramTarget {
  /** Maximum size of a datagram of several lines, in bytes. */
  readonly maxBytes: number;
  /**
   * Sends the datagrams of one export over a new socket, so that each export reaches an agent that was restarted or has moved.
   * Rejects at the first datagram that fails, and drops the rest.
   *
   * @param onSent called with the size of each datagram that was sent
   */
  send(datagrams: readonly string[], signal: AbortSignal, onSent?: (bytes: number) => void): Promise<void>;
  /** Converts an error of `send`. */
  toExportError(error: Error): ExportError;
}

/** With the IPv6 and UDP headers, a datagram of this size fits in an Ethernet frame (1,500 bytes). */
const MAX_UDP_BYTES = 1432;
/** Datagrams sent without a pause. By default Linux queues about 90 of them for a busy receiver (net.core.rmem_default). */
const BURST = 32;
const BURST_PAUSE_MS = 10;
/** Wait after the last datagram for an ICMP error (port unreachable). */
const ERROR_WAIT_MS = 20;

/** Sends over UDP. The socket is connected, so that a closed port is reported as an error. Lost datagrams are not detected. */
export function udpTarget(host: string, port: number, resolve: Resolver = createResolver(host)): DatagramTarget {
  return {
    maxBytes: MAX_UDP_BYTES,
    async send(datagrams, signal, onSent) {
      const socket = await connect(await resolve(signal), port);
      const failure = new AbortController();
      socket.on('error', (error) => failure.abort(error));
      const aborted = AbortSignal.any([signal, failure.signal]);
      try {
        for (const [index, datagram] of datagrams.entries()) {
          aborted.throwIfAborted();
          const bytes = await sendDatagram(socket, datagram);
          onSent?.(bytes);
          if ((index + 1) % BURST === 0) await sleep(BURST_PAUSE_MS, undefined, { signal: aborted });
        }
        await sleep(ERROR_WAIT_MS, undefined, { signal: aborted });
        // One more event loop turn: after a stall, due timers fire before the socket's errors are read.
        await turn();
      } finally {
        socket.close();
        // Rejects with the reason instead of the AbortError of a sleep.
        aborted.throwIfAborted();
      }
    },
    toExportError(error) {
      const code = 'code' in error && typeof error.code === 'string' ? error.code : sanitizeText(error.message);
      const isUnknown = 'syscall' in error && error.syscall === 'getaddrinfo';
      const message = isUnknown
        ? `cannot resolve the host ${host} (${code}): check STATSD_HOST or DD_AGENT_HOST, and DNS`
        : `cannot send to port ${port} of ${host} (${code}): check that the agent is running, and its host and port (STATSD_HOST and STATSD_PORT, or DD_AGENT_HOST and DD_DOGSTATSD_PORT)`;
      return new ExportError('unreachable', message);
    },
  };
}

/** Returns the size of the datagram. */
function sendDatagram(socket: Socket, datagram: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  socket.send(datagram, (error, bytes) => (error === null ? resolve(bytes) : reject(error)));
  return promise;
}

/** Connects a socket to the first address with a route. @throws the error of the last address */
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

/** Maximum datagram that Datadog's agent reads (its option dogstatsd_buffer_size). */
const MAX_SOCKET_BYTES = 8192;
const FIRST_WAIT_MS = 5;

/**
 * Sends over a Unix datagram socket. Node.js does not support these, so this needs an optional native package.
 *
 * @param maxWaitMs limit for the total wait of one export; a working agent drains its queue faster
 * @throws an Error with the code `statsd_socket_unsupported` if the package is not installed
 */
export async function unixTarget(path: string, maxWaitMs: number): Promise<DatagramTarget> {
  const { DgramSocket } = await import('node-unix-socket').catch((cause: unknown) => {
    const message = 'Unix datagram sockets need the package node-unix-socket, which is not installed';
    const hint = `for ${process.platform} on ${process.arch}: use UDP (STATSD_HOST) instead`;
    throw Object.assign(new Error(`${message} ${hint}`, { cause }), { code: 'statsd_socket_unsupported' });
  });
  // Receive errors are ignored: nothing is received.
  const createSender = () => new DgramSocket().on('error', () => {});

  /** Returns false if the agent's queue is full. */
  function trySend(socket: InstanceType<typeof DgramSocket>, datagram: Buffer): boolean {
    // The callback runs before sendTo returns, unless the datagram was queued.
    const results: (Error | undefined)[] = [];
    socket.sendTo(datagram, 0, datagram.length, path, (error) => results.push(error));
    const [error] = results;
    if (error !== undefined) throw error;
    return results.length > 0;
  }

  return {
    maxBytes: MAX_SOCKET_BYTES,
    async send(datagrams, signal, onSent) {
      let socket = createSender();
      let waitedMs = 0;
      try {
        for (const datagram of datagrams.map((text) => Buffer.from(text))) {
          for (let waitMs = FIRST_WAIT_MS; !trySend(socket, datagram); waitMs *= 2) {
            // The package's queue is unbounded, and once it is used the event loop spins. Closing the socket drops the queue.
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
          onSent?.(datagram.length);
        }
      } finally {
        socket.close();
      }
    },
    toExportError: ({ message }) =>
      new ExportError(
        'unreachable',
        `cannot send to ${path} (${sanitizeText(message)}): check that the agent is running and that this container mounts its socket`,
      ),
  };
}
