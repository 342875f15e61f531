import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { until } from '../real/wait.ts';
import type { OtlpExport } from './otlp-export.ts';
import { decodeJson } from './otlp-json.ts';
import { decodeProtobuf } from './otlp-protobuf.ts';

export interface ReceivedExport extends OtlpExport {
  readonly headers: IncomingHttpHeaders;
}

/** A receiver of metrics over OTLP/HTTP. */
export interface OtlpReceiver {
  readonly url: string;
  /** The status of its responses, or no response. */
  behaviour: number | 'hang';
  /** Number of all requests. */
  readonly requests: number;
  /** The accepted exports. */
  readonly exports: readonly ReceivedExport[];
  /** Waits for the export with this index. */
  received(index: number): Promise<ReceivedExport>;
  readonly openConnections: number;
  close(): Promise<void>;
}

/** Body of error responses; must not appear in a log. */
export const RECEIVER_CANARY = 'c4n4ry-of-the-receiver';

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const exports: ReceivedExport[] = [];
  const sockets = new Set<Socket>();
  let requests = 0;

  const server = createServer(async (request, response) => {
    requests += 1;
    const { headers } = request;
    const sent = Buffer.concat(await request.toArray());
    if (receiver.behaviour === 'hang') return;
    if (request.method !== 'POST' || request.url !== '/v1/metrics') {
      response.writeHead(404).end();
      return;
    }
    if (receiver.behaviour !== 200) {
      response.writeHead(receiver.behaviour, { 'content-type': 'text/plain' }).end(RECEIVER_CANARY);
      return;
    }
    const body = headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
    const isJson = headers['content-type'] === 'application/json';
    const decoded = isJson ? decodeJson(body) : decodeProtobuf(body);
    exports.push({ ...decoded, headers });
    // An empty ExportMetricsServiceResponse.
    response.writeHead(200, { 'content-type': headers['content-type'] ?? '' }).end(isJson ? '{}' : '');
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the receiver has no address');

  const receiver: OtlpReceiver = {
    url: `http://127.0.0.1:${address.port}/v1/metrics`,
    behaviour: 200,
    get requests() {
      return requests;
    },
    exports,
    received: (index) => until(`export ${index}`, () => exports[index]),
    get openConnections() {
      return sockets.size;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
  return receiver;
}
