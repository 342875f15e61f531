/** Servers with the published rules of backends that receive OTLP. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { metricsOf, type OtlpExport } from './otlp-export.ts';
import { decodeJson } from './otlp-json.ts';
import { decodeProtobuf } from './otlp-protobuf.ts';
import { sigV4Failure, type VerifiedRequest } from './sigv4-verifier.ts';

interface Received extends VerifiedRequest {
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

/** The keys of the only client that CloudWatch accepts. */
export const CLOUDWATCH_KEYS = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};

const cloudWatchSignature: Rule = (received) => {
  const keysOf = (id: string) => (id === CLOUDWATCH_KEYS.accessKeyId ? CLOUDWATCH_KEYS : undefined);
  const expected = { region: 'eu-west-1', service: 'monitoring', keysOf, nowMs: Date.now() };
  return sigV4Failure(received, expected) === undefined ? undefined : 403;
};

function basicAuthentication({ headers }: Received): number | undefined {
  const [, encoded = ''] = /^Basic (\S+)$/.exec(headers.authorization ?? '') ?? [];
  return /^\d+:glc_\S+$/.test(Buffer.from(encoded, 'base64').toString()) ? undefined : 401;
}

export const BACKENDS = {
  cloudwatch: { path: '/v1/metrics', rules: [cloudWatchSignature, cloudWatchLimits, counters('cumulative')] },
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
    const { headers, method = '', url: target = '' } = request;
    const body = Buffer.concat(await request.toArray());
    const text = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
    const content = headers['content-type'] === 'application/json' ? decodeJson(text) : decodeProtobuf(text);
    const received = { method, target, headers, body, content };
    const isKnown = method === 'POST' && target === path;
    const status = isKnown ? rules.map((rule) => rule(received)).find((one) => one !== undefined) : 404;
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
