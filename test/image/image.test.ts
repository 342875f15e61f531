/**
 * The container image, built by a real Docker engine from this checkout's Dockerfile, and run as in a task. The two
 * base images are built from this machine's files (test/real/base-images.ts), so the contents of the public ones are not
 * tested.
 */
import { after, before, test } from 'node:test';
import { type BuiltImage, buildImage } from './built-image.ts';
import { commandTests } from './commands.ts';
import { contentTests } from './contents.ts';
import { lockedDownTests } from './locked-down.ts';
import { memoryTests } from './memory.ts';
import { pushingTests } from './pushing.ts';
import { sizeTests } from './sizes.ts';

let image: BuiltImage;

before(async () => {
  image = await buildImage();
});

after(async () => {
  await image?.stop();
});

test('docker build with the legacy builder', (t) => {
  t.diagnostic(`took ${(image.buildMs / 1000).toFixed(1)} s`);
});

const built = (): BuiltImage => image;
contentTests(built);
sizeTests(built);
commandTests(built);
lockedDownTests(built);
pushingTests(built);
memoryTests(built);
