import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { ResourceReadings } from '../../instrumentation/metric-definition.ts';
import { EVERYTHING } from '../../src/metrics/catalogue.ts';
import { metricSet } from '../../src/metrics/row-instruments.ts';
import { SCOPES, VOCABULARIES } from '../../src/metrics/vocabulary.ts';
import { propertyRuns } from '../helpers/property-runs.ts';
import { pagesOf } from '../unit/instrumentation/fake-source.ts';
import { cgroup2Task, fargateTask, type SampleTask, windowsTask } from './documents.ts';
import { createPipeline, EMPTY_HISTORY } from './pipeline.ts';

type Shuffle = <T>(list: readonly T[]) => readonly T[];

/** The page after two polls whose containers and stats are ordered by `shuffle`. */
async function pageOf(task: SampleTask, shuffle: Shuffle): Promise<string> {
  const pipeline = createPipeline();
  let history = EMPTY_HISTORY;
  let current: readonly ResourceReadings[] = [];
  const resource = { 'service.instance.id': 'test' };
  const sets = VOCABULARIES.map((vocabulary) => metricSet(vocabulary, '0', EVERYTHING));
  const { page } = pagesOf({ current: () => current }, sets);
  for (const seconds of [100, 110]) {
    const { task: document, stats } = task.at(seconds);
    const outcome = pipeline.step(history, {
      task: { ...document, Containers: shuffle(document.Containers) },
      stats: Object.fromEntries(shuffle(Object.entries(stats))),
    });
    history = outcome.history;
    const known = metricSet('ecs', '0', EVERYTHING).metrics;
    const ecs = outcome.readings.filter(({ metric }) => known.includes(metric));
    const semconv = outcome.readings.filter(({ metric }) => !known.includes(metric));
    const byScope = new Map([
      [SCOPES.ecs, ecs],
      [SCOPES.semconv, semconv],
    ]);
    current = [{ key: 'task', resource, readings: { byScope } }];
    await page();
  }
  const { body } = await page();
  return body.toString();
}

/** Sorts by generated keys: unlike fast-check's shuffle, for any number of lists per run. */
function shuffleBy(keys: readonly number[]): Shuffle {
  let at = 0;
  return (list) => {
    const keyed = list.map((item) => {
      at += 1;
      return { item, key: keys[at % keys.length] ?? 0 };
    });
    return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
  };
}

for (const task of [fargateTask(), cgroup2Task(), windowsTask()]) {
  test(`the page does not depend on the order of containers and stats: ${task.name}`, async () => {
    const expected = await pageOf(task, (list) => list);
    assert.match(expected, /^ecs_task_cpu_cores\{container_name="_task_"\} /m);
    assert.match(expected, /^container_cpu_time_seconds_total\{/m);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { minLength: 23, maxLength: 23 }), async (keys) => {
        assert.equal(await pageOf(task, shuffleBy(keys)), expected);
      }),
      propertyRuns(25),
    );
  });
}
