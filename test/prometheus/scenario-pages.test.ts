/** Prometheus' own linter accepts the whole page of every scenario. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { VOCABULARIES } from '../../src/metrics/vocabulary.ts';
import { promtoolFindings } from '../real/prometheus-server.ts';
import { playScenario, readScenarios } from '../scenarios/scenario.ts';

const scenarios = readScenarios(join(import.meta.dirname, '../scenarios'));

test('the scenarios are there', () => {
  assert.ok(scenarios.length >= 104, `only ${scenarios.length}`);
});

for (const vocabulary of VOCABULARIES) {
  test(`promtool accepts every page with the names of ${vocabulary}`, async () => {
    const findings: string[] = [];
    for (const scenario of scenarios) {
      const pages = await playScenario(scenario, { vocabularies: [vocabulary], metrics: ['all'] });
      const page = pages.at(-1) ?? '';
      assert.match(page, /^# TYPE /m, `${scenario.name} has no series`);
      const found = promtoolFindings(page);
      if (found !== '') findings.push(`${scenario.name}: ${found}`);
    }
    assert.deepEqual(findings, []);
  });
}

test('promtool rejects a faulty page', () => {
  assert.match(promtoolFindings('# TYPE requests counter\nrequests 1\n'), /_total/);
  assert.notEqual(promtoolFindings('requests{a="b" 1\n'), '');
});
