import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Exposition } from '../real/exposition.ts';
import { assertVocabulariesAgree } from './agreement.ts';
import { ourRecordings } from './our-recordings.ts';
import { assertSoundPage, assertTaskCountersRise } from './page-rules.ts';
import { pagesOf } from './play.ts';
import { filesIn, OUR_FOLDER } from './recording.ts';

const recordings = ourRecordings();

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
  });
}
