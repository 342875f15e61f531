import { startChild } from '../child.ts';
import { namesContainers, type Peer } from './peer.ts';

/**
 * The exporter of prometheus-community, in Go: two requests to the endpoint per scrape.
 *
 * @see https://github.com/prometheus-community/ecs_exporter
 */
export function ecsExporter(file: string): Peer {
  return {
    name: 'ecs_exporter',
    how: 'its defaults',
    reads: 'during the scrape',
    isSuccessful: namesContainers,
    start: (metadataUrl, port) =>
      startChild(file, [`--web.listen-address=127.0.0.1:${port}`], {
        env: { ECS_CONTAINER_METADATA_URI_V4: metadataUrl },
        stderr: 'ignore',
      }),
  };
}
