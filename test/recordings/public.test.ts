import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { assertRecordingPage } from '../helpers/page-rules.ts';
import { assertVocabulariesAgree } from '../helpers/vocabulary-agreement.ts';
import type { Exposition } from '../real/exposition.ts';
import { MACKEREL } from './mackerel-values.ts';
import { OTEL_CONTRIB } from './otel-contrib-values.ts';
import { pagesOf } from './play.ts';
import { type PublicRecording, readPublicRecording } from './public-recordings.ts';
import { filesIn, PUBLIC_FOLDER } from './recording.ts';
import { TELEGRAF } from './telegraf-values.ts';

const recordings: readonly PublicRecording[] = [...OTEL_CONTRIB, ...MACKEREL, ...TELEGRAF];

/** Responses for all tasks of an instance. */
const OF_AN_INSTANCE = /\/instance_tasks_/;

test('the public recordings are present, and all of them are used', () => {
  assert.ok(existsSync(PUBLIC_FOLDER), `no ${PUBLIC_FOLDER}: the recordings of other projects are read from there`);
  const played = new Set(recordings.flatMap(({ metadata, stats }) => [metadata, stats]));
  const wanted = filesIn(PUBLIC_FOLDER).filter((file) => !OF_AN_INSTANCE.test(file));
  assert.deepEqual([...played].sort(), wanted);
});

for (const recording of recordings) {
  test(`${recording.stats} with ${recording.metadata}`, async () => {
    const pages = await pagesOf(readPublicRecording(recording));
    assert.equal(pages.length, 2);
    for (const page of pages) {
      const exposition = assertRecordingPage(page);
      assert.ok(assertVocabulariesAgree(exposition, recording.sharesNetwork) > 10);
      assertValues(exposition, recording);
    }
  });
}

function assertValues(exposition: Exposition, { values, absent }: PublicRecording): void {
  for (const [name, labels, expected] of values) {
    const value = exposition.value(name, labels);
    assert.equal(value, expected, `${name}${JSON.stringify(labels)} is ${value}, not ${expected}`);
  }
  for (const [pattern, labels] of absent) {
    const names = exposition.having(labels).map(({ name }) => name);
    assert.deepEqual(
      names.filter((name) => pattern.test(name)),
      [],
    );
  }
}
