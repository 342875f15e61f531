/** Prometheus 3 counts the first increment of a counter from the start times of the page. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { scriptedEndpoint } from '../helpers/running.ts';
import type { ScriptedTask } from '../helpers/scripted-task.ts';
import { startExporterProcess } from '../real/exporter-process.ts';
import { at, listAt, textAt } from '../real/json.ts';
import { launchPrometheus, type PrometheusServer, scraping } from '../real/prometheus-server.ts';
import { pushPart } from '../real/push-parts.ts';
import { until } from '../real/wait.ts';

const FEATURES = ['st-storage,use-start-timestamps', 'created-timestamp-zero-ingestion'] as const;
const PROTOCOLS = ['OpenMetricsText1.0.0', 'PrometheusText0.0.4'];
const PATIENCE = { timeoutMs: 60_000 };

interface Scraped {
  readonly task: ScriptedTask;
  readonly prometheus: PrometheusServer;
  /** Waits for this number of further samples of a container's CPU time, and returns all of them. */
  scraped(container: string, more: number): Promise<readonly Sample[]>;
}

interface Sample {
  readonly time: number;
  readonly value: number;
}

/** A task in real time, its exporter and a Prometheus that scrapes it every second. */
async function startScraped(t: TestContext, flags: readonly string[], options: readonly string[]): Promise<Scraped> {
  const { endpoint, task } = await scriptedEndpoint(t);
  const publish = (): void => {
    task.advance(Math.floor((Date.now() - Number(task.nowNs() / 1_000_000n)) / 1000));
    task.publish(endpoint);
  };
  publish();
  const clock = setInterval(publish, 1000);
  t.after(() => clearInterval(clock));
  const args = ['--metadata-url', endpoint.url, '--interval', '1', ...options];
  const exporter = await startExporterProcess('run', args);
  t.after(() => exporter.stop());
  const configuration = { ...Object(scraping(new Map([['task', exporter.port]]))) };
  configuration.global = { ...configuration.global, scrape_protocols: PROTOCOLS };
  const prometheus = await launchPrometheus({
    program: pushPart('prometheus'),
    configuration,
    flags,
  });
  t.after(() => prometheus.stop());

  const samples = async (container: string): Promise<readonly Sample[]> => {
    const result = await prometheus.api('query', { query: `${seriesOf(container)}[5m]` });
    const [series] = listAt(result, 'result');
    const values = series === undefined ? [] : listAt(series, 'values');
    return values.map((pair) => ({ time: Number(at(pair, 0)), value: Number(textAt(pair, 1)) }));
  };
  return {
    task,
    prometheus,
    async scraped(container, more) {
      const count = (await samples(container)).length + more;
      const enough = async () => {
        const now = await samples(container);
        return now.length >= count ? now : undefined;
      };
      return until(`${count} samples of ${container}`, enough, PATIENCE);
    },
  };
}

const seriesOf = (container: string): string => `ecs_task_cpu_usage_seconds_total{container_name="${container}"}`;

/** `increase` up to the last sample, so that nothing is extrapolated to the end of the range. */
async function increase({ prometheus }: Scraped, container: string, last: Sample): Promise<number> {
  const result = await prometheus.api('query', { query: `increase(${seriesOf(container)}[2m])`, time: `${last.time}` });
  const [series] = listAt(result, 'result');
  return Number(textAt(series, 'value', 1));
}

/** Starts a container between two scrapes. Returns the counted and the actual CPU time, in seconds. */
async function countFirstIncrement(scraped: Scraped): Promise<{ readonly counted: number; readonly actual: number }> {
  await scraped.scraped('web', 2);
  // Most of its CPU time is used before the first scrape.
  scraped.task.add('late').ageSeconds = 1000;
  const last = (await scraped.scraped('late', 4)).at(-1) ?? assert.fail('no sample');
  return { counted: await increase(scraped, 'late', last), actual: last.value };
}

for (const features of FEATURES) {
  test(`the increase of a counter that began between two scrapes, with ${features}`, async (t) => {
    const scraped = await startScraped(t, [`--enable-feature=${features}`], ['--prometheus-start-times']);
    const { counted, actual } = await countFirstIncrement(scraped);
    assert.ok(Math.abs(counted / actual - 1) < 0.01, `${counted} of ${actual}`);
    assert.deepEqual(await scraped.prometheus.query('{__name__=~".+_created"}'), [], 'start times are no series');
  });

  test(`without --prometheus-start-times the first increment is missing, with ${features}`, async (t) => {
    const { counted, actual } = await countFirstIncrement(await startScraped(t, [`--enable-feature=${features}`], []));
    assert.ok(counted < 0.1 * actual, `${counted} of ${actual}`);
  });
}
