/** The form of the dashboards. test/monitoring runs their queries. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VOCABULARIES } from '../../../src/metrics/vocabulary.ts';
import { type DashboardPanel, dashboardFiles } from '../../helpers/dashboard-files.ts';

const FILES = VOCABULARIES.flatMap(dashboardFiles);
const UIDS = new Set(FILES.map(({ uid }) => uid));
/** Variables of Grafana itself. */
const BUILT_IN = new Set(['__rate_interval', '__range', '__value', '__all', '__url_time_range']);
const DATASOURCE = { type: 'prometheus', uid: '$datasource' };

for (const { path, panels, variables, text } of FILES) {
  const shown = panels.filter(({ kind }) => kind !== 'row');

  test(`${path}: ids and places`, () => {
    assert.ok(shown.length >= 15, `${shown.length}`);
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
    const cells = panels.flatMap(cellsOf);
    assert.equal(new Set(cells).size, cells.length, 'panels overlap');
    assert.deepEqual(
      panels.filter(({ grid: { x, w } }) => x + w > 24),
      [],
    );
  });

  test(`${path}: each panel has a title, a description, a unit and the data source of the variable`, () => {
    for (const { title, description, unit, datasource, queries } of shown) {
      assert.notEqual(title, '');
      assert.notEqual(description, '', title);
      assert.equal(typeof unit, 'string', title);
      assert.ok(queries.length > 0, title);
      for (const each of [datasource, ...queries.map((query) => query.datasource)]) assert.deepEqual(each, DATASOURCE);
    }
  });

  test(`${path}: every variable is defined before its use, and used`, () => {
    const names = variables.map(({ name }) => name);
    assert.equal(names[0], 'datasource');
    const used = new Set(variablesIn(text));
    assert.deepEqual(
      [...used].filter((name) => !names.includes(name) && !BUILT_IN.has(name)),
      [],
    );
    assert.deepEqual(
      names.filter((name) => !used.has(name)),
      [],
    );
    for (const [index, { query }] of variables.entries()) {
      const later = variablesIn(query).filter((name) => !names.slice(0, index).includes(name));
      assert.deepEqual(later, [], query);
    }
  });

  test(`${path}: a variable with several values is matched by a regular expression, another one by equality`, () => {
    for (const { name, hasAll } of variables.slice(1)) {
      const operators = [...text.matchAll(new RegExp(`(=~?)\\\\"\\$${name}\\\\"`, 'g'))].map(([, found]) => found);
      assert.deepEqual(new Set(operators), new Set([hasAll ? '=~' : '=']), name);
    }
  });

  test(`${path}: links lead to dashboards`, () => {
    for (const [, uid = ''] of text.matchAll(/"\/d\/([\w-]+)\?/g)) assert.ok(UIDS.has(uid), uid);
  });
}

test('the identifiers of the dashboards are unique and short enough for Grafana', () => {
  assert.equal(UIDS.size, FILES.length);
  assert.ok([...UIDS].every((uid) => uid.length <= 40));
});

/** The cells of the grid that a panel covers. */
function cellsOf({ grid: { x, y, w, h } }: DashboardPanel): readonly string[] {
  return Array.from({ length: w * h }, (_, index) => `${x + (index % w)}/${y + Math.floor(index / w)}`);
}

function variablesIn(text: string): readonly string[] {
  return [...text.matchAll(/\$\{?(\w+)/g)].map(([, name = '']) => name);
}
