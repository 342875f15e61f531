import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { createLineWriter, jsonLine, prettyLine } from '../../../src/log/lines.ts';

test('lines are dropped while too much is buffered, and written again once the stream drains', () => {
  const pending: (() => void)[] = [];
  const stream = new Writable({ write: (_chunk, _encoding, done) => void pending.push(done) });
  const write = createLineWriter(stream, 100);
  const line = `${'x'.repeat(39)}\n`;
  assert.deepEqual(
    [1, 2, 3, 4, 5].map(() => write(line)),
    [true, true, true, false, false],
  );
  while (pending.length > 0) pending.shift()?.();
  assert.equal(write(line), true);
});

test('a broken stream drops every line, without an uncaught error', async () => {
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
let written = 0;
for (let turn = 0; turn < 20; turn += 1) {
  for (let line = 0; line < 100; line += 1) if (write('x'.repeat(99) + '\\n')) written += 1;
  await new Promise((resolve) => setImmediate(resolve));
}
process.stdout.write('written ' + written);
`;

test('a pipe whose reader has stopped does not block the program', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', CHILD], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stderr.pause();
  const [output] = await once(child.stdout, 'data');
  child.stderr.resume();
  await once(child, 'exit');
  const written = Number(/^written (\d+)$/.exec(String(output))?.[1]);
  assert.ok(written > 0 && written < 2_000, `${written} lines written`);
});

test('invisible characters are escaped in messages, names and values of fields', () => {
  const hostile = 'a\u001b\u0085\u009b\u00ad\u034f\u061c\u200b\u2028\u202e\u2066\ufe0f\ufeff\u{e0041}\ud800z';
  const fields = { [hostile]: 1, text: hostile, list: [hostile], error: new Error(hostile) };
  const record = { time: new Date(0), level: 'info', event: 'stopped', message: hostile, fields } as const;
  for (const line of [jsonLine(record), prettyLine(record, false)]) {
    assert.doesNotMatch(line.slice(0, -1), /[^ -~]/);
    assert.equal(line.at(-1), '\n');
  }
});
