import assert from 'node:assert/strict';
import { test } from 'node:test';
import { splitImage } from '../../../src/snapshot/container-info.ts';

const IMAGES: readonly (readonly [image: string, name: string, tag: string | undefined])[] = [
  ['nginx', 'nginx', undefined],
  ['nginx:1.27', 'nginx', '1.27'],
  ['library/nginx:1.27-alpine', 'library/nginx', '1.27-alpine'],
  ['registry.example:5000/team/web', 'registry.example:5000/team/web', undefined],
  ['registry.example:5000/team/web:7', 'registry.example:5000/team/web', '7'],
  ['web@sha256:abcd', 'web', undefined],
  ['registry.example:5000/web:7@sha256:abcd', 'registry.example:5000/web', '7'],
  ['web:', 'web', undefined],
];

for (const [image, name, tag] of IMAGES) {
  test(`image ${image}`, () =>
    assert.deepEqual(splitImage(image), tag === undefined && !image.endsWith(':') ? { name } : { name, tag }));
}
