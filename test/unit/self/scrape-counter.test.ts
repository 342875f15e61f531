import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createScrapeCounter } from '../../../src/self/scrape-counter.ts';

test('scrapes are counted, with the time of the last success', async () => {
  let nowMs = 1000;
  const counter = createScrapeCounter(() => nowMs);
  const scrape = counter.counted(async (isGood: boolean) => {
    if (!isGood) throw new Error('failed');
    return 'page';
  });
  assert.deepEqual(counter.counts(), { count: 0, failures: 0 });
  assert.equal(await scrape(true), 'page');
  nowMs = 2000;
  await assert.rejects(scrape(false), /failed/);
  assert.deepEqual(counter.counts(), { count: 2, failures: 1, lastSuccessMs: 1000 });
});
