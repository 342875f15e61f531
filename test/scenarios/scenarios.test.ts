import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { VOCABULARIES } from '../../src/metrics/vocabulary.ts';
import { playScenario, readScenarios } from './scenario.ts';

/** `npm run goldens` writes the expected pages anew; look at the difference before you commit it. */
const isUpdate = process.argv.includes('--update');

const scenarios = readScenarios(import.meta.dirname);

test('there are scenarios', () => {
  assert.ok(scenarios.length >= 32, `only ${scenarios.length} scenarios found`);
});

for (const scenario of scenarios) {
  test(`scenario ${scenario.name}`, async (t) => {
    // No deadline passes, however busy the machine is.
    t.mock.timers.enable({ apis: ['setTimeout'] });
    assert.ok(scenario.polls.length > 0, 'a scenario needs stats-1.json');
    assert.ok(existsSync(join(scenario.folder, 'why.md')), 'a scenario says in why.md what is special about it');
    const pages = await playScenario(scenario);
    for (const vocabulary of VOCABULARIES) {
      const file = join(scenario.folder, `expected.${vocabulary}.prom`);
      if (isUpdate) writeFileSync(file, pages[vocabulary]);
      const expected = existsSync(file) ? readFileSync(file, 'utf8') : '';
      assert.equal(pages[vocabulary], expected, `${file} differs; npm run goldens writes it anew`);
    }
  });
}
