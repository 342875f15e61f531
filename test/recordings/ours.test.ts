import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createFamilyTable } from '../helpers/family-table.ts';
import { assertRecordingPage, assertTaskCountersRise } from '../helpers/page-rules.ts';
import { assertVocabulariesAgree } from '../helpers/vocabulary-agreement.ts';
import { ourRecordings } from './our-recordings.ts';
import { pagesOf } from './play.ts';
import { filesIn, OUR_FOLDER, type Recording } from './recording.ts';

const recordings = ourRecordings();
const isUpdate = process.argv.includes('--update');
const families = createFamilyTable();

const CPU = ['cpu_usage_ratio', 'cpu_limit_utilization', 'cpu_cores', 'cpu_usage_seconds'];
const MEMORY = ['mem_usage', 'mem_working_set_bytes', 'mem_rss_bytes'];
const DISK = ['disk_read_bytes', 'disk_written_bytes', 'disk_read_iops', 'disk_written_iops'];
const NETWORK = ['network_rx_bytes', 'network_tx_bytes', 'network_rx_packets', 'network_tx_packets'];

/** Metrics in the golden of each recording. The two missing recordings have goldens as scenarios. */
const SHOWN: Readonly<Record<string, readonly string[]>> = {
  'cgroup1 oneshot': CPU,
  'cgroup1 stats': [...MEMORY, ...DISK, ...NETWORK, 'pids'],
  'cgroup1 restarted': [...CPU, 'mem_usage'],
  'cgroup1 lifecycle': ['container_running', 'cpu_usage_seconds', 'mem_usage'],
  'cgroup2 oneshot': CPU,
  'cgroup2 stats': [...MEMORY, ...DISK, ...NETWORK, 'pids'],
  'cgroup2 restarted': [...CPU, 'mem_usage'],
  'cgroup2 lifecycle': ['container_running', 'cpu_usage_seconds', 'mem_usage'],
  'docker-sequences oneshot': CPU,
  'docker-sequences stats': [...NETWORK, 'mem_usage'],
  'docker-sequences resetme': [...CPU, ...NETWORK],
  stream: [...CPU, 'mem_usage'],
};

test('all of our recordings are used', () => {
  const played = new Set(recordings.flatMap(({ files }) => files));
  assert.deepEqual([...played].sort(), filesIn(OUR_FOLDER));
  const missing = recordings.map(({ name }) => name).filter((name) => SHOWN[name] === undefined);
  assert.deepEqual(missing, ['cgroup1-task', 'cgroup2-task']);
});

for (const recording of recordings) {
  test(`${recording.name}: valid pages that agree in both vocabularies`, async () => {
    const pages = (await pagesOf(recording)).map((page) => assertRecordingPage(page));
    assert.ok(pages.length > 1, 'a recording is a sequence');
    for (const [index, page] of pages.entries()) {
      assert.ok(assertVocabulariesAgree(page, recording.sharesNetwork) > 10);
      const before = pages[index - 1];
      if (before !== undefined) assertTaskCountersRise(before, page);
    }
    families.add(recording.name, pages.at(-1));
    await assertGolden(recording);
  });
}

test('each recording has series of the families in families.txt', () => {
  families.check(join(import.meta.dirname, 'golden/families.txt'), isUpdate);
});

/** Reviewed series of the last page, in both vocabularies. */
async function assertGolden(recording: Recording): Promise<void> {
  const metrics = SHOWN[recording.name];
  if (metrics === undefined) return;
  const pages = await pagesOf(recording, metrics);
  const series = (pages.at(-1) ?? '')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('target_info'));
  const file = join(import.meta.dirname, 'golden', `${recording.name.replaceAll(' ', '-')}.prom`);
  const text = `${series.join('\n')}\n`;
  if (isUpdate) writeFileSync(file, text);
  assert.equal(text, readFileSync(file, 'utf8'), 'npm run goldens updates it');
}
