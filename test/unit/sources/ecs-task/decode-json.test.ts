import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeJson } from '../../../../src/sources/ecs-task/decode-json.ts';
import { failureOf, setUp } from './set-up.ts';

const MAX_BYTES = 4 * 1024 * 1024;
const MAX_VALUES = 196_608;

/** As many items as fit into the size limit. */
function filled(open: string, item: string, close: string): string {
  return open + item.repeat(Math.floor((MAX_BYTES - open.length - close.length) / item.length)) + close;
}

const BOMBS: readonly (readonly [name: string, document: string, code: 'too_large' | 'parse'])[] = [
  ['2 million open brackets', '['.repeat(MAX_BYTES / 2) + ']'.repeat(MAX_BYTES / 2), 'too_large'],
  ['brackets that never close', '['.repeat(MAX_BYTES), 'too_large'],
  ['a million nested objects', '{"":'.repeat(MAX_BYTES / 5) + '0'.padEnd(MAX_BYTES / 5, '}'), 'too_large'],
  ['a million empty containers', filled('[', '{},', '{}]'), 'too_large'],
  ['a million members', filled('{', '"a":1,', '"b":1}'), 'too_large'],
  ['a string that never ends', filled('"', '\\"', ''), 'parse'],
];

for (const [name, document, code] of BOMBS) {
  test(`${name}: ${code}`, async () => {
    const bytes = Buffer.from(document);
    assert.ok(bytes.length > 3_000_000 && bytes.length <= MAX_BYTES, `${bytes.length} bytes`);
    const decoded = await decodeJson(bytes, MAX_VALUES);
    assert.equal(decoded.ok ? 'ok' : decoded.code, code);
  });
}

test('brackets and commas in strings are not counted', async () => {
  const text = '[{,'.repeat(200_000);
  const decoded = await decodeJson(Buffer.from(JSON.stringify({ a: text, b: `é\\"${text}\\` })), MAX_VALUES);
  assert.deepEqual(decoded, { ok: true, document: { a: text, b: `é\\"${text}\\` } });
});

test('nesting is not limited', async () => {
  const depth = 100_000;
  assert.equal((await decodeJson(Buffer.from('['.repeat(depth) + ']'.repeat(depth)), MAX_VALUES)).ok, true);
});

test('limits are exact', async () => {
  const values = 40_000;
  const bytes = Buffer.from(JSON.stringify(Array.from({ length: values }, () => 'padding')));
  assert.equal((await decodeJson(bytes, values + 1)).ok, true);
  assert.equal((await decodeJson(bytes, values)).ok, false);
});

test('special keys of JavaScript are plain members', async () => {
  const decoded = await decodeJson(Buffer.from('{"__proto__":{"polluted":1},"constructor":2}'), MAX_VALUES);
  assert.ok(decoded.ok && typeof decoded.document === 'object' && decoded.document !== null);
  assert.deepEqual(Object.keys(decoded.document), ['__proto__', 'constructor']);
  assert.equal('polluted' in {}, false);
});

test('a document of a thousand containers, close to the size limit, is within all limits', async (t) => {
  const { server, client } = await setUp(t);
  const counters = Object.fromEntries(Array.from({ length: 155 }, (_, i) => [`total_counter_${i}`, 1e10 + i]));
  const containers = Array.from({ length: 1000 }, (_, i) => [`${i}`.padStart(32, '0'), counters]);
  // Fewer containers until the document just fits.
  let text = JSON.stringify(Object.fromEntries(containers));
  while (text.length > MAX_BYTES) {
    containers.length -= 10;
    text = JSON.stringify(Object.fromEntries(containers));
  }
  assert.ok(text.length > 0.98 * MAX_BYTES);
  server.stats = Buffer.from(text);

  assert.deepEqual(await client.fetchStats(), JSON.parse(text));
});

test('a document above the size limit is rejected', async (t) => {
  const { server, client } = await setUp(t, { maxBytes: 1000 });
  server.task = { padding: 'x'.repeat(1000 - '{"padding":""}'.length) };
  assert.deepEqual(await client.fetchTask(), server.task);
  server.task = { padding: 'x'.repeat(1001 - '{"padding":""}'.length) };
  const error = await failureOf(client.fetchTask());
  assert.equal(error.code, 'too_large');
  assert.match(error.message, /1000 bytes/);
});
