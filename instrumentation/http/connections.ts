import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { HttpLimits } from './limited-server.ts';

/** The open connections of one server, over all its addresses. */
export interface Connections {
  /** A client connected. Closes that connection, or one that waits for its next request, when there are too many. */
  opened(socket: Socket): void;
  /** A request came, and `response` is what its answer will be sent with. */
  asked(response: ServerResponse): void;
  /** Ends every connection that is owed no answer, now, and each of the others behind its last answer. */
  endIdle(): void;
  /** Ends every connection, now. */
  cutAll(): void;
}

interface Connection {
  /** Requests not yet answered to the last byte; above 1 with pipelining. */
  owed: number;
  /** Runs while something is owed, and starts again with each answer that is through. */
  deadline: NodeJS.Timeout | undefined;
}

/**
 * Bounds how many connections there are, and how long each answer may take. That is one deadline in total and not one for
 * silence: a client that takes a byte a second is never silent.
 */
export function trackConnections(limits: Pick<HttpLimits, 'maxConnections' | 'answerTimeoutMs'>): Connections {
  const connections = new Map<Socket, Connection>();
  /** Those between two requests, the one that has waited longest first. */
  const waiting = new Set<Socket>();
  let isEnding = false;

  const forget = (socket: Socket) => {
    clearTimeout(connections.get(socket)?.deadline);
    connections.delete(socket);
    waiting.delete(socket);
  };
  const answered = (socket: Socket) => {
    const connection = connections.get(socket);
    if (connection === undefined) return;
    connection.owed -= 1;
    if (connection.owed > 0) {
      connection.deadline?.refresh();
      return;
    }
    clearTimeout(connection.deadline);
    if (isEnding) socket.destroy();
    else waiting.add(socket);
  };

  return {
    opened(socket) {
      if (connections.size >= limits.maxConnections) {
        // A scraper that finds its connection gone opens another without noticing; one that finds no place fails.
        const [longest = socket] = waiting;
        forget(longest);
        longest.destroy();
        if (longest === socket) return;
      }
      connections.set(socket, { owed: 0, deadline: undefined });
      socket.once('close', () => forget(socket));
    },
    asked(response) {
      const { socket } = response.req;
      const connection = connections.get(socket);
      if (connection === undefined) return;
      waiting.delete(socket);
      connection.owed += 1;
      if (connection.owed === 1) connection.deadline = setTimeout(() => socket.destroy(), limits.answerTimeoutMs);
      response.once('close', () => answered(socket));
    },
    endIdle() {
      isEnding = true;
      for (const [socket, { owed }] of connections) {
        if (owed === 0) socket.destroy();
      }
    },
    cutAll() {
      for (const socket of connections.keys()) socket.destroy();
    },
  };
}
