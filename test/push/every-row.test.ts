/** Every row of the catalogue has the Prometheus name of docs/metrics.md, by pull and by push. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { MetricSet, SampleSource } from '../../instrumentation/metric-definition.ts';
import { createOtlpExporter } from '../../instrumentation/otlp/otlp-exporter.ts';
import { EVERYTHING } from '../../src/metrics/catalogue.ts';
import { metricSet } from '../../src/metrics/row-instruments.ts';
import { VOCABULARIES, type VocabularyName } from '../../src/metrics/vocabulary.ts';
import { VERSION } from '../../src/version.ts';
import { parseExposition } from '../real/exposition.ts';
import { startPrometheus3 } from '../real/prometheus-3.ts';
import { pagesOf, startLoop } from '../unit/instrumentation/fake-source.ts';
import { startCollectorPage } from './collector-page.ts';
import { contentOfPage } from './content-as-page.ts';

/** Sorted by name, with repetitions. */
type Values = readonly (readonly [name: string, value: number])[];

/** Limit for one export on a busy machine. */
const EXPORT_TIMEOUT_MS = 20_000;

/** Long enough that only the final export is sent. */
const NEVER_MS = 3_600_000;

const CONTAINER = Object.freeze({ container_name: 'web' });

for (const vocabulary of VOCABULARIES) {
  test(`every row in ${vocabulary}: the names of docs/metrics.md on the page, in a Collector and in Prometheus`, async (t) => {
    const set = metricSet(vocabulary, VERSION, EVERYTHING);
    const source = oneReadingEach(set);
    const collector = await startCollectorPage(t);
    const prometheus = await startPrometheus3();
    t.after(() => prometheus.stop());

    const page = await ourPage(source, set);
    const ours = valuesOf(page);
    const names = ours.map(([name]) => name);
    assert.deepEqual(names, await documentedNames(vocabulary), 'our page, docs/metrics.md');
    assert.equal(names.length, set.metrics.length, 'a series for each instrument');

    await pushTo(collector.url, source, set);
    const theirPage = await collector.page();
    assert.deepEqual(valuesOf(theirPage), ours, 'Collector, our page');
    assert.deepEqual(contentOfPage(theirPage).families, contentOfPage(page).families, 'types and descriptions');

    await pushTo(prometheus.otlpUrl, source, set);
    const stored = await prometheus.query('{job="test"}');
    const named = stored.map(({ labels, value }) => ({ name: labels.get('__name__') ?? '', value }));
    assert.deepEqual(inOrder(named), ours, 'Prometheus, our page');
  });
}

/** One reading per metric. All values differ, so that swapped names are detected. */
function oneReadingEach({ scope, metrics }: MetricSet): SampleSource {
  const startTimeNs = BigInt(Date.now() - 60_000) * 1_000_000n;
  const readings = metrics.map((metric, index) => ({
    metric,
    attributes: CONTAINER,
    value: index + 1,
    startTimeNs: metric.kind === 'counter' ? startTimeNs : undefined,
  }));
  const sample = [{ key: 'test', resource: {}, readings: { byScope: new Map([[scope, readings]]) } }];
  return { current: () => sample };
}

async function ourPage(source: SampleSource, set: MetricSet): Promise<string> {
  const { page } = pagesOf(source, [set]);
  return (await page()).body.toString();
}

/** Exports once. Both receivers respond after they have stored the export. */
async function pushTo(url: string, source: SampleSource, set: MetricSet): Promise<void> {
  const exporter = await createOtlpExporter(
    {
      protocol: 'http/protobuf',
      url: new URL(url),
      headers: {},
      compression: 'none',
      timeoutMs: EXPORT_TIMEOUT_MS,
      temporality: 'cumulative',
    },
    'test/1',
  );
  const { loop, outcomes } = startLoop(source, exporter, {
    sets: [set],
    intervalMs: NEVER_MS,
    timeoutMs: EXPORT_TIMEOUT_MS,
  });
  await loop.shutdown(EXPORT_TIMEOUT_MS);
  assert.deepEqual(outcomes, [{ partial: undefined }], url);
}

/** The names in the column "Prometheus (ecs)" or "Prometheus (semconv)" of all tables. */
async function documentedNames(vocabulary: VocabularyName): Promise<readonly string[]> {
  const text = await readFile(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
  const names = new Set<string>();
  let column = -1;
  for (const line of text.split('\n')) {
    const cells = line.split('|').map((cell) => cell.trim());
    if (!line.startsWith('|')) column = -1;
    else if (column < 0) column = cells.indexOf(`Prometheus (${vocabulary})`);
    else for (const [, name = ''] of (cells[column] ?? '').matchAll(/`([^`]+)`/g)) names.add(name);
  }
  return [...names].toSorted();
}

const valuesOf = (page: string): Values => inOrder(parseExposition(page).series);

function inOrder(series: readonly { readonly name: string; readonly value: number }[]): Values {
  return series
    .filter(({ name }) => name !== 'target_info')
    .map(({ name, value }) => [name, value] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}
