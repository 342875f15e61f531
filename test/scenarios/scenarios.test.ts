import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { VOCABULARIES } from '../../src/metrics/vocabulary.ts';
import { isWholePage, playGolden, readGolden, writeGolden } from './goldens.ts';
import { readScenarios } from './scenario.ts';

/** `npm run goldens` updates the expected pages. Review the diff before committing it. */
const isUpdate = process.argv.includes('--update');

const scenarios = readScenarios(import.meta.dirname);

test('there are scenarios', () => {
  assert.ok(scenarios.length >= 104, `only ${scenarios.length} scenarios found`);
});

test('a few scenarios have the whole page, the others the metrics under test', () => {
  const count = scenarios.filter(isWholePage).length;
  assert.ok(count >= 4 && count <= 6, `${count} whole pages`);
  for (const { name, metrics } of scenarios.filter((one) => !isWholePage(one))) {
    assert.ok(metrics.length > 0, `${name}: args.json lists the metrics under test`);
    // A pattern would add new metrics with a matching name to the page.
    assert.deepEqual(
      metrics.filter((metric) => !/^\w+$/.test(metric) || metric === 'all'),
      [],
      name,
    );
  }
});

for (const scenario of scenarios) {
  test(`scenario ${scenario.name}`, async (t) => {
    // Timers are mocked, so that no deadline expires on a busy machine.
    t.mock.timers.enable({ apis: ['setTimeout'] });
    assert.ok(scenario.polls.length > 0, 'a scenario needs stats-1.json');
    assert.ok(existsSync(join(scenario.folder, 'why.md')), 'a scenario describes its purpose in why.md');
    for (const vocabulary of VOCABULARIES) {
      const page = await playGolden(scenario, vocabulary);
      if (isUpdate) writeGolden(scenario, vocabulary, page);
      assert.equal(page, readGolden(scenario, vocabulary), 'npm run goldens updates it');
    }
  });
}
