import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInvalidValues } from '../../../src/snapshot/json-values.ts';
import { parseNetworkSettings, resolveNetworkNamespaces } from '../../../src/snapshot/network-namespace.ts';
import type { NetworkSettings } from '../../../src/snapshot/snapshot.ts';

const SETTINGS: readonly (readonly [
  what: string,
  container: Record<string, unknown>,
  expected: NetworkSettings | undefined,
])[] = [
  ['none', {}, undefined],
  ['null', { Networks: null }, undefined],
  [
    'both address families, sorted',
    { Networks: [{ NetworkMode: 'awsvpc', IPv4Addresses: ['10.0.0.9', '10.0.0.2'], IPv6Addresses: ['2001:db8::1'] }] },
    { mode: 'awsvpc', addresses: '10.0.0.2,10.0.0.9,2001:db8::1' },
  ],
  [
    'a stopped container: one empty address',
    { Networks: [{ NetworkMode: 'bridge', IPv4Addresses: [''] }] },
    { mode: 'bridge', addresses: '' },
  ],
  [
    'two networks: the mode of the first',
    {
      Networks: [
        { NetworkMode: 'front', IPv4Addresses: ['a'] },
        { NetworkMode: 'back', IPv4Addresses: ['b', 'a'] },
      ],
    },
    { mode: 'front', addresses: 'a,b' },
  ],
  [
    'invalid entries',
    { Networks: [5, null, { NetworkMode: 3, IPv4Addresses: {} }] },
    { mode: undefined, addresses: '' },
  ],
];

for (const [what, container, expected] of SETTINGS) {
  test(`network settings: ${what}`, () =>
    assert.deepEqual(parseNetworkSettings(container, createInvalidValues()), expected));
}

type Drafts = Readonly<Record<string, NetworkSettings & { readonly isInternal?: boolean }>>;

/** Key by container, with a star if shared. */
function resolve(containers: Drafts, launchType?: string): Readonly<Record<string, string>> {
  const map = new Map(
    Object.entries(containers).map(([id, { isInternal, ...settings }]) => [
      id,
      { settings, isNormal: isInternal !== true },
    ]),
  );
  const resolved = [...resolveNetworkNamespaces(map, launchType)];
  return Object.fromEntries(resolved.map(([id, { key, isShared }]) => [id, `${key}${isShared ? '*' : ''}`]));
}

const RESOLVED: readonly (readonly [
  what: string,
  containers: Drafts,
  launchType: string | undefined,
  expected: Readonly<Record<string, string>>,
])[] = [
  [
    'awsvpc: all containers, even a single one, with any addresses',
    { a: { mode: 'awsvpc', addresses: 'x' }, b: { mode: 'awsvpc', addresses: '' } },
    'EC2',
    { a: 'awsvpc*', b: 'awsvpc*' },
  ],
  ['Fargate without a mode', { a: { addresses: '' } }, 'FARGATE', { a: 'awsvpc*' }],
  ['Managed Instances without a mode', { a: { addresses: '' } }, 'MANAGED_INSTANCES', { a: 'awsvpc*' }],
  ['EC2 without a mode', { a: { addresses: '' } }, 'EC2', { a: 'a' }],
  [
    'bridge: one per container',
    { a: { mode: 'bridge', addresses: '172.17.0.2' }, b: { mode: 'bridge', addresses: '172.17.0.3' } },
    'EC2',
    { a: 'a', b: 'b' },
  ],
  [
    'the same addresses: the smallest id',
    { b: { mode: 'x', addresses: '10.0.0.2' }, a: { mode: 'x', addresses: '10.0.0.2' } },
    'EC2',
    { a: 'a*', b: 'a*' },
  ],
  [
    'a container of an awsvpc task without a mode',
    { a: { mode: 'awsvpc', addresses: 'x' }, b: { addresses: '' } },
    'EC2',
    { a: 'awsvpc*', b: 'awsvpc*' },
  ],
  [
    'joins that form a cycle',
    { a: { mode: 'container:b', addresses: '' }, b: { mode: 'container:a', addresses: '' } },
    'EC2',
    { a: 'b', b: 'a' },
  ],
  ['bridge without an address: by id', { a: { mode: 'bridge', addresses: '' } }, 'EC2', { a: 'a' }],
  [
    "another's namespace, by its id",
    { a: { mode: 'bridge', addresses: '172.17.0.2' }, b: { mode: 'container:a', addresses: '' } },
    'EC2',
    { a: 'a*', b: 'a*' },
  ],
  [
    'an owner without an address',
    { a: { mode: 'bridge', addresses: '' }, b: { mode: 'container:a', addresses: '' } },
    'EC2',
    { a: 'a*', b: 'a*' },
  ],
  [
    'an owner that is not listed',
    { b: { mode: 'container:gone', addresses: '' }, c: { mode: 'container:gone', addresses: '' } },
    'EC2',
    { b: 'gone*', c: 'gone*' },
  ],
  [
    'a pause container and one other: not shared',
    { a: { mode: 'bridge', addresses: 'x' }, pause: { mode: 'bridge', addresses: 'x', isInternal: true } },
    'EC2',
    { a: 'a', pause: 'a' },
  ],
];

for (const [what, containers, launchType, expected] of RESOLVED) {
  test(`network namespaces: ${what}`, () => assert.deepEqual(resolve(containers, launchType), expected));
}

test('the numbers of networks and of their addresses are bounded', () => {
  const invalidValues = createInvalidValues();
  const IPv4Addresses = Array.from({ length: 104 }, (_, index) => `10.0.0.${index}`);
  const Networks = [{ IPv4Addresses }, ...Array.from({ length: 102 }, () => ({}))];
  assert.equal(parseNetworkSettings({ Networks }, invalidValues)?.addresses.split(',').length, 100);
  assert.deepEqual([...invalidValues.counts], [['too_many', 3 + 4]]);
});
