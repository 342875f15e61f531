/** The rules and expressions in docs/meaning.md are PromQL; test/unit/metrics/meaning.test.ts checks the names in them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blocksOf } from '../helpers/meaning-page.ts';
import { ruleFindings } from '../real/prometheus-server.ts';

/** A file of rules around one expression. */
function ruleOf(expression: string): string {
  return JSON.stringify({ groups: [{ name: 'one', rules: [{ record: 'one', expr: expression }] }] });
}

test('promtool accepts the example alerts', () => {
  const files = blocksOf('yaml');
  assert.equal(files.length, 2);
  for (const file of files) assert.equal(ruleFindings(file), '');
});

test('promtool accepts the expressions in the text', () => {
  const expressions = blocksOf('promql');
  assert.ok(expressions.length > 0);
  for (const expression of expressions) assert.equal(ruleFindings(ruleOf(expression)), '', expression);
});

for (const expression of [
  'rate(ecs_task_cpu_usage_seconds_total[5m]',
  'ecs_task_mem_usage_ratio > 0.9)',
  'rate(ecs_task_cpu_usage_seconds_total)',
  'ecs_task_mem_usage_ratio[5m] > 1',
  'rate(ecs_task_cpu_usage_seconds_total[5])',
  'total(ecs_task_cpu_cores)',
  'ecs_task_cpu_cores ; 1',
]) {
  test(`promtool rejects ${expression}`, () =>
    assert.match(ruleFindings(ruleOf(expression)), /could not parse expression/));
}
