/**
 * The made-up endpoint in a process of its own, so that its work is not counted as the program's. Arguments: number of
 * containers. Sends its address, and after each answer how many there were so far and whether it was one of statistics.
 */
import diagnostics from 'node:diagnostics_channel';
import { startDemoEndpoint } from '../../src/demo/server.ts';
import type { EndpointMessage } from './endpoint.ts';

/** Shorter than the shortest interval of the program, so that each of its polls finds a new sample. */
const SAMPLE_MS = 100;

function tell(message: EndpointMessage): void {
  process.send?.(message);
}

let requests = 0;
diagnostics.subscribe('http.server.response.finish', (event) => {
  requests += 1;
  const request = typeof event === 'object' && event !== null && 'request' in event ? event.request : undefined;
  const path = typeof request === 'object' && request !== null && 'url' in request ? String(request.url) : '';
  tell({ requests, isSample: path.endsWith('/task/stats') });
});

process.once('disconnect', () => process.exit());
const { url } = await startDemoEndpoint({ containers: Number(process.argv[2]), sampleMs: SAMPLE_MS });
tell({ url });
