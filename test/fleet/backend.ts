/** The backend of the gateway. Stores requests, and decodes them only on demand. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { metricsOf, type OtlpExport } from '../helpers/otlp-export.ts';
import type { PointsAt } from './messages.ts';
import { exportsOf, pointsIn } from './otlp-requests.ts';

export interface Backend {
  readonly url: string;
  readonly requests: number;
  readonly bodyBytes: number;
  /** All received points. */
  points(): readonly PointsAt[];
  /** The exports of a task in order of time: the Collector sends requests concurrently. */
  exportsOf(taskId: string): readonly OtlpExport[];
  close(): Promise<void>;
}

export async function startBackend(): Promise<Backend> {
  const bodies: Buffer[] = [];
  let decoded = 0;
  const points: PointsAt[] = [];
  const server = createServer(async (request, response) => {
    const sent = Buffer.concat(await request.toArray());
    if (request.headers['content-encoding'] !== 'gzip') throw new Error('the Collector was expected to use gzip');
    bodies.push(sent);
    // An empty ExportMetricsServiceResponse.
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the backend has no address');

  return {
    url: `http://127.0.0.1:${address.port}/v1/metrics`,
    get requests() {
      return bodies.length;
    },
    get bodyBytes() {
      return bodies.reduce((sum, body) => sum + body.length, 0);
    },
    points() {
      for (const body of bodies.slice(decoded)) points.push(...pointsIn(gunzipSync(body)));
      decoded = bodies.length;
      return points;
    },
    exportsOf: (taskId) =>
      bodies
        .flatMap((body) => exportsOf(taskId, gunzipSync(body)))
        .toSorted((one, other) => Number(timeOf(one) - timeOf(other))),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function timeOf(exported: OtlpExport): bigint {
  return metricsOf(exported)[0]?.points[0]?.timeNs ?? 0n;
}
