import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { catalogueRows } from '../../src/metrics/catalogue.ts';
import type { Family } from '../../src/metrics/row.ts';
import { ROW_DEFINITIONS } from '../../src/metrics/row-instruments.ts';
import { VOCABULARIES, type VocabularyName } from '../../src/metrics/vocabulary.ts';
import type { Exposition } from '../real/exposition.ts';
import { prometheusName } from './prometheus-name.ts';

/**
 * A table of the families with series on a page, in each vocabulary. It detects missing families that no golden covers.
 */
export interface FamilyTable {
  add(name: string, page: Exposition | undefined): void;
  /** Compares the table with the file, or writes the file. */
  check(file: string, isUpdate: boolean): void;
}

export function createFamilyTable(): FamilyTable {
  const lines: string[] = [];
  return {
    add(name, page) {
      for (const vocabulary of VOCABULARIES)
        lines.push(`${name} ${vocabulary}: ${familiesOn(page, vocabulary).join(' ')}`);
    },
    check(file, isUpdate) {
      if (isUpdate) writeFileSync(file, `${lines.join('\n')}\n`);
      assert.deepEqual(lines, readFileSync(file, 'utf8').trimEnd().split('\n'), 'npm run goldens rewrites it');
    },
  };
}

/** Returns the families in the catalogue's order. */
function familiesOn(page: Exposition | undefined, vocabulary: VocabularyName): readonly Family[] {
  const names = new Set(page?.series.map(({ name }) => name));
  const families = catalogueRows().flatMap(([id, { family }]) => {
    const definitions = Object.values(ROW_DEFINITIONS.get(id)?.[vocabulary] ?? {});
    return definitions.some((one) => names.has(prometheusName(one))) ? [family] : [];
  });
  return [...new Set(families)];
}
