import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBodyBytes } from '../../../../instrumentation/http/response-limits.ts';

test('a body in one-byte chunks is copied, so that no chunk stays in memory', () => {
  const text = 'x'.repeat(1000);
  const body = createBodyBytes(text.length);
  const chunk = Buffer.from('x');
  for (const _ of text) assert.equal(body.add(chunk), true);
  chunk.fill('y');
  assert.equal(body.content().toString(), text);
});

test('the limit truncates the chunk that exceeds it', () => {
  const body = createBodyBytes(5);
  assert.equal(body.add(Buffer.from('abc')), true);
  assert.equal(body.add(Buffer.from('de')), true);
  assert.equal(body.add(Buffer.from('f')), false);
  assert.equal(body.content().toString(), 'abcde');
});

test('an empty body', () => {
  assert.equal(createBodyBytes(5).content().length, 0);
});
