import { createServer } from 'node:http';

export interface MetadataServer {
  /** The metadata URL for the exporter. */
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the two documents of an ECS task metadata endpoint on a free port; the functions are called for each request. */
export async function serveMetadata(documents: {
  task: () => Promise<unknown> | unknown;
  stats: () => Promise<unknown> | unknown;
}): Promise<MetadataServer> {
  const answers = new Map([
    ['/v4/real/task', documents.task],
    ['/v4/real/task/stats', documents.stats],
  ]);
  const server = createServer((request, response) => {
    const answer = answers.get(request.url ?? '');
    Promise.resolve(answer?.()).then(
      (document) => {
        response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(document ?? null));
      },
      (error: unknown) => {
        // Like the agent, reports failures as a JSON string with status 500.
        response.writeHead(500, { 'content-type': 'application/json' });
        response.end(JSON.stringify(String(error)));
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the metadata server has no port');
  return {
    url: `http://127.0.0.1:${address.port}/v4/real`,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
