import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogueRows } from '../../../src/metrics/catalogue.ts';
import { PLATFORMS } from '../../../src/metrics/row.ts';

test('platforms are listed in the standard order', () => {
  for (const [id, { platforms = PLATFORMS }] of catalogueRows()) {
    assert.deepEqual(
      platforms,
      PLATFORMS.filter((platform) => platforms.includes(platform)),
      id,
    );
    assert.ok(platforms.length > 0, id);
  }
});
