/** A strict OTLP receiver like CloudWatch's: every request must be signed correctly and within the limits. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { metricsOf, type OtlpExport } from './otlp-export.ts';
import { decodeJson } from './otlp-json.ts';
import { decodeProtobuf } from './otlp-protobuf.ts';
import { type SigV4Expectation, sigV4Failure, type VerifiedRequest } from './sigv4-verifier.ts';

const MAX_POINTS = 1000;
const MAX_LABELS = 150;

export interface SigV4Receiver {
  readonly url: string;
  readonly accepted: readonly (OtlpExport & { readonly headers: IncomingHttpHeaders })[];
  readonly requests: readonly VerifiedRequest[];
  /** Why requests were rejected, in order. */
  readonly rejections: readonly string[];
  /** Replaces the response to a request. */
  respond: ((response: ServerResponse, failure: string | undefined) => boolean) | undefined;
  close(): Promise<void>;
}

export interface SigV4ReceiverOptions extends Omit<SigV4Expectation, 'nowMs'> {
  /** The receiver's clock. @default Date.now */
  readonly nowMs?: () => number;
  /** @default /v1/metrics */
  readonly target?: string;
}

export async function startSigV4Receiver(options: SigV4ReceiverOptions): Promise<SigV4Receiver> {
  const { nowMs = Date.now, target = '/v1/metrics' } = options;
  const accepted: (OtlpExport & { readonly headers: IncomingHttpHeaders })[] = [];
  const requests: VerifiedRequest[] = [];
  const rejections: string[] = [];
  const server = createServer(async (incoming, response) => {
    const body = Buffer.concat(await incoming.toArray());
    const request = { method: incoming.method ?? '', target: incoming.url ?? '', headers: incoming.headers, body };
    requests.push(request);
    const failure = sigV4Failure(request, { ...options, nowMs: nowMs() });
    response.setHeader('date', new Date(nowMs()).toUTCString());
    if (failure !== undefined) rejections.push(failure);
    if (receiver.respond?.(response, failure)) return;
    if (failure !== undefined) return void response.writeHead(403).end(failure);
    const problem = request.target === target ? contentProblem(request) : `wrong target ${request.target}`;
    if (problem !== undefined) {
      rejections.push(problem);
      return void response.writeHead(400).end(problem);
    }
    accepted.push({ ...decoded(request), headers: incoming.headers });
    response.writeHead(200).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the receiver has no address');
  const receiver: SigV4Receiver = {
    url: `http://127.0.0.1:${address.port}${target}`,
    accepted,
    requests,
    rejections,
    respond: undefined,
    async close() {
      server.closeAllConnections();
      if (server.listening) await once(server.close(), 'close');
    },
  };
  return receiver;
}

function decoded({ headers, body }: VerifiedRequest): OtlpExport {
  const content = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
  return headers['content-type'] === 'application/json' ? decodeJson(content) : decodeProtobuf(content);
}

function contentProblem(request: VerifiedRequest): string | undefined {
  const exported = decoded(request);
  const points = metricsOf(exported).flatMap((metric) => metric.points);
  if (points.length > MAX_POINTS) return `${points.length} points`;
  const labels = Math.max(...points.map(({ attributes }) => attributes.size + exported.resource.size));
  return labels > MAX_LABELS ? `${labels} labels` : undefined;
}
