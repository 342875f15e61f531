import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { createLineWriter } from '../../../src/log/lines.ts';

test('a blocked stream holds no more than the bound, and takes lines again when it runs', () => {
  const waiting: (() => void)[] = [];
  const stream = new Writable({ write: (_chunk, _encoding, done) => void waiting.push(done) });
  const write = createLineWriter(stream, 100);
  const line = `${'x'.repeat(39)}\n`;
  assert.deepEqual(
    [1, 2, 3, 4, 5].map(() => write(line)),
    [true, true, true, false, false],
  );
  while (waiting.length > 0) waiting.shift()?.();
  assert.equal(write(line), true);
});

test('a broken stream is given up without an uncaught error', async () => {
  const stream = new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
  });
  const write = createLineWriter(stream);
  assert.equal(write('first\n'), true);
  await new Promise((resolve) => stream.on('close', resolve));
  assert.equal(write('second\n'), false);
});

const CHILD = `
import { createLineWriter } from ${JSON.stringify(new URL('../../../src/log/lines.ts', import.meta.url).href)};
const write = createLineWriter(process.stderr, 1000);
let taken = 0;
for (let turn = 0; turn < 20; turn += 1) {
  for (let line = 0; line < 100; line += 1) if (write('x'.repeat(99) + '\\n')) taken += 1;
  await new Promise((resolve) => setImmediate(resolve));
}
process.stdout.write('turned ' + taken);
`;

test('a reader that stops reading a real pipe does not stop the program', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', CHILD], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stderr.pause();
  const [output] = await once(child.stdout, 'data');
  child.stderr.resume();
  await once(child, 'exit');
  const taken = Number(/^turned (\d+)$/.exec(String(output))?.[1]);
  assert.ok(taken > 0 && taken < 2_000, `${taken} lines taken`);
});
