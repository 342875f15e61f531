/** The scenarios' documents, encoded by the agent itself. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type PlayOptions, playScenario, playScenarioOn, readScenarios } from '../scenarios/scenario.ts';
import { startAgentEndpoint } from './agent-endpoint.ts';

/** Scenarios that the agent cannot encode: its types allow no negative numbers and no other types, and omit some zeros. */
const NOT_OF_THE_AGENT = new Set([
  '32-empty-cpu-first',
  'impossible-numbers',
  'labels-with-hostile-keys',
  'memory-limit-hits',
  'invalid-disk-entry',
  'unknown-statuses',
  'windows-ec2',
  'wrong-types-everywhere',
]);

const agent = await startAgentEndpoint(after, {
  answers: { task: {}, stats: {} },
  limit: { rate: 1000, burst: 1000 },
});

const WHOLE: PlayOptions = { vocabularies: ['ecs'], metrics: ['all'] };

/** The series of the last page. */
function samples(pages: readonly string[]): readonly string[] {
  return (pages.at(-1) ?? '')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#') && !/exporter_series /.test(line));
}

for (const scenario of readScenarios(join(import.meta.dirname, '../scenarios'))) {
  // Tags are in faults.test.ts.
  if (NOT_OF_THE_AGENT.has(scenario.name) || scenario.taskTags.length > 0) continue;
  test(`scenario ${scenario.name}: every value of the document, and only zeros in addition`, async () => {
    const shown = samples(await playScenarioOn({ url: agent.url(), publish: agent.publish }, scenario, WHOLE));
    const expected = samples(await playScenario(scenario, WHOLE));
    const missing = expected.filter((line) => !shown.includes(line));
    // The agent encodes a number that the document leaves out as 0.
    const added = shown.filter((line) => !expected.includes(line) && !line.endsWith(' 0'));
    assert.deepEqual({ missing, added }, { missing: [], added: [] });
  });
}
