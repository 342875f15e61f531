import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acceptsGzip } from '../../../../instrumentation/http/headers.ts';

const CASES: readonly (readonly [header: string | undefined, gzip: boolean, why: string])[] = [
  [undefined, false, 'no header'],
  ['', false, 'an empty header allows identity only'],
  ['gzip', true, 'as Prometheus sends it'],
  ['GZip', true, 'codings have no case'],
  ['x-gzip', true, 'the old name'],
  ['gzip, deflate, br, zstd', true, 'as browsers and curl send it'],
  ['br, zstd', false, 'only codings that are not offered'],
  ['gzip;q=0', false, 'refused'],
  ['gzip;q=0.0, *', false, 'refused by name, whatever the rest'],
  ['gzip;q=0.001', true, 'the lowest wish'],
  ['gzip ; Q=1', true, 'spaces, capital Q'],
  ['gzip;q=1.000', true, 'the longest number'],
  ['*', true, 'anything'],
  ['*;q=0', false, 'nothing'],
  ['identity', false, 'plain by name'],
  ['identity;q=0, gzip', true, 'not plain'],
  ['identity;q=0', false, 'neither: plain is better than no answer'],
  ['gzip;q=0.5, identity;q=0.5', true, 'both alike'],
  ['gzip;q=0.5, identity', false, 'plain preferred'],
  ['gzip;q=0.5, *;q=1', true, '* does not speak of those that are named'],
  ['gzip;q=2', false, 'no quality: above 1'],
  ['gzip;q=junk', false, 'no quality: no number'],
  ['gzip;q=', false, 'no quality: empty'],
  ['gzip;level=9', true, 'an unknown parameter'],
  ['gzipped', false, 'another word'],
  [',,;;,q=1,=', false, 'junk'],
];

for (const [header, expected, why] of CASES) {
  test(`Accept-Encoding: ${header ?? '(none)'} - ${why}`, () => {
    assert.equal(acceptsGzip(header), expected);
  });
}
