import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { VocabularyName } from '../../src/metrics/vocabulary.ts';
import { playScenario, type Scenario } from './scenario.ts';

const RESOURCE = /^(?:# \w+ )?target_info\b.*\n/gm;

function fileOf({ folder }: Scenario, vocabulary: VocabularyName): string {
  return join(folder, `expected.${vocabulary}.prom`);
}

export function readGolden(scenario: Scenario, vocabulary: VocabularyName): string {
  return readFileSync(fileOf(scenario, vocabulary), 'utf8');
}

export function writeGolden(scenario: Scenario, vocabulary: VocabularyName, page: string): void {
  writeFileSync(fileOf(scenario, vocabulary), page);
}

/** The page after the last poll, with the metrics under test. */
export async function playGolden(scenario: Scenario, vocabulary: VocabularyName): Promise<string> {
  const pages = await playScenario(scenario, { vocabularies: [vocabulary], metrics: scenario.metrics });
  const page = pages.at(-1) ?? '';
  return showsResource(scenario) ? page : page.replaceAll(RESOURCE, '');
}

/** A whole page of the default metrics, as in the goldens of the platforms. */
export function isWholePage({ metrics }: Scenario): boolean {
  return metrics.includes('default');
}

/** The resource's attributes describe the task, as task_info does. */
function showsResource(scenario: Scenario): boolean {
  return isWholePage(scenario) || scenario.metrics.includes('task_info');
}
