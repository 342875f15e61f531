import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInvalidValues, type InvalidReason } from '../../../src/snapshot/json-values.ts';
import { parseNetworks } from '../../../src/snapshot/network-stats.ts';

type Interfaces = Readonly<Record<string, Readonly<Record<string, number>>>>;
type Case = readonly [what: string, document: unknown, expected: Interfaces | undefined, refused?: InvalidReason];

const CASES: readonly Case[] = [
  ['missing: host, none', undefined, undefined],
  ['null', null, undefined],
  ['empty', {}, undefined],
  ['one, some counters', { eth0: { rx_bytes: 1, tx_dropped: 0 } }, { eth0: { rx_bytes: 1, tx_dropped: 0 } }],
  ['unknown members are ignored', { eth0: { rx_bytes: 1, endpoint_id: 'x' } }, { eth0: { rx_bytes: 1 } }],
  ['an interface without counters', { eth0: {} }, { eth0: {} }],
  [
    'an invalid counter affects only itself',
    { eth0: { rx_bytes: -1, tx_bytes: 2 } },
    { eth0: { tx_bytes: 2 } },
    'negative',
  ],
  [
    'an invalid interface affects only itself',
    { eth0: 5, eth1: { rx_bytes: 2 } },
    { eth1: { rx_bytes: 2 } },
    'wrong_type',
  ],
  ['Windows', { 'Ethernet 3': { rx_bytes: 1 } }, { 'Ethernet 3': { rx_bytes: 1 } }],
  ['not an object', [], undefined, 'wrong_type'],
  [
    'names that are equal after sanitizing',
    { 'a\u0000': { rx_bytes: 1 }, 'a\u0001': {} },
    { 'a\ufffd': { rx_bytes: 1 } },
    'duplicate_name',
  ],
];

for (const [what, document, expected, refused] of CASES) {
  test(`networks: ${what}`, () => {
    const invalidValues = createInvalidValues();
    const networks = parseNetworks(document, invalidValues);
    assert.deepEqual(networks && Object.fromEntries(networks), expected);
    assert.deepEqual([...invalidValues.counts], refused === undefined ? [] : [[refused, 1]]);
  });
}

test('an interface can have the name __proto__', () => {
  const document: unknown = JSON.parse('{"__proto__": {"rx_bytes": 3}}');
  assert.deepEqual([...(parseNetworks(document, createInvalidValues()) ?? [])], [['__proto__', { rx_bytes: 3 }]]);
});

test('too many interfaces: none, because sums would be a part', () => {
  const invalidValues = createInvalidValues();
  const many = Object.fromEntries(Array.from({ length: 70 }, (_, at) => [`eth${at}`, { rx_bytes: at }]));
  assert.equal(parseNetworks(many, invalidValues), undefined);
  assert.deepEqual([...invalidValues.counts], [['too_many', 70]]);
});
