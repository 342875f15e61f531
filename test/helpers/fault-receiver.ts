import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { lastingPort } from '../real/lasting-port.ts';
import type { OtlpExport } from './otlp-export.ts';
import { decodeJson } from './otlp-json.ts';
import { decodeProtobuf } from './otlp-protobuf.ts';

/** The response to a request. */
export interface Answer {
  /** Sends the response, possibly on the socket, below the HTTP module. */
  readonly send: (response: ServerResponse) => void;
  /** Whether the export is recorded, whatever the response is. */
  readonly isAccepted?: boolean;
  /** Responds to the head of the request, without reading the body. */
  readonly isEarly?: boolean;
}

/** A received request. */
export interface Arrival {
  /** From 0. */
  readonly number: number;
  /** `performance.now()` when the head arrived. */
  readonly time: number;
  readonly headers: IncomingHttpHeaders;
  /** Number of other unfinished requests at that time. */
  readonly concurrent: number;
}

export interface AcceptedExport extends OtlpExport {
  /** The number of its request. */
  readonly number: number;
}

/** An OTLP/HTTP receiver with a configurable response per request, which can also stop listening. */
export interface FaultReceiver {
  readonly url: string;
  /** Applies until changed. */
  answer: Answer | ((arrival: Arrival) => Answer);
  readonly arrivals: readonly Arrival[];
  readonly accepted: readonly AcceptedExport[];
  /** Number of requests without a finished response. */
  readonly unanswered: number;
  readonly openConnections: number;
  /** Stops listening and resets all connections. */
  down(): Promise<void>;
  /** Listens again on the same port. */
  up(): Promise<void>;
}

export async function startFaultReceiver(answer: FaultReceiver['answer']): Promise<FaultReceiver> {
  const arrivals: Arrival[] = [];
  const accepted: AcceptedExport[] = [];
  const sockets = new Set<Socket>();
  const open = new Set<ServerResponse>();

  const server = createServer(async (request, response) => {
    const { headers } = request;
    const arrival = { number: arrivals.length, time: performance.now(), headers, concurrent: open.size };
    arrivals.push(arrival);
    open.add(response);
    response.once('close', () => open.delete(response));
    const met = typeof receiver.answer === 'function' ? receiver.answer(arrival) : receiver.answer;
    if (met.isEarly === true) {
      met.send(response);
      return;
    }
    const sent = await request.toArray().catch(() => undefined);
    if (sent === undefined) return;
    if (met.isAccepted === true) accepted.push({ ...decoded(Buffer.concat(sent), headers), number: arrival.number });
    met.send(response);
  });
  // Only the client ends a fault, so the server has no timeouts.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 0;
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => sockets.delete(socket));
  });
  // A port that no other process gets while the receiver is down.
  await once(server.listen(await lastingPort(), '127.0.0.1'), 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the receiver has no address');
  const { port } = address;

  const receiver: FaultReceiver = {
    url: `http://127.0.0.1:${port}/v1/metrics`,
    answer,
    arrivals,
    accepted,
    get unanswered() {
      return open.size;
    },
    get openConnections() {
      return sockets.size;
    },
    async down() {
      if (!server.listening) return;
      const closed = once(server.close(), 'close');
      for (const socket of sockets) socket.resetAndDestroy();
      await closed;
    },
    async up() {
      await once(server.listen(port, '127.0.0.1'), 'listening');
    },
  };
  return receiver;
}

function decoded(sent: Buffer, headers: IncomingHttpHeaders): OtlpExport {
  const body = headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
  return headers['content-type'] === 'application/json' ? decodeJson(body) : decodeProtobuf(body);
}
