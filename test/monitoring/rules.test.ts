/** promtool checks the rules, and runs each alert with series with which it must and must not fire. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { VOCABULARIES, type VocabularyName } from '../../src/metrics/vocabulary.ts';
import { cleanUpAfter } from '../examples/clean-up.ts';
import { pathOf, textOf } from '../examples/example-files.ts';
import { at, listAt } from '../real/json.ts';
import { type AlertCases, CONTAINER_CASES, type FiringCase } from './alert-cases.ts';
import { type Input, labelsOf, seriesText } from './alert-inputs.ts';
import { EXPORTER_CASES } from './exporter-alert-cases.ts';
import { promtool } from './promtool.ts';

const CASES: Readonly<Record<string, AlertCases>> = { ...CONTAINER_CASES, ...EXPORTER_CASES };
const RUNBOOKS = 'https://github.com/ecs-container-exporter/ecs-container-exporter/blob/HEAD/docs/troubleshooting.md';

for (const vocabulary of VOCABULARIES) {
  const file = `monitoring/rules/${vocabulary}.yml`;

  test(`promtool accepts ${file}`, () =>
    assert.equal(promtool('check', 'rules', '--lint=all', '--lint-fatal', pathOf(file)), ''));

  test(`each alert in ${file} has cases`, () => {
    const rules = listAt(parse(textOf(file)), 'groups').flatMap((group) => listAt(group, 'rules'));
    const alerts = rules.map((rule) => at(rule, 'alert')).filter((name) => name !== undefined);
    assert.deepEqual(alerts, Object.keys(CASES));
    for (const { fires, silent } of Object.values(CASES)) assert.ok(fires.length > 0 && silent.length > 0);
  });

  test(`each alert in ${file} fires with its texts when it should, and not otherwise`, (t) => {
    const tests = Object.entries(CASES).flatMap(([alert, cases]) => [
      ...cases.fires.map((firing) =>
        promtoolTest(vocabulary, `${alert} fires`, alert, firing, [expectedAlert(firing, cases, vocabulary)]),
      ),
      ...cases.silent.map((silent) =>
        promtoolTest(vocabulary, `${alert} does not fire: ${silent.why}`, alert, silent, []),
      ),
    ]);
    const text = JSON.stringify({ rule_files: [pathOf(file)], evaluation_interval: '1m', tests });
    assert.equal(promtool('test', 'rules', cleanUpAfter(t).file(text)), '');
  });
}

test('promtool finds an alert that must not fire', (t) => {
  const [firing] = CASES['MemoryNearLimit']?.fires ?? [];
  assert.ok(firing !== undefined);
  const tests = [promtoolTest('ecs', 'a wrong case', 'MemoryNearLimit', firing, [])];
  const text = JSON.stringify({ rule_files: [pathOf('monitoring/rules/ecs.yml')], evaluation_interval: '1m', tests });
  assert.match(promtool('test', 'rules', cleanUpAfter(t).file(text)), /a wrong case[\s\S]*MemoryNearLimit/);
});

function promtoolTest(
  vocabulary: VocabularyName,
  name: string,
  alertname: string,
  { inputs, at: minutes }: { readonly inputs: readonly Input[]; readonly at: number },
  expected: readonly unknown[],
) {
  return {
    name,
    interval: '1m',
    input_series: inputs.map((input) => ({ series: seriesText(input, vocabulary), values: input.values })),
    alert_rule_test: [{ eval_time: `${minutes}m`, alertname, exp_alerts: expected }],
  };
}

function expectedAlert(
  { level, labels: own, isAbsent, summary, description }: FiringCase,
  { severity, runbook }: AlertCases,
  vocabulary: VocabularyName,
) {
  const ofSeries = labelsOf(own === undefined ? { level } : { level, labels: own }, vocabulary);
  return {
    exp_labels: { severity, ...(isAbsent === true ? {} : ofSeries) },
    exp_annotations: { summary, description, runbook_url: `${RUNBOOKS}#${runbook}` },
  };
}
