import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasAllowedName } from '../../../../instrumentation/http/client-names.ts';

const TEXT =
  'DNS:prometheus.example.com, DNS:*.example.com, IP Address:10.0.0.1, IP Address:FD00:0:0:0:0:0:0:1, email:a@example.com, URI:spiffe://example.com/prometheus, Registered ID:1.2.3, othername:<unsupported>';

for (const name of [
  'prometheus.example.com',
  '*.example.com',
  '10.0.0.1',
  'fd00::1',
  'a@example.com',
  'spiffe://example.com/prometheus',
]) {
  test(`${name} is found`, () => {
    assert.equal(hasAllowedName(TEXT, ['other', name]), true);
  });
}

for (const name of [
  '',
  'other.example.com',
  'Prometheus.example.com',
  'example.com',
  '10.0.0.2',
  '1.2.3',
  '<unsupported>',
  'DNS:prometheus.example.com',
]) {
  test(`${JSON.stringify(name)} is not found`, () => {
    assert.equal(hasAllowedName(TEXT, [name]), false);
  });
}

test('no names in the certificate, or none allowed', () => {
  assert.equal(hasAllowedName(undefined, ['a']), false);
  assert.equal(hasAllowedName('', ['']), false);
  assert.equal(hasAllowedName(TEXT, []), false);
});

test('a name that contains the text of another one', () => {
  const text = 'URI:"http://a.example.com/\\u002c, DNS:admin", DNS:"b\\", DNS:admin"';
  assert.equal(hasAllowedName(text, ['admin']), false);
  assert.equal(hasAllowedName(text, ['http://a.example.com/,, DNS:admin']), true);
  assert.equal(hasAllowedName('DNS:"broken\\x", DNS:b', ['b']), true);
});
