/** Servers with the published rules of backends that receive OTLP. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { metricsOf, type OtlpExport } from './otlp-export.ts';
import { decodeJson } from './otlp-json.ts';
import { decodeProtobuf } from './otlp-protobuf.ts';

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly content: OtlpExport;
}

/** A rule: returns the status of the response if the request violates it. */
type Rule = (received: Received) => number | undefined;

export interface Backend {
  readonly path: string;
  readonly rules: readonly Rule[];
}

export interface BackendServer {
  readonly origin: string;
  readonly accepted: readonly OtlpExport[];
  /** Statuses of rejected requests. */
  readonly rejected: readonly number[];
}

const header =
  (name: string, pattern: RegExp, status: number): Rule =>
  ({ headers }) => {
    const value = headers[name];
    return typeof value === 'string' && pattern.test(value) ? undefined : status;
  };

const counters =
  (temporality: 'cumulative' | 'delta'): Rule =>
  ({ content }) => {
    const sums = metricsOf(content).filter(({ isMonotonic }) => isMonotonic);
    return sums.every((metric) => metric.temporality === temporality) ? undefined : 400;
  };

const onlyProtobuf: Rule = header('content-type', /^application\/x-protobuf$/, 415);

/** 1,000 points and 150 labels. */
const cloudWatchLimits: Rule = ({ content }) => {
  const points = metricsOf(content).flatMap((metric) => metric.points);
  // The name and the scope are labels too.
  const labels = points.map(({ attributes }) => content.resource.size + attributes.size + 3);
  return points.length <= 1000 && Math.max(...labels) <= 150 ? undefined : 413;
};

function basicAuthentication({ headers }: Received): number | undefined {
  const [, encoded = ''] = /^Basic (\S+)$/.exec(headers.authorization ?? '') ?? [];
  return /^\d+:glc_\S+$/.test(Buffer.from(encoded, 'base64').toString()) ? undefined : 401;
}

export const BACKENDS = {
  cloudwatch: { path: '/v1/metrics', rules: [cloudWatchLimits, counters('cumulative')] },
  datadog: { path: '/v1/metrics', rules: [header('dd-api-key', /^[0-9a-f]{32}$/, 403), counters('delta')] },
  dynatrace: {
    path: '/api/v2/otlp/v1/metrics',
    rules: [header('authorization', /^Api-Token dt0c01\.\w+\.\w+$/, 401), onlyProtobuf, counters('delta')],
  },
  'grafana-cloud': { path: '/otlp/v1/metrics', rules: [basicAuthentication, counters('cumulative')] },
  'New Relic': { path: '/v1/metrics', rules: [header('api-key', /^[0-9a-f]{32}FFFFNRAL$/, 403), counters('delta')] },
  Honeycomb: {
    path: '/v1/metrics',
    rules: [
      header('x-honeycomb-team', /^hcaik_\w+$/, 401),
      header('x-honeycomb-dataset', /^\w+$/, 400),
      counters('cumulative'),
    ],
  },
  Elastic: {
    path: '/v1/metrics',
    rules: [header('authorization', /^ApiKey [\w+/]+=*$/, 401), counters('cumulative')],
  },
} as const satisfies Record<string, Backend>;

export async function startBackend(t: TestContext, { path, rules }: Backend): Promise<BackendServer> {
  const accepted: OtlpExport[] = [];
  const rejected: number[] = [];
  const server = createServer(async (request, response) => {
    const { headers } = request;
    const sent = Buffer.concat(await request.toArray());
    const body = headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
    const content = headers['content-type'] === 'application/json' ? decodeJson(body) : decodeProtobuf(body);
    const isKnown = request.method === 'POST' && request.url === path;
    const status = isKnown ? rules.map((rule) => rule({ headers, content })).find((one) => one !== undefined) : 404;
    if (status === undefined) accepted.push(content);
    else rejected.push(status);
    response.writeHead(status ?? 200, { 'content-type': headers['content-type'] ?? '' });
    response.end(headers['content-type'] === 'application/json' ? '{}' : '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, accepted, rejected };
}
