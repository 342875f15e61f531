/** Prometheus' own linter has nothing to say about any page that the golden cases give. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { promtoolFindings } from '../real/prometheus-server.ts';

const scenarios = new URL('../scenarios/', import.meta.url);

const folders = readdirSync(scenarios, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

test('the golden cases are there', () => {
  assert.ok(folders.length >= 30, `only ${folders.length} folders in ${scenarios.pathname}`);
});

for (const page of ['expected.ecs.prom', 'expected.semconv.prom']) {
  test(`promtool accepts every ${page}`, () => {
    const findings = folders.flatMap((folder) => {
      const text = readFileSync(new URL(`${folder}/${page}`, scenarios), 'utf8');
      assert.match(text, /^# TYPE /m, `${folder} has no series to look at`);
      const found = promtoolFindings(text);
      return found === '' ? [] : [`${folder}: ${found}`];
    });
    assert.deepEqual(findings, []);
  });
}

test('promtool does find fault with a page that deserves it', () => {
  assert.match(promtoolFindings('# TYPE requests counter\nrequests 1\n'), /_total/);
  assert.notEqual(promtoolFindings('requests{a="b" 1\n'), '');
});
