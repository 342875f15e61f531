/** What the docs say of where a value exists, against the pages of tasks on such platforms. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { CATALOGUE, catalogueRows, type RowId } from '../../../src/metrics/catalogue.ts';
import { ROW_DEFINITIONS } from '../../../src/metrics/definitions.ts';
import { PLATFORMS, type Platform } from '../../../src/metrics/platforms.ts';
import type { MetricRow } from '../../../src/metrics/row.ts';
import { prometheusName } from './prometheus-name.ts';

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

/** The rows that a page shows. One name may be several rows' (two directions of a metric): all of them then. */
function rowsOn(folder: string): ReadonlySet<RowId> {
  const page = readFileSync(new URL(`../../scenarios/${folder}/expected.ecs.prom`, import.meta.url), 'utf8');
  const names = new Set([...page.matchAll(/^(\w+)[{ ]/gm)].map(([, name]) => name));
  const shown = catalogueRows().filter(([id]) =>
    Object.values(ROW_DEFINITIONS.get(id)?.ecs ?? {}).some((one) => names.has(prometheusName(one))),
  );
  return new Set(shown.map(([id]) => id));
}

const platformsOf = (id: RowId): readonly Platform[] => {
  const { platforms = PLATFORMS }: MetricRow = CATALOGUE[id];
  return platforms;
};

for (const [folder, platform] of SCENARIOS) {
  test(`${folder}: everything on its page is said to exist on ${platform}`, () => {
    const rows = rowsOn(folder);
    assert.ok(rows.size > 25);
    assert.deepEqual(
      [...rows].filter((id) => !platformsOf(id).includes(platform)),
      [],
    );
  });
}

test('what is not everywhere is named with its platforms, in their order', () => {
  for (const [id] of catalogueRows()) {
    const platforms = platformsOf(id);
    assert.deepEqual(
      platforms,
      PLATFORMS.filter((platform) => platforms.includes(platform)),
      id,
    );
    assert.ok(platforms.length > 0, id);
  }
});
