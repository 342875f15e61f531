import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { createPage } from '../../../../instrumentation/http/page.ts';

test('a page is UTF-8 with the content type of the text format', () => {
  const page = createPage('a{b="ö"} 1\n');
  assert.equal(page.body.toString('utf8'), 'a{b="ö"} 1\n');
  assert.equal(page.contentType, 'text/plain; version=0.0.4; charset=utf-8');
});

test('a page is compressed once for all scrapes', async () => {
  const page = createPage('a 1\n'.repeat(1_000));
  const [first, second] = await Promise.all([page.gzip(), page.gzip()]);
  assert.equal(first, second);
  assert.equal(await page.gzip(), first);
  assert.deepEqual(gunzipSync(first), page.body);
});
