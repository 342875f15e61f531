import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { addressKey, createPlaces, LOOPBACK } from './connection-admission.ts';
import type { HttpLimits } from './limited-server.ts';
import { createPageReaders } from './page.ts';
import type { Peer, SecurityRejection, TlsGate } from './port-security.ts';
import { RequestStream } from './request-stream.ts';
import { createTurns } from './turns.ts';

/** Why a client was rejected: no place for its connection, too much pipelined, or a response read too slowly. */
export const REJECTION_REASONS = ['connections', 'pipelined', 'slow_reader'] as const;
export type RejectionReason = (typeof REJECTION_REASONS)[number] | SecurityRejection;

/** @param detail the cause, from a small set */
export type OnRejected = (reason: RejectionReason, detail?: string) => void;

/** The open connections of one server, over all its addresses. */
export interface Connections {
  /** False for an address that opens connections too fast. */
  mayConnect(address: string): boolean;
  /** Admits a client that has connected, or closes its connection. @returns the stream for node:http */
  opened(socket: Socket): RequestStream | undefined;
  /** A request has arrived; `response` will answer it. */
  requested(response: ServerResponse): void;
  peerOf(request: IncomingMessage): Peer;
  /** True if the connection has to end behind its current response. */
  isLast(response: ServerResponse): boolean;
  /** The response sends a page of metrics. */
  sendsPage(response: ServerResponse, body: Buffer): void;
  /** Closes every connection without an unfinished response at once, and each of the others after its response. */
  endIdle(): void;
  /** Closes every connection at once. */
  cutAll(): void;
}

interface Connection {
  readonly stream: RequestStream;
  readonly socket: Socket;
  readonly client: string;
  hasVerifiedCertificate: boolean;
  requests: number;
  /** Runs while a response is owed. */
  deadline: NodeJS.Timeout | undefined;
}

/** Prometheus' shortest usual interval. */
const RETRY_AFTER_SECONDS = 5;

/** A client that has disconnected. */
const UNKNOWN = { client: '', hasVerifiedCertificate: false };

const TURNED_AWAY = Buffer.from(
  `HTTP/1.1 503 Service Unavailable\r\nRetry-After: ${RETRY_AFTER_SECONDS}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
);

/**
 * Bounds what clients cost: the number of connections, one request at a time on each, and the time and the memory of a
 * response. The deadline of a response is for all of it, because a client that reads a byte per second is never idle.
 */
export function trackConnections(
  limits: HttpLimits,
  onRejected: OnRejected,
  nowMs: () => number = () => performance.now(),
  tls?: TlsGate,
): Connections {
  const connections = new Map<unknown, Connection>();
  const places = createPlaces<Connection>(limits);
  const turns = createTurns();
  const readers = createPageReaders<Connection>(limits.maxPageBytes, (connection) => cut(connection, 'slow_reader'));
  let isEnding = false;
  tls?.onRejected((detail) => onRejected('tls', detail));

  function forget(connection: Connection): void {
    clearTimeout(connection.deadline);
    connections.delete(connection.stream);
    places.remove(connection);
  }

  function cut(connection: Connection, reason: RejectionReason): void {
    forget(connection);
    connection.stream.reset();
    onRejected(reason);
  }

  /** For a client that has not received a response. Over TLS, a response would require a handshake first. */
  function turnAway(socket: Socket): void {
    if (tls === undefined) socket.write(TURNED_AWAY);
    socket.destroy();
    onRejected('connections');
  }

  function evict(connection: Connection): void {
    if (connection.deadline !== undefined) {
      cut(connection, 'connections');
      return;
    }
    forget(connection);
    if (connection.requests === 0) turnAway(connection.socket);
    // A client that finds its idle connection closed opens another; that is no rejection.
    else connection.socket.destroy();
  }

  function takeTurn(connection: Connection): void {
    turns.enter(connection.client, () => connection.stream.pass());
  }

  function handshake(connection: Connection, gate: TlsGate): void {
    gate.accept(connection.socket, {
      onHello: (begin) => turns.enter(connection.client, begin),
      onSecure: (session, hasVerifiedCertificate) => {
        connection.hasVerifiedCertificate = hasVerifiedCertificate;
        connection.stream.open(session);
      },
    });
  }

  function answered(connection: Connection): void {
    clearTimeout(connection.deadline);
    connection.deadline = undefined;
    if (isEnding) connection.stream.destroy();
    if (!connections.has(connection.stream)) return;
    places.wait(connection);
    connection.stream.release();
  }

  return {
    mayConnect(address) {
      const mayConnect = places.mayConnect(addressKey(address), nowMs());
      if (!mayConnect) onRejected('connections');
      return mayConnect;
    },
    opened(socket) {
      if (socket.remoteAddress === undefined) {
        // The client has reset the connection before it was accepted.
        socket.destroy();
        return undefined;
      }
      const client = addressKey(socket.remoteAddress);
      const verdict = places.admit(client, nowMs());
      if (!verdict.isAdmitted) {
        socket.on('error', () => {});
        turnAway(socket);
        return undefined;
      }
      if (verdict.evicted !== undefined) evict(verdict.evicted);
      const stream = new RequestStream(socket, () => takeTurn(connection));
      const connection: Connection = {
        stream,
        socket,
        client,
        hasVerifiedCertificate: false,
        requests: 0,
        deadline: undefined,
      };
      connections.set(stream, connection);
      places.add(connection, client);
      stream.once('close', () => forget(connection));
      if (tls === undefined) stream.open(socket);
      else handshake(connection, tls);
      return stream;
    },
    peerOf(request) {
      const { client, hasVerifiedCertificate } = connections.get(request.socket) ?? UNKNOWN;
      return { key: client, isLoopback: client === LOOPBACK, hasVerifiedCertificate };
    },
    requested(response) {
      const connection = connections.get(response.req.socket);
      if (connection === undefined) return;
      const { stream } = connection;
      if (connection.deadline !== undefined) {
        cut(connection, 'pipelined');
        return;
      }
      connection.requests += 1;
      stream.hold();
      places.owe(connection, nowMs());
      connection.deadline = setTimeout(() => cut(connection, 'slow_reader'), limits.answerTimeoutMs);
      response.once('close', () => answered(connection));
    },
    isLast(response) {
      const connection = connections.get(response.req.socket);
      if (connection?.stream.isOverfull) onRejected('pipelined');
      return connection?.stream.isOverfull || connection?.requests === limits.maxRequestsPerConnection;
    },
    sendsPage(response, body) {
      const connection = connections.get(response.req.socket);
      if (connection === undefined) return;
      readers.begin(connection, body);
      response.once('finish', () => places.scraped(connection, nowMs()));
      response.once('close', () => readers.end(connection));
    },
    endIdle() {
      isEnding = true;
      for (const { stream, deadline } of connections.values()) {
        if (deadline === undefined) stream.destroy();
      }
    },
    cutAll() {
      for (const { stream } of connections.values()) stream.reset();
    },
  };
}
