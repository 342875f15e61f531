/** OTLP metrics have the names of the page in a Collector and in Prometheus. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { SCOPES, VOCABULARIES, type VocabularyName } from '../../src/metrics/vocabulary.ts';
import { VERSION } from '../../src/version.ts';
import { asValues, sorted } from '../helpers/otlp-as-prometheus.ts';
import { TASK_ID } from '../helpers/scripted-task.ts';
import { parseExposition, type Series } from '../real/exposition.ts';
import { startPrometheus3 } from '../real/prometheus-3.ts';
import type { Sampled } from '../real/prometheus-server.ts';
import { until } from '../real/wait.ts';
import { startCollectorPage } from './collector-page.ts';
import { contentOfPage } from './content-as-page.ts';
import { startPushExporter } from './push-exporter.ts';

interface Receiver {
  readonly url: string;
  /** All current series. */
  series(): Promise<readonly Series[]>;
  /** The page, if there is one. */
  page?(): Promise<string>;
}

interface Case {
  readonly start: (t: TestContext) => Promise<Receiver>;
  /** The labels that it adds to every series except `target_info`. */
  readonly added: (vocabulary: VocabularyName) => Readonly<Record<string, string>>;
}

/** Both derive them from resource attributes, which they omit from `target_info`. */
const TARGET = {
  job: 'ecs-container-exporter', // service.name, after service.namespace and a slash where there is one
  instance: TASK_ID, // service.instance.id
} as const;
const INSTEAD_OF = ['service_name', 'service_instance_id'] as const;

const CASES: Readonly<Record<string, Case>> = {
  "the Collector's prometheus exporter": {
    start: pageOfCollector,
    added: (vocabulary) => ({
      ...TARGET,
      otel_scope_name: SCOPES[vocabulary],
      otel_scope_version: VERSION,
      otel_scope_schema_url: '',
    }),
  },
  // With `promote_scope_metadata` it would also add scope labels.
  'Prometheus 3 with --web.enable-otlp-receiver': { start: queriesOfPrometheus, added: () => TARGET },
};

for (const [name, { start, added }] of Object.entries(CASES)) {
  for (const vocabulary of VOCABULARIES) {
    test(`${name}, ${vocabulary}: the names, series and values of the page, with additional labels`, async (t) => {
      const receiver = await start(t);
      const running = await startPushExporter(t, receiver.url, [vocabulary]);
      for (const poll of [1, 2]) {
        if (poll > 1) {
          running.task.advance(10);
          running.task.restart('worker');
          running.task.advance(5);
          await running.poll();
        }
        const page = await running.page();
        const ours = parseExposition(page);
        const theirs = await until(`${name} to show poll ${poll}`, async () => {
          const isShown = (one: Series): boolean => one.name.endsWith('exporter_polls_total') && one.value === poll;
          if (!(await receiver.series()).some(isShown)) return undefined;
          // Repeated: the Collector may still be processing the export, and Prometheus shows points only once their
          // time has come.
          const series = await receiver.series();
          assert.deepEqual(values(series), values(ours.series));
          return series;
        });

        assert.ok(ours.series.length > 60, `only ${ours.series.length} series`);
        assert.equal(theirs.length, ours.series.length);
        const labels = added(vocabulary);
        for (const one of theirs.filter(({ name }) => name !== 'target_info')) {
          const found = Object.keys(labels).map((label) => [label, one.labels.get(label)]);
          assert.deepEqual(Object.fromEntries(found), labels, one.name);
        }
        const without = theirs.map((one) => withoutLabels(one, one.name === 'target_info' ? TARGET : labels));
        const expected = ours.series.map((one) =>
          one.name === 'target_info'
            ? withoutLabels(one, Object.fromEntries(INSTEAD_OF.map((label) => [label, ''])))
            : one,
        );
        assert.deepEqual(sorted(asValues(without)), sorted(asValues(expected)));
        if (receiver.page !== undefined) {
          assert.deepEqual(contentOfPage(await receiver.page()).families, contentOfPage(page).families);
        }
      }
    });
  }
}

/** The values of all series, in order. */
const values = (series: readonly Series[]): readonly number[] =>
  series.map(({ value }) => value).toSorted((a, b) => a - b);

const withoutLabels = (series: Series, without: Readonly<Record<string, unknown>>): Series => ({
  ...series,
  labels: new Map([...series.labels].filter(([label]) => !Object.hasOwn(without, label))),
});

/** Also checks types and descriptions. */
async function pageOfCollector(t: TestContext): Promise<Receiver> {
  const { url, page } = await startCollectorPage(t);
  return { url, page, series: async () => parseExposition(await page()).series };
}

async function queriesOfPrometheus(t: TestContext): Promise<Receiver> {
  const prometheus = await startPrometheus3();
  t.after(() => prometheus.stop());
  return { url: prometheus.otlpUrl, series: async () => (await prometheus.query('{__name__=~".+"}')).map(named) };
}

function named({ labels, value }: Sampled): Series {
  const { __name__: name = '', ...others } = Object.fromEntries(labels);
  return { name, labels: new Map(Object.entries(others)), value };
}
