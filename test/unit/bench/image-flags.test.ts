import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { imageFlags } from '../../bench/image-flags.ts';

const CASES: readonly (readonly [what: string, dockerfile: string, flags: readonly string[]])[] = [
  ['no flags', 'FROM a\nENTRYPOINT ["/nodejs/bin/node", "/app/program.cjs"]\n', []],
  [
    'several',
    'ENTRYPOINT ["node", "--no-opt", "--max-semi-space-size=1", "/app/program.cjs"]',
    ['--no-opt', '--max-semi-space-size=1'],
  ],
  ['arguments of the program are its own', 'ENTRYPOINT ["node", "--jitless", "/app/program.js", "run"]', ['--jitless']],
  [
    'another file that is loaded before',
    'ENTRYPOINT ["node", "--require", "/a.cjs", "/b.cjs"]',
    ['--require', '/a.cjs'],
  ],
  ['over two lines', 'ENTRYPOINT ["node", \\\n  "--no-opt", "/app/program.mjs"]\nUSER 1', ['--no-opt']],
  [
    'the last stage is the image',
    'ENTRYPOINT ["node", "--a", "/1.cjs"]\nFROM b\nENTRYPOINT ["node", "--b", "/2.cjs"]',
    ['--b'],
  ],
];

for (const [what, dockerfile, flags] of CASES) {
  test(`the flags of an ENTRYPOINT: ${what}`, () => {
    assert.deepEqual(imageFlags(dockerfile), flags);
  });
}

test('a Dockerfile without an ENTRYPOINT that starts Node.js is rejected', () => {
  for (const dockerfile of ['', 'ENTRYPOINT node program.cjs', 'ENTRYPOINT ["node"]', 'CMD ["node", "a.cjs"]']) {
    assert.throws(() => imageFlags(dockerfile), /ENTRYPOINT/);
  }
});

test('the flags of our image are Node.js options', () => {
  const flags = imageFlags(readFileSync(new URL('../../../Dockerfile', import.meta.url), 'utf8'));
  assert.ok(flags.every((flag) => flag.startsWith('--')));
  assert.ok(flags.includes('--disable-sigusr1'));
});
