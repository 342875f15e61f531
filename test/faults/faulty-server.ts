import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { UNLIMITED_BYTES } from '../bench/simulator/resource-stats.ts';
import type { FaultyTask, Served } from './faulty-task.ts';

export interface FaultyServer {
  /** The value for ECS_CONTAINER_METADATA_URI_V4. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * A metadata endpoint for a faulty task. The exporter reads the stats first, so `/task` returns the task at the last sample of
 * `/task/stats`.
 *
 * @param onPoll called with the responses to each poll
 */
export async function startFaultyServer(
  task: FaultyTask,
  sinceStartMs: () => number,
  onPoll: (served: Served) => void,
): Promise<FaultyServer> {
  let served = task.serve(sinceStartMs());
  const server = createServer((request, response) => {
    if (request.url === '/v4/faulty/task/stats') {
      served = task.serve(sinceStartMs());
      const { stats } = served;
      if (stats === 'closed') response.destroy();
      else if (typeof stats === 'object') send(response, 200, stats.body);
      else send(response, stats, 'a fault');
    } else if (request.url === '/v4/faulty/task') {
      onPoll(served);
      send(response, 200, served.task);
    } else {
      send(response, 404, 'no such path');
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the endpoint has no address');
  return {
    url: `http://127.0.0.1:${address.port}/v4/faulty`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Writes all digits of the unlimited value, as Go does. */
function send(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body).replaceAll(String(UNLIMITED_BYTES), '9223372036854771712');
  response.writeHead(status, { 'content-type': 'application/json' }).end(text);
}
