/** Metric names on the hand-written pages. Generated pages derive from the catalogue. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HAND_WRITTEN } from '../../helpers/pages.ts';
import { ATTRIBUTES, METRICS } from './known-metrics.ts';

/** The changelog names removed metrics. */
const CHECKED = HAND_WRITTEN.filter(({ path }) => path !== 'CHANGELOG.md');

/** Pages that mark metrics that are off by default with a `*`. */
const MARKING = ['docs/interpreting.md', 'docs/migration.md', 'docs/datadog.md'];

interface Mention {
  readonly name: string;
  readonly isMarked: boolean;
}

/**
 * Names in backticks that can only be metrics of this program. In tables that map names of other exporters, the first and
 * the last column are excluded.
 */
function mentionsIn(prose: string): readonly Mention[] {
  let isTheirs = false;
  return prose.split('\n').flatMap((line) => {
    if (!line.startsWith('|')) isTheirs = false;
    else if (line.startsWith('| theirs |')) isTheirs = true;
    const ours = isTheirs ? line.split('|').slice(2, 4).join('|') : line;
    return [
      ...ours.matchAll(/`((?:ecs_task|container|aws[._]ecs)[._][\w.]*\w(?:[._]?\*)?)(?![\w.])[^`…]*`(\\\*)?/g),
    ].flatMap(([, name = '', mark]) => (ATTRIBUTES.has(name) ? [] : [{ name, isMarked: mark !== undefined }]));
  });
}

function exists(name: string): boolean {
  return name.endsWith('*')
    ? [...METRICS.keys()].some((known) => known.startsWith(name.slice(0, -1)))
    : METRICS.has(name);
}

for (const { path, prose } of CHECKED) {
  const mentions = mentionsIn(prose);
  if (mentions.length === 0) continue;

  test(`every metric that ${path} names exists`, () => {
    const missing = mentions.filter(({ name }) => !exists(name));
    assert.deepEqual(missing, []);
  });

  if (MARKING.includes(path)) {
    test(`${path} marks the metrics that are off by default, and no others`, () => {
      const wrong = mentions.filter(({ name, isMarked }) => METRICS.get(name)?.isDefault === isMarked);
      assert.deepEqual(wrong, []);
    });
  }
}

test('the pages name metrics of both vocabularies, in all their forms', () => {
  const names = new Set(CHECKED.flatMap(({ prose }) => mentionsIn(prose).map(({ name }) => name)));
  for (const form of [/^ecs_task_/, /^aws_ecs_/, /^container_/, /^container\./, /^aws\.ecs\./]) {
    assert.ok(
      [...names].some((name) => form.test(name)),
      `${form}`,
    );
  }
  assert.ok(names.size > 80, `${names.size}`);
});

test('each row of a mapping table has the other name, our name and the difference', () => {
  const tables = CHECKED.flatMap(({ prose }) => prose.split('| theirs |').slice(1));
  const rows = tables.flatMap(
    (table) =>
      table
        .split(/\n(?!\|)/)[0]
        ?.split('\n')
        .slice(2) ?? [],
  );
  assert.ok(tables.length >= 5 && rows.length > 60, `${tables.length} ${rows.length}`);
  for (const row of rows) assert.match(row, /^\| `[^|]*` \| `ecs_task_[^|]*\| [^|]+ \| [^|]+ \|$/);
});
