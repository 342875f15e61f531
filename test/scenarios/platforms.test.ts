/** Compares the platforms of each row in the docs with the pages of tasks on these platforms. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { catalogueRows, type RowId } from '../../src/metrics/catalogue.ts';
import { PLATFORMS, type Platform } from '../../src/metrics/row.ts';
import { ROW_DEFINITIONS } from '../../src/metrics/row-instruments.ts';
import { prometheusName } from '../helpers/prometheus-name.ts';
import { parseExposition } from '../real/exposition.ts';
import { playScenario, readScenario } from './scenario.ts';

const SCENARIOS: readonly (readonly [folder: string, platform: Platform])[] = [
  ['fargate-awsvpc', 'Fargate'],
  ['fargate-micro-vm', 'Fargate'],
  ['ephemeral-storage', 'Fargate'],
  ['windows-fargate', 'Windows'],
  ['windows-ec2', 'Windows'],
  ['cgroup1-task', 'EC2 v1'],
  ['throttled-container', 'EC2 v1'],
  ['several-devices-stacked', 'EC2 v1'],
  ['cgroup2-task', 'EC2 v2'],
  ['task-cgroup-v1', 'EC2 v1'],
];

/** The rows that a page shows. If several rows share a name (two directions of a metric), all of them. */
function rowsOn(page: string): readonly RowId[] {
  const names = new Set(parseExposition(page).series.map(({ name }) => name));
  const shown = catalogueRows().filter(([id]) =>
    Object.values(ROW_DEFINITIONS.get(id)?.ecs ?? {}).some((one) => names.has(prometheusName(one))),
  );
  return shown.map(([id]) => id);
}

const platforms = new Map(catalogueRows().map(([id, row]) => [id, row.platforms ?? PLATFORMS]));

for (const [folder, platform] of SCENARIOS) {
  test(`${folder}: all metrics on its page are documented for ${platform}`, async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const scenario = readScenario(join(import.meta.dirname, folder), folder);
    const pages = await playScenario(scenario, { vocabularies: ['ecs'], metrics: ['all'] });
    const rows = rowsOn(pages.at(-1) ?? '');
    assert.ok(rows.length > 25);
    assert.deepEqual(
      rows.filter((id) => platforms.get(id)?.includes(platform) !== true),
      [],
    );
  });
}
