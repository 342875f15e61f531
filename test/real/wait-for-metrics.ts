/** node wait-for-metrics.ts URL: waits until an exporter serves a sample, and prints the number of series. */
import { parseExposition } from './exposition.ts';
import { until } from './wait.ts';

const [, , url] = process.argv;
if (url === undefined) throw new Error('usage: node wait-for-metrics.ts URL');

const metrics = await until(
  `metrics at ${url}`,
  async () => {
    const page = parseExposition(await (await fetch(url)).text());
    return page.value('ecs_task_exporter_status') === 1 ? page : undefined;
  },
  { timeoutMs: 30_000, everyMs: 200 },
);
process.stdout.write(`${url}: ${metrics.series.length} series\n`);
