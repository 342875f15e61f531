import { setTimeout as sleep } from 'node:timers/promises';
import { type Bench, progress } from './bench-run.ts';
import { whileRunning } from './child.ts';
import { startEndpoint } from './endpoint/endpoint.ts';
import { type RunningExporter, startExporter } from './exporter.ts';
import { memoryText } from './memory-text.ts';
import { cpuMs } from './process-figures.ts';
import { createScraper } from './scraper.ts';
import { short } from './statistics.ts';
import { renderTable } from './table.ts';

const CONTAINERS = 10;
const INTERVAL_MS = 15_000;

/**
 * The cost at the usual pace: a poll and a gzip scrape every 15 s, in real time. Code and caches stay colder than under
 * load.
 */
export function measureUsual(bench: Bench): Promise<string> {
  return whileRunning(startEndpoint(CONTAINERS), ({ url }) =>
    whileRunning(startExporter(bench.program, url, 'usual'), (exporter) => watch(bench, exporter)),
  );
}

async function watch({ plan, note }: Bench, exporter: RunningExporter): Promise<string> {
  const seconds = (plan.usualIntervals * INTERVAL_MS) / 1_000;
  progress(`a poll and a scrape every 15 s, for ${seconds} s`);
  const scraper = createScraper(exporter.port, { coding: 'gzip' });
  // The first interval includes the end of the start.
  await sleep(INTERVAL_MS / 2);
  await scraper.scrape();
  await sleep(INTERVAL_MS);
  const before = cpuMs(exporter.pid);
  const startedMs = performance.now();
  for (let interval = 0; interval < plan.usualIntervals; interval += 1) {
    const { status } = await scraper.scrape();
    if (status !== 200) throw new Error(`a scrape was answered with ${status}`);
    await sleep(INTERVAL_MS);
  }
  scraper.close();
  const usedMs = cpuMs(exporter.pid) - before;
  const percent = (100 * usedMs) / (performance.now() - startedMs);
  note('usual cpu', percent);
  const rows = [
    { label: 'CPU, % of a core', value: percent.toFixed(3) },
    { label: 'CPU per interval, ms', value: short(usedMs / plan.usualIntervals) },
    { label: 'RSS at the end (private), MB', value: memoryText(exporter.pid) },
  ];
  return renderTable(`${CONTAINERS} containers, a poll and a scrape every 15 s`, [{ head: `${seconds} s`, rows }]);
}
