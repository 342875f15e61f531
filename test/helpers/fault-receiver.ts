import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { lastingPort } from '../real/lasting-port.ts';
import type { OtlpExport } from './otlp-export.ts';
import { decodeJson } from './otlp-json.ts';
import { decodeProtobuf } from './otlp-protobuf.ts';

/** What a request meets. */
export interface Answer {
  /** Sends what there is to send, maybe below HTTP, which would not let such an answer out. */
  readonly send: (response: ServerResponse) => void;
  /** What the export came in is kept, whatever its sender learns of that. */
  readonly isAccepted?: boolean;
  /** Answers to the head of the request: its body is not read. */
  readonly isEarly?: boolean;
}

/** A request that came. */
export interface Arrival {
  /** From 0. */
  readonly number: number;
  /** `performance.now()` once its head was there. */
  readonly time: number;
  readonly headers: IncomingHttpHeaders;
  /** Requests of other connections that were open at that time. */
  readonly besides: number;
}

export interface AcceptedExport extends OtlpExport {
  /** Of its arrival. */
  readonly number: number;
}

/** A receiver of metrics over OTLP/HTTP that fails as it is told, request by request, or is not there at all. */
export interface FaultReceiver {
  readonly url: string;
  /** In force until changed. */
  answer: Answer | ((arrival: Arrival) => Answer);
  readonly arrivals: readonly Arrival[];
  readonly accepted: readonly AcceptedExport[];
  /** Requests that have come and whose answers have not ended. */
  readonly unanswered: number;
  readonly openConnections: number;
  /** Is gone at once, with every connection; nobody listens then. */
  down(): Promise<void>;
  /** Listens again, at the same address. */
  up(): Promise<void>;
}

export async function startFaultReceiver(answer: FaultReceiver['answer']): Promise<FaultReceiver> {
  const arrivals: Arrival[] = [];
  const accepted: AcceptedExport[] = [];
  const sockets = new Set<Socket>();
  const open = new Set<ServerResponse>();

  const server = createServer(async (request, response) => {
    const { headers } = request;
    const arrival = { number: arrivals.length, time: performance.now(), headers, besides: open.size };
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
  // Faults last as long as the client lets them: no limit of the server's own may end one early.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 0;
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => sockets.delete(socket));
  });
  // One that nobody else gets while the receiver is down.
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
