import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addressKey, createPlaces, LOOPBACK } from '../../../../instrumentation/http/connection-admission.ts';
import { propertyRuns } from '../../../helpers/property-runs.ts';

const KEYS: readonly (readonly [address: string, key: string])[] = [
  ['10.0.0.7', '10.0.0.7'],
  ['::ffff:10.0.0.7', '10.0.0.7'],
  ['::FFFF:10.0.0.7', '10.0.0.7'],
  ['127.0.0.1', LOOPBACK],
  ['127.8.9.10', LOOPBACK],
  ['::ffff:127.0.0.1', LOOPBACK],
  ['::1', LOOPBACK],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:DB8:1:2::6', '2001:db8:1:2'],
  ['2001:db8::6', '2001:db8:0:0'],
  ['2001:db8:1:2::', '2001:db8:1:2'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['', ''],
];

for (const [address, key] of KEYS) {
  test(`${address || 'a missing address'} counts as ${key || 'an empty key'}`, () =>
    assert.equal(addressKey(address), key));
}

const MEMORY_MS = 1_000;

function createFull(...keys: readonly string[]) {
  const places = createPlaces<string>({ maxConnections: keys.length, scraperMemoryMs: MEMORY_MS });
  keys.forEach((key, index) => void places.add(`${key}${index}`, key));
  return places;
}

test('below the limit every connection is admitted', () => {
  const places = createPlaces<string>({ maxConnections: 2, scraperMemoryMs: MEMORY_MS });
  places.add('a0', 'a');
  assert.deepEqual(places.admit('a', 0), { isAdmitted: true });
});

test('the address with the most connections gives up the one that has waited longest', () => {
  const places = createFull('a', 'b', 'b', 'b');
  places.owe('b1', 0);
  assert.deepEqual(places.admit('a', 0), { isAdmitted: true, evicted: 'b2' });
  assert.deepEqual(places.admit('c', 0), { isAdmitted: true, evicted: 'b2' });
  places.owe('b2', 0);
  places.owe('b3', 0);
  places.wait('b1');
  assert.deepEqual(places.admit('c', 0), { isAdmitted: true, evicted: 'b1' });
});

test('an address with as many as any other gives up one of its own', () => {
  const places = createFull('a', 'a', 'b', 'b');
  assert.deepEqual(places.admit('b', 0), { isAdmitted: true, evicted: 'b2' });
});

test('an address is turned away while all its connections are owed a response and none is slow', () => {
  const places = createFull('a', 'a');
  places.owe('a0', 0);
  places.owe('a1', 500);
  assert.deepEqual(places.admit('a', 999), { isAdmitted: false });
  assert.deepEqual(places.admit('a', 1_000), { isAdmitted: true, evicted: 'a0' });
});

test('an unknown address is turned away while each address has one connection', () => {
  assert.deepEqual(createFull('a', 'b', 'c').admit('d', 0), { isAdmitted: false });
});

test('an address that has scraped lately has two places, and no third', () => {
  const places = createFull('a', 'b', 'c', 'd');
  places.scraped('a0', 0);
  assert.deepEqual(places.admit('a', MEMORY_MS), { isAdmitted: true, evicted: 'b1' });
  places.remove('b1');
  places.add('a4', 'a');
  assert.deepEqual(places.admit('e', MEMORY_MS), { isAdmitted: false });
  assert.deepEqual(places.admit('a', MEMORY_MS), { isAdmitted: true, evicted: 'a0' });
  assert.deepEqual(places.admit('e', MEMORY_MS + 1), { isAdmitted: true, evicted: 'a0' });
});

test('an address that opens connections too fast is refused, but never loopback or a scraper with a place left', () => {
  const places = createPlaces<string>({ maxConnections: 10, scraperMemoryMs: MEMORY_MS });
  const admitted = (key: string, nowMs: number) =>
    Array.from({ length: 1_000 }, () => places.mayConnect(key, nowMs)).filter(Boolean).length;
  assert.equal(admitted('a', 0), 128);
  assert.equal(admitted('a', 1_000), 20);
  assert.equal(admitted('b', 1_000), 128);
  assert.equal(admitted(LOOPBACK, 1_000), 1_000);
  places.add('a0', 'a');
  places.scraped('a0', 1_000);
  assert.equal(places.mayConnect('a', 1_000), true);
  places.add('a1', 'a');
  assert.equal(places.mayConnect('a', 1_000), false);
});

const address = fc.constantFrom(LOOPBACK, 'a', 'b', 'c', 'd', 'e');
const action = fc.oneof(
  fc.record({ kind: fc.constant('connect' as const), address }),
  fc.record({
    kind: fc.constantFrom('leave' as const, 'owe' as const, 'wait' as const, 'scrape' as const),
    index: fc.nat(40),
  }),
  fc.record({ kind: fc.constant('time' as const), ms: fc.nat(MEMORY_MS) }),
);

/** `size`: by default, arrays have about five elements, which never fill the connections. */
const sequence = fc.array(action, { maxLength: 200, size: 'max' });

test('property: the limit holds, and reserved places are neither taken nor refused', () => {
  fc.assert(
    fc.property(sequence, fc.integer({ min: 20, max: 30 }), (actions, maxConnections) => {
      const places = createPlaces<number>({ maxConnections, scraperMemoryMs: MEMORY_MS });
      const open = new Map<number, string>();
      const scrapedMs = new Map<string, number>();
      let nowMs = 0;
      let next = 0;
      const count = (key: string) => [...open.values()].filter((each) => each === key).length;
      const reserved = (key: string) => {
        if (key === LOOPBACK) return 4;
        return nowMs - (scrapedMs.get(key) ?? Number.NEGATIVE_INFINITY) <= MEMORY_MS ? 2 : 0;
      };
      for (const step of actions) {
        if (step.kind === 'time') {
          nowMs += step.ms;
        } else if (step.kind === 'connect') {
          const key = step.address;
          const verdict = places.admit(key, nowMs);
          if (open.size < maxConnections) assert.deepEqual(verdict, { isAdmitted: true });
          if (!verdict.isAdmitted) {
            assert.ok(count(key) >= reserved(key), 'a reserved place was refused');
            continue;
          }
          const { evicted } = verdict;
          if (evicted !== undefined) {
            const other = open.get(evicted) ?? '';
            assert.equal(open.size, maxConnections);
            assert.ok(other === key || count(other) > reserved(other), 'a reserved place was taken');
            assert.ok(other === key || count(other) - reserved(other) > count(key) + 1 - reserved(key));
            places.remove(evicted);
            open.delete(evicted);
          }
          places.add(next, key);
          open.set(next, key);
          next += 1;
          assert.ok(open.size <= maxConnections);
        } else {
          const connection = [...open.keys()][step.index % open.size];
          if (connection === undefined) continue;
          if (step.kind === 'leave') {
            places.remove(connection);
            open.delete(connection);
          } else if (step.kind === 'owe') {
            places.owe(connection, nowMs);
          } else if (step.kind === 'wait') {
            places.wait(connection);
          } else {
            places.scraped(connection, nowMs);
            scrapedMs.set(open.get(connection) ?? '', nowMs);
          }
        }
      }
    }),
    propertyRuns(300),
  );
});

test('only the 64 addresses that have scraped last have reserved places', () => {
  const keys = Array.from({ length: 65 }, (_, index) => `s${index}`);
  const places = createPlaces<string>({ maxConnections: 100, scraperMemoryMs: MEMORY_MS });
  for (const key of keys) {
    places.add(key, key);
    places.scraped(key, 0);
  }
  const refused = keys.filter((key) => Array.from({ length: 129 }, () => places.mayConnect(key, 0)).includes(false));
  assert.deepEqual(refused, ['s0']);
});

test('past connections of 1,024 addresses are remembered', () => {
  const places = createPlaces<string>({ maxConnections: 10, scraperMemoryMs: MEMORY_MS });
  const connectOthers = (count: number) => {
    for (let index = 0; index < count; index += 1) places.mayConnect(`other${index}`, 0);
  };
  for (let count = 0; count < 128; count += 1) assert.ok(places.mayConnect('x', 0));
  connectOthers(1_023);
  assert.ok(!places.mayConnect('x', 0));
  connectOthers(1_024);
  assert.ok(places.mayConnect('x', 0));
});
