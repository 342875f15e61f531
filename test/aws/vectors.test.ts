/** AWS's test vectors for Signature Version 4. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { sign } from '../../src/aws/sign.ts';
import { vectorsFolder } from './botocore.ts';

const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const SCOPE = { region: 'us-east-1', service: 'service' };
const TIME = new Date('2015-08-30T12:36:00Z');

/** Their paths are not percent-encoded, so they are not valid URLs. The expected path is encoded once. */
const NOT_ENCODED = ['get-utf8', 'normalize-path/get-space'];

const folder = vectorsFolder();
const vectors = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.req'))
  .map((name) => name.slice(0, -'.req'.length))
  .toSorted();

interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

function requestOf(raw: string): RawRequest {
  const [head = '', ...rest] = raw.split('\n\n');
  const [requestLine = '', ...lines] = head.split('\n');
  const [, method = '', path = ''] = /^(\S+) (.*) HTTP\/1\.1$/.exec(requestLine) ?? [];
  const headers = new Map<string, string>();
  let last = '';
  for (const line of lines.filter((text) => text !== '')) {
    if (/^\s/.test(line)) {
      headers.set(last, `${headers.get(last)} ${line.trim()}`);
      continue;
    }
    const colon = line.indexOf(':');
    last = line.slice(0, colon).toLowerCase();
    const before = headers.get(last);
    const value = line.slice(colon + 1);
    headers.set(last, before === undefined ? value : `${before},${value}`);
  }
  headers.delete('x-amz-date');
  headers.delete('content-length');
  return { method, path, headers: Object.fromEntries(headers), body: Buffer.from(rest.join('\n\n')) };
}

test('the number of vectors', () => {
  assert.ok(vectors.length > 30, `${vectors.length} vectors`);
  for (const name of NOT_ENCODED) assert.ok(vectors.some((vector) => vector.startsWith(`${name}/`)));
});

for (const vector of vectors.filter((name) => !NOT_ENCODED.some((other) => name.startsWith(`${other}/`)))) {
  test(vector, () => {
    const read = (ending: string): string =>
      readFileSync(join(folder, `${vector}.${ending}`), 'utf8').replaceAll('\r', '');
    const request = requestOf(read('req'));
    const canonical = read('creq');
    const [, sessionToken] = /^x-amz-security-token:(.*)$/m.exec(canonical) ?? [];
    const { 'x-amz-security-token': _, ...headers } = request.headers;
    const signed = sign({ ...request, headers }, SCOPE, { ...KEYS, sessionToken }, TIME);
    assert.equal(signed['authorization'], read('authz').trim(), canonical);
  });
}
