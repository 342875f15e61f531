import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { withoutVolatile } from '../helpers/scrape.ts';
import type { Exposition } from '../real/exposition.ts';
import { assertVocabulariesAgree } from './agreement.ts';
import { ourRecordings } from './our-recordings.ts';
import { assertSoundPage, assertTaskCountersRise } from './page-rules.ts';
import { pagesOf } from './play.ts';
import { filesIn, OUR_FOLDER } from './recording.ts';

const recordings = ourRecordings();
const isUpdate = process.argv.includes('--update');

test('every recording of ours is played', () => {
  const played = new Set(recordings.flatMap(({ files }) => files));
  assert.deepEqual([...played].sort(), filesIn(OUR_FOLDER));
});

for (const recording of recordings) {
  test(`${recording.name}: sound pages, in both vocabularies alike`, async () => {
    const pages = await pagesOf(recording);
    assert.ok(pages.length > 1, 'a recording is a sequence');
    let before: Exposition | undefined;
    for (const page of pages) {
      const exposition = assertSoundPage(page);
      assert.ok(assertVocabulariesAgree(exposition, recording.sharesNetwork) > 10);
      if (before !== undefined) assertTaskCountersRise(before, exposition);
      before = exposition;
    }
    assertGolden(recording.name, pages.at(-1) ?? '');
  });
}

/** The series of the last page, in both vocabularies, as they were when somebody last looked at them. */
function assertGolden(name: string, page: string): void {
  const file = new URL(`golden/${name.replaceAll(' ', '-')}.prom`, import.meta.url);
  const series = withoutVolatile(page)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('target_info'));
  const text = `${series.join('\n')}\n`;
  if (isUpdate) writeFileSync(file, text);
  assert.equal(text, readFileSync(file, 'utf8'), 'npm run goldens writes it anew');
}
