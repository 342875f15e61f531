import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { EVERYTHING } from '../../../src/metrics/catalogue.ts';
import { metricSet } from '../../../src/metrics/row-instruments.ts';
import { VOCABULARIES, type VocabularyName } from '../../../src/metrics/vocabulary.ts';
import { prometheusName } from '../../helpers/prometheus-name.ts';

const scenarios = new URL('../../scenarios/', import.meta.url);

/** Metric names of the scenario pages, with their types and descriptions. */
function pageMetrics(vocabulary: VocabularyName): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  const folders = readdirSync(scenarios, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  assert.ok(folders.length >= 32);
  for (const { name: folder } of folders) {
    const page = readFileSync(new URL(`${folder}/expected.${vocabulary}.prom`, scenarios), 'utf8');
    for (const [, name = '', rest = ''] of page.matchAll(/^# (?:TYPE|HELP) (\S+) (.*)$/gm)) {
      const texts = found.get(name) ?? new Set();
      found.set(name, texts.add(rest));
    }
  }
  found.delete('target_info');
  return found;
}

/** Not on scenario pages; tested in otlp-faults, export-bytes, process-metrics and http-rejections of test/e2e. */
const ELSEWHERE =
  /exporter_(?:exports|export_failures|export_rejected_points|exported_points|export_bytes|export_io_bytes|http_rejected)_total$|data_point_exported_total$|event_?loop_delay/;

for (const vocabulary of VOCABULARIES) {
  const { metrics } = metricSet(vocabulary, '', EVERYTHING);
  const pages = pageMetrics(vocabulary);

  test(`every metric of the ${vocabulary} vocabulary is on a scenario page`, () => {
    const missing = metrics.map(prometheusName).filter((name) => !pages.has(name) && !ELSEWHERE.test(name));
    assert.deepEqual(missing, []);
  });

  test(`pages contain only names of the ${vocabulary} vocabulary`, () => {
    const known = new Set(metrics.map(prometheusName));
    assert.deepEqual(
      [...pages.keys()].filter((name) => !known.has(name)),
      [],
    );
  });

  test(`pages show the kinds and descriptions of the ${vocabulary} vocabulary`, () => {
    for (const metric of metrics) {
      if (ELSEWHERE.test(prometheusName(metric))) continue;
      const kind = metric.kind === 'counter' ? 'counter' : 'gauge';
      assert.deepEqual(pages.get(prometheusName(metric)), new Set([metric.description, kind]), metric.name);
    }
  });
}
