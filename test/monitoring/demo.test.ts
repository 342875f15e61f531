/** Every query of the dashboards and every rule on a real Prometheus with the metrics of the demo. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VOCABULARIES } from '../../src/metrics/vocabulary.ts';
import { dashboardFiles } from '../helpers/dashboard-files.ts';
import { at, listAt, textAt } from '../real/json.ts';
import type { PrometheusServer } from '../real/prometheus-server.ts';
import { until } from '../real/wait.ts';
import { startMonitoring, TRANSPORTS, type Transport } from './demo-monitoring.ts';
import { chooseVariables, seriesOf } from './grafana-queries.ts';

/** Queries without a result, by the transport that lacks it: the description of the panel states when there is one. */
const WITHOUT_RESULT: Readonly<Record<string, RegExp>> = {
  'throttled periods': /^throttled periods: only with CGROUP_ROOT\.$/m,
  Processes: /^Processes: only on EC2\.$/m,
  'values: {{reason}}': /^values: only after an invalid value\.$/m,
  'exports: {{reason}}': /^exports: only with a push exporter\.$/m,
};

/** Metrics of rules that the demo does not have. */
const WITHOUT_SERIES: Readonly<Record<Transport, RegExp>> = {
  pull: /cgroup|throttl|_exports_total|_export_failures_total|_rejected_points_total|_data_point_exported_total/,
  OTLP: /cgroup|throttl|^up\{/,
};

for (const vocabulary of VOCABULARIES) {
  for (const transport of TRANSPORTS) {
    test(`${vocabulary} names over ${transport}`, async (t) => {
      const prometheus = await startMonitoring(t, vocabulary, transport);
      for (const dashboard of dashboardFiles(vocabulary)) {
        await t.test(`no panel of the ${dashboard.name} dashboard is empty`, async () => {
          const variables = await until('values of the variables', () => chooseVariables(prometheus, dashboard));
          for (const panel of dashboard.panels) {
            for (const query of panel.queries) {
              const note = WITHOUT_RESULT[query.legend.replace('error_type', 'reason')];
              if (note === undefined) {
                await until(`series of ${panel.title}: ${query.legend}`, async () =>
                  (await seriesOf(prometheus, query, variables)) > 0 ? true : undefined,
                );
              } else {
                await seriesOf(prometheus, query, variables);
                assert.match(panel.description, note);
              }
            }
          }
        });
      }
      await t.test('every rule', () => checkRules(prometheus, transport));
      // ExporterAbsent fires until the first push.
      await t.test('no alert fires', async () => {
        await until('the end of all alerts', async () => {
          const alerts = listAt(await prometheus.api('alerts'), 'alerts');
          return alerts.some((alert) => at(alert, 'state') === 'firing') ? undefined : true;
        });
      });
    });
  }
}

async function checkRules(prometheus: PrometheusServer, transport: Transport): Promise<void> {
  const rules = await until('the first evaluation of all rules', async () => {
    const groups = listAt(await prometheus.api('rules'), 'groups');
    const all = groups.flatMap((group) => listAt(group, 'rules'));
    return all.every((rule) => at(rule, 'health') !== 'unknown') ? all : undefined;
  });
  assert.ok(rules.length > 20);
  for (const rule of rules) {
    const name = textAt(rule, 'name');
    assert.equal(at(rule, 'health'), 'ok', `${name}: ${at(rule, 'lastError')}`);
    if (at(rule, 'type') === 'recording') await hasSeries(prometheus, name);
    for (const selector of selectorsIn(await prometheus.api('parse_query', { query: textAt(rule, 'query') }))) {
      if (!WITHOUT_SERIES[transport].test(selector)) await hasSeries(prometheus, selector);
    }
  }
}

async function hasSeries(prometheus: PrometheusServer, selector: string): Promise<void> {
  await until(`series of ${selector}`, async () => ((await prometheus.query(selector)).length > 0 ? true : undefined));
}

/** The selectors of an expression. A label must exist, whatever its value: an alert selects values that the demo lacks. */
function selectorsIn(node: unknown): readonly string[] {
  if (typeof node !== 'object' || node === null) return [];
  const name = at(node, 'name');
  if (/^(?:vector|matrix)Selector$/.test(String(at(node, 'type')))) {
    const labels = listAt(node, 'matchers').map((matcher) => textAt(matcher, 'name'));
    return [`${name}{${labels.filter((label) => label !== '__name__').map((label) => `${label}!=""`)}}`];
  }
  return Object.values(node).flatMap(selectorsIn);
}
