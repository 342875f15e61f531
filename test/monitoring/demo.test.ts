/** Every query of the dashboards and every rule on a real Prometheus with the metrics of the demo. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VOCABULARIES } from '../../src/metrics/vocabulary.ts';
import { dashboardFiles } from '../helpers/dashboard-files.ts';
import { at, listAt, textAt } from '../real/json.ts';
import type { PrometheusServer } from '../real/prometheus-server.ts';
import { until } from '../real/wait.ts';
import { startMonitoring, TRANSPORTS } from './demo-monitoring.ts';
import { chooseVariables, seriesOf } from './grafana-queries.ts';

/** Queries without a result, by the transport that lacks it: the description of the panel states when there is one. */
const WITHOUT_RESULT: Readonly<Record<string, RegExp>> = {
  'throttled periods': /^throttled periods: only with CGROUP_ROOT\.$/m,
  Processes: /^Processes: only on EC2\.$/m,
  'values: {{reason}}': /^values: only after an invalid value\.$/m,
  'exports: {{reason}}': /^exports: only with a push exporter\.$/m,
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
      await t.test('every rule', () => checkRules(prometheus));
    });
  }
}

async function checkRules(prometheus: PrometheusServer): Promise<void> {
  const rules = await until('the first evaluation of all rules', async () => {
    const groups = listAt(await prometheus.api('rules'), 'groups');
    const all = groups.flatMap((group) => listAt(group, 'rules'));
    return all.every((rule) => at(rule, 'health') !== 'unknown') ? all : undefined;
  });
  assert.ok(rules.length > 20);
  for (const rule of rules) {
    assert.equal(at(rule, 'health'), 'ok', `${at(rule, 'name')}: ${at(rule, 'lastError')}`);
    if (at(rule, 'type') === 'recording') {
      const name = textAt(rule, 'name');
      await until(`series of ${name}`, async () => ((await prometheus.query(name)).length > 0 ? true : undefined));
    }
  }
}
