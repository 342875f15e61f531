import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from '../child.ts';
import { namesContainers, type Peer } from './peer.ts';

/** The shortest possible; the endpoint holds the next sample until the previous one has been scraped. */
const COLLECTION_INTERVAL = '10ms';

function config(port: number) {
  return {
    receivers: { awsecscontainermetrics: { collection_interval: COLLECTION_INTERVAL } },
    exporters: {
      prometheus: { endpoint: `127.0.0.1:${port}`, resource_to_telemetry_conversion: { enabled: true } },
    },
    service: {
      pipelines: { metrics: { receivers: ['awsecscontainermetrics'], exporters: ['prometheus'] } },
      telemetry: { metrics: { level: 'none' }, logs: { level: 'error' } },
    },
  };
}

/**
 * A Collector with the ECS receiver that ADOT includes, and the Prometheus exporter.
 *
 * @see https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/receiver/awsecscontainermetricsreceiver
 */
export function collector(file: string): Peer {
  return {
    name: 'Collector',
    how: `awsecscontainermetrics every ${COLLECTION_INTERVAL}, prometheus with resource attributes as labels`,
    reads: 'before the scrape',
    isSuccessful: namesContainers,
    start(metadataUrl, port) {
      const folder = mkdtempSync(join(tmpdir(), 'bench-collector-'));
      const path = join(folder, 'config.json');
      // JSON is valid YAML.
      writeFileSync(path, JSON.stringify(config(port)));
      const child = startChild(file, ['--config', path], {
        env: { ECS_CONTAINER_METADATA_URI_V4: metadataUrl },
        cwd: folder,
        stderr: 'ignore',
      });
      const stop = async (): Promise<void> => {
        await child.stop();
        rmSync(folder, { recursive: true, force: true });
      };
      return { ...child, stop };
    },
  };
}
