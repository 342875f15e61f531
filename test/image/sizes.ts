import assert from 'node:assert/strict';
import type { Readable } from 'node:stream';
import { test } from 'node:test';
import { createGzip } from 'node:zlib';
import { listAt, numberAt, textAt } from '../real/json.ts';
import { BASES, type BuiltImage } from './built-image.ts';

const MB = 1e6;
/** Limit for the layers above the base image. */
const OURS_MB = 3;
const RAW_MB = 130;
const GZIP_MB = 48;

export function sizeTests(built: () => BuiltImage): void {
  test(`the image is at most ${RAW_MB} MB, ${GZIP_MB} MB with gzip, of which ${OURS_MB} MB are ours`, async (t) => {
    const { api, docker, name } = built();
    const history = await api.call('GET', `/images/${name}/history`);
    const sizes = listAt(history).map((layer) => numberAt(layer, 'Size'));
    const base = Math.max(...sizes);
    const ours = sizes.reduce((sum, size) => sum + size, 0) - base;
    const asPublished = numberAt(await api.call('GET', `/images/${BASES.runtime}/json`), 'Size');
    const saved = await docker.stream(savedBytes, 'save', name);
    t.diagnostic(`saved ${mb(saved.raw)} MB, gzip ${mb(saved.gzip)} MB; ours ${mb(ours)} MB`);
    t.diagnostic(`base ${mb(base)} MB, before strip ${mb(asPublished)} MB`);
    assert.ok(textAt(listAt(history)[0], 'Id') !== '', 'the history begins with the image');
    assert.ok(ours > 0.4 * MB && ours <= OURS_MB * MB, `${mb(ours)} MB are ours`);
    assert.ok(base < asPublished - 20 * MB, 'Node.js still has its debugging information');
    assert.ok(saved.raw <= RAW_MB * MB, `${mb(saved.raw)} MB`);
    assert.ok(saved.gzip <= GZIP_MB * MB, `${mb(saved.gzip)} MB with gzip`);
  });
}

const mb = (bytes: number): string => (bytes / MB).toFixed(2);

/** Size of the archive, and its size with gzip at level 6, as in registries. */
async function savedBytes(archive: Readable): Promise<{ raw: number; gzip: number }> {
  const zipped = createGzip({ level: 6 });
  let raw = 0;
  let gzip = 0;
  archive.on('data', (chunk: Buffer) => {
    raw += chunk.length;
  });
  archive.pipe(zipped);
  for await (const chunk of zipped) gzip += Buffer.from(chunk).length;
  return { raw, gzip };
}
