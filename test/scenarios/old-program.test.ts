import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as v from 'valibot';
import { parseExposition, type Series } from '../real/exposition.ts';
import { corrections } from './old-program-corrections.ts';
import { playScenario, readScenarios } from './scenario.ts';

/**
 * Compares with the recorded pages of ecs-container-exporter 2.4.0 for the same documents. Correct series must be equal
 * (name, labels, value), wrong series must be corrected as in old-program-corrections.ts, and there must be no other series
 * with an old name.
 */
const oldAnswer = v.object({
  crashed: v.boolean(),
  wrong: v.array(v.string()),
  metrics: v.nullable(
    v.array(v.object({ name: v.string(), labels: v.record(v.string(), v.string()), value: v.number() })),
  ),
});

const OLD_NAMES =
  /^ecs_task_(?:cpu_limit|mem_limit|cpu_usage_ratio|percpu_usage_ratio|cpu_(?:kernel|user)mode|cpu_throttle_.*|mem_cache|mem_usage|disk_.*|network_.*|exporter_status)$/;

/** The old labels lacked the interface. */
function keyOf(name: string, labels: Iterable<readonly [string, string]>): string {
  const sorted = [...labels].filter(([label]) => label !== 'iface').sort();
  return `${name}${JSON.stringify(sorted)}`;
}

function byKey(series: readonly Series[]): ReadonlyMap<string, readonly number[]> {
  const values = new Map<string, number[]>();
  for (const { name, labels, value } of series) {
    if (!OLD_NAMES.test(name)) continue;
    const key = keyOf(name, labels);
    values.set(key, [...(values.get(key) ?? []), value]);
  }
  return values;
}

const cases = readScenarios(import.meta.dirname).filter(({ folder }) => existsSync(join(folder, 'old-program.json')));

test('all recorded pages of 2.4.0 are compared', () => {
  assert.equal(cases.length, 32);
  assert.deepEqual(
    Object.keys(corrections).filter((name) => !cases.some((one) => one.name === name)),
    [],
  );
});

for (const scenario of cases) {
  test(`as in 2.4.0, or corrected: ${scenario.name}`, async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { name, folder } = scenario;
    const old = v.parse(oldAnswer, JSON.parse(readFileSync(join(folder, 'old-program.json'), 'utf8')));
    const pages = await playScenario(scenario, { vocabularies: ['ecs'], metrics: ['default'] });
    const { series } = parseExposition(pages.at(-1) ?? '');
    const ours = byKey(series);
    const { corrected = [], added = [] } = corrections[name] ?? {};
    const seen = new Set<string>();
    for (const { name: metric, labels, value } of old.metrics ?? []) {
      const key = keyOf(metric, Object.entries(labels));
      const correction = corrected.find(({ matches }) => matches(metric, labels));
      seen.add(key);
      if (correction === undefined)
        assert.ok(ours.get(key)?.includes(value), `${key}: ${value}, ours ${ours.get(key)}`);
      else correction.check(ours.get(key), { metric, labels, value, series });
    }
    if (old.wrong.length > 0)
      assert.ok(corrected.length > 0 || corrections[name]?.kept, 'a wrong value needs a correction');
    // After a crash the page of 2.4.0 ends early. Series that are missing there are not compared.
    if (old.crashed) return;
    const unknown = [...ours.keys()].filter((key) => !seen.has(key) && !added.some((pattern) => pattern.test(key)));
    assert.deepEqual(unknown, [], 'series with an old name that 2.4.0 did not export');
  });
}
