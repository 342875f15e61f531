import { setTimeout as sleep } from 'node:timers/promises';
import { startBareServer } from './bare-server.ts';
import type { Bench } from './bench-run.ts';
import { whileRunning } from './child.ts';
import type { Endpoint } from './endpoint/endpoint.ts';
import { startExporter } from './exporter.ts';
import { memoryText } from './memory-text.ts';
import { readPage } from './page.ts';
import { measureParallel } from './parallel.ts';
import { type Memory, memory } from './process-figures.ts';
import { scrapeOnce } from './scraper.ts';
import { short } from './statistics.ts';
import type { Row } from './table.ts';
import { measureWarm } from './warm.ts';

export interface OneSample {
  readonly rows: readonly Row[];
  /** Of a bare server after as many requests and bytes. */
  readonly bare: Memory;
}

/** Scrapes of one sample, in one process that does not poll meanwhile. */
export async function measureOneSample(bench: Bench, endpoint: Endpoint, containers: number): Promise<OneSample> {
  return whileRunning(startExporter(bench.program, endpoint.url, 'once'), async (exporter) => {
    // Let compilation and garbage collection after the start finish.
    await sleep(500);
    const afterStart = memoryText(exporter.pid);
    const page = await scrapeOnce(exporter.port);
    const compressed = await scrapeOnce(exporter.port, 'gzip');
    return whileRunning(startBareServer(bench.program, page.length), async (server) => {
      const warm = await measureWarm(bench, exporter, server, containers);
      const bare = memory(server.pid);
      const afterWarm = memoryText(exporter.pid);
      const parallel = await measureParallel(bench, exporter, server, endpoint, containers);
      const rows = [
        { label: 'series', value: String(readPage(page.toString()).series) },
        {
          label: 'page, plain / gzip kB',
          value: `${short(page.length / 1_000)} / ${short(compressed.length / 1_000)}`,
        },
        { label: 'RSS after the start (private), MB', value: afterStart },
        ...warm,
        { label: 'RSS after these scrapes (private), MB', value: afterWarm },
        { label: '- bare server, same page size', value: memoryText(bare) },
        ...parallel,
      ];
      return { rows, bare };
    });
  });
}
