/** Invariants of the whole page of each scenario, with all metrics, after each poll. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { VOCABULARIES } from '../../src/metrics/vocabulary.ts';
import { createFamilyTable } from '../helpers/family-table.ts';
import { assertTaskCountersRise, assertValidPage } from '../helpers/page-rules.ts';
import { assertVocabulariesAgree } from '../helpers/vocabulary-agreement.ts';
import { readGolden } from './goldens.ts';
import { assertBoundsHold, assertContainersExist } from './invariants.ts';
import { playScenario, readScenarios } from './scenario.ts';

const isUpdate = process.argv.includes('--update');
const families = createFamilyTable();

/** Why the vocabularies of a scenario differ by more than names. */
const DIFFERING: Readonly<Record<string, string>> = {
  '15-blkio-odd-entries': 'devices that are no longer listed have no series, but stay in the total',
  'hostile-names': 'two containers with the same name, and one named _task_, differ only by their ids',
  'wrong-types-everywhere': 'an entry without a device counts in the total only',
};

function sharesNetwork(task: string): boolean {
  return /"NetworkMode":\s*"(?:awsvpc|container:)/.test(task);
}

for (const scenario of readScenarios(import.meta.dirname)) {
  test(`invariants of the whole page: ${scenario.name}`, async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const texts = await playScenario(scenario, { vocabularies: VOCABULARIES, metrics: ['all'] });
    const pages = texts.map(assertValidPage);
    families.add(scenario.name, pages.at(-1));
    for (const [index, page] of pages.entries()) {
      const poll = scenario.polls[index];
      assert.ok(poll !== undefined);
      if (DIFFERING[scenario.name] === undefined) assertVocabulariesAgree(page, sharesNetwork(poll.task));
      assertContainersExist(page, poll);
      assertBoundsHold(page, scenario);
      const before = pages[index - 1];
      if (before !== undefined) assertTaskCountersRise(before, page);
    }
    if (isUpdate) return;
    const lines = new Set(texts.at(-1)?.split('\n'));
    const golden = VOCABULARIES.flatMap((vocabulary) => readGolden(scenario, vocabulary).split('\n'));
    const others = golden.filter((line) => !lines.has(line) && !/exporter_series /.test(line));
    assert.deepEqual(others, [], 'selecting metrics does not change values');
  });
}

test('each scenario has series of the families in families.txt', () => {
  families.check(join(import.meta.dirname, 'families.txt'), isUpdate);
});
