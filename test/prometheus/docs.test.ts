/** promtool reads the PromQL and the configurations of the documentation; test/unit/docs checks the names in them. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { VOCABULARIES } from '../../src/metrics/vocabulary.ts';
import { blocksIn, ROOT } from '../helpers/pages.ts';
import { ruleFindings } from '../real/prometheus-server.ts';

/** A rules file with one expression. */
function ruleOf(expression: string): string {
  return JSON.stringify({ groups: [{ name: 'one', rules: [{ record: 'one', expr: expression }] }] });
}

for (const vocabulary of VOCABULARIES) {
  test(`promtool accepts monitoring/rules/${vocabulary}.yml`, () =>
    assert.equal(ruleFindings(readFileSync(`${ROOT}monitoring/rules/${vocabulary}.yml`, 'utf8')), ''));
}

test('promtool accepts the expressions on the pages', () => {
  const blocks = blocksIn('promql');
  assert.ok(blocks.length >= 4);
  for (const { page, line, body } of blocks) assert.equal(ruleFindings(ruleOf(body)), '', `${page}:${line}`);
});

/** Debian's promtool is older than the discovery of ECS tasks (3.8) and than the OTLP receiver's settings. */
const scrapeConfigs = blocksIn('yaml').filter(
  ({ body }) => body.startsWith('scrape_configs:') && !body.includes('aws_sd_configs'),
);

test('promtool accepts the scrape configurations on the pages', () => {
  assert.ok(scrapeConfigs.length >= 1);
  const folder = mkdtempSync(join(tmpdir(), 'docs-'));
  try {
    const file = join(folder, 'prometheus.yml');
    for (const { page, line, body } of scrapeConfigs) {
      writeFileSync(file, body);
      const { status, stdout, stderr } = spawnSync('promtool', ['check', 'config', file], { encoding: 'utf8' });
      assert.equal(status, 0, `${page}:${line}: ${stdout}${stderr}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
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
