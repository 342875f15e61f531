/** monitoring/ against the catalogue and the documentation. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { stalePages } from '../../../scripts/docs/page.ts';
import { MONITORING_FILES } from '../../../scripts/monitoring/files.ts';
import { IDENTITY_ATTRIBUTES } from '../../../scripts/monitoring/identity.ts';
import { metricNames } from '../../../scripts/monitoring/metrics.ts';
import { catalogueRows } from '../../../src/metrics/catalogue.ts';
import { taskIdentity } from '../../../src/metrics/identity.ts';
import { levelsOf } from '../../../src/metrics/row.ts';
import { VOCABULARIES } from '../../../src/metrics/vocabulary.ts';
import { dashboardFiles } from '../../helpers/dashboard-files.ts';
import { ROOT } from '../../helpers/pages.ts';
import { at, listAt, textAt } from '../../real/json.ts';

test('no file is out of date', async () => {
  assert.ok(MONITORING_FILES.length >= 8);
  assert.deepEqual(await stalePages(MONITORING_FILES, new URL(`file://${ROOT}`)), []);
});

test('a metric that a level lacks is an error', () => {
  assert.throws(() => metricNames('semconv').select('task_info', 'task'), /task_info has no semconv name/);
  assert.throws(() => metricNames('semconv').label('image'), /image has no semconv name/);
});

test('the attributes of a task exist', () => {
  const identity = taskIdentity({
    arn: 'arn:aws:ecs:eu-west-1:111122223333:task/shop/0123456789abcdef0123456789abcdef',
    revision: '42',
    availabilityZone: 'eu-west-1b',
    serviceName: 'web',
  });
  for (const attribute of Object.values(IDENTITY_ATTRIBUTES)) assert.ok(identity[attribute] !== undefined, attribute);
});

for (const vocabulary of VOCABULARIES) {
  const file: unknown = parse(readFileSync(`${ROOT}monitoring/rules/${vocabulary}.yml`, 'utf8'));
  const rules = listAt(file, 'groups').flatMap((group) => listAt(group, 'rules'));
  const alerts = rules.filter((rule) => at(rule, 'alert') !== undefined);

  test(`${vocabulary}: dashboards and rules have metrics of every family`, () => {
    const text = [...dashboardFiles(vocabulary).map((dashboard) => dashboard.text), JSON.stringify(rules)].join();
    const used = new Set(text.match(/\b[a-z]\w+/g));
    const names = metricNames(vocabulary);
    const families = new Set(catalogueRows().map(([, { family }]) => family));
    for (const [id, row] of catalogueRows()) {
      const hasName = vocabulary === 'ecs' ? row.ecs !== undefined : row.semconv !== undefined;
      const levels = hasName ? levelsOf(row).filter((level) => vocabulary === 'ecs' || row.semconv?.[level]) : [];
      if (levels.some((level) => used.has(names.name(id, level)))) families.delete(row.family);
    }
    assert.deepEqual([...families], []);
  });

  test(`${vocabulary}: each alert has a severity, texts and a section of docs/troubleshooting.md`, () => {
    const page = readFileSync(`${ROOT}docs/troubleshooting.md`, 'utf8');
    const anchors = [...page.matchAll(/^## (.+)$/gm)].map(([, heading = '']) =>
      heading.toLowerCase().replaceAll(' ', '-'),
    );
    assert.ok(alerts.length >= 15);
    for (const alert of alerts) {
      const name = textAt(alert, 'alert');
      assert.match(textAt(alert, 'labels', 'severity'), /^(?:critical|warning|info)$/, name);
      for (const text of ['summary', 'description']) assert.notEqual(textAt(alert, 'annotations', text), '', name);
      const [, anchor = ''] =
        /\/docs\/troubleshooting\.md#(.+)$/.exec(textAt(alert, 'annotations', 'runbook_url')) ?? [];
      assert.ok(anchors.includes(anchor), `${name}: ${anchor}`);
    }
  });

  test(`${vocabulary}: recorded metrics are named level:metric:operations`, () => {
    const recorded = rules.map((rule) => at(rule, 'record')).filter((name) => name !== undefined);
    assert.ok(recorded.length > 0);
    for (const name of recorded) assert.match(String(name), /^(?:instance|service):[a-z_0-9]+:[a-z_0-9]+$/);
  });
}
