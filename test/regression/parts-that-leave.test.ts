/**
 * Parts of a container's counters that come and go: a device that is detached used to read as a restart, after which all
 * that was left was counted once more; and a network namespace used to be called after its addresses, so that one that
 * came later made it another one, counted again.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPipeline, EMPTY_HISTORY, isoOf } from '../property/pipeline.ts';

interface Poll {
  readonly networks?: readonly object[];
  readonly rxBytes?: number;
  /** Bytes read, by the device's major number. */
  readonly disks?: Readonly<Record<string, number>>;
}

const ORIGIN_NS = 1_700_000_000_000_000_000n;

/** The task's received and read bytes after the last poll, and the restarts seen. */
function play(polls: readonly Poll[]): Readonly<Record<'rx' | 'read' | 'restarts', number | undefined>> {
  const pipeline = createPipeline();
  let history = EMPTY_HISTORY;
  let restarts = 0;
  let totals: Readonly<Record<string, number | undefined>> = {};
  for (const [at, { networks, rxBytes = 0, disks = {} }] of polls.entries()) {
    const outcome = pipeline.step(history, {
      task: {
        TaskARN: 'arn',
        LaunchType: 'EC2',
        Containers: [{ DockerId: 'id', Name: 'app', StartedAt: isoOf(ORIGIN_NS), Networks: networks }],
      },
      stats: {
        id: {
          read: isoOf(ORIGIN_NS + BigInt(at + 1) * 1_000_000_000n),
          cpu_stats: { cpu_usage: { total_usage: at * 1e9 } },
          memory_stats: { usage: 1 },
          networks: { eth0: { rx_bytes: rxBytes } },
          blkio_stats: {
            io_service_bytes_recursive: Object.entries(disks).map(([major, value]) => {
              return { major: Number(major), minor: 0, op: 'read', value };
            }),
          },
        },
      },
    });
    history = outcome.history;
    restarts += outcome.restarts;
    totals = outcome.view?.totals ?? {};
  }
  return { rx: totals['rx_bytes'], read: totals['readBytes'], restarts };
}

const bridge = (...addresses: readonly string[]): object[] => [{ NetworkMode: 'bridge', IPv4Addresses: addresses }];

test('an address that comes later does not make another namespace', () => {
  const polls = [
    { networks: bridge('172.17.0.2'), rxBytes: 1000 },
    { networks: bridge('172.17.0.2', '172.17.0.9'), rxBytes: 1100 },
  ];
  assert.deepEqual(play(polls), { rx: 1100, read: 0, restarts: 0 });
});

test('nor do networks that are told from the second poll on', () => {
  assert.equal(play([{ rxBytes: 1000 }, { networks: bridge('172.17.0.2'), rxBytes: 1100 }]).rx, 1100);
});

test('a device that is detached is no restart, and what it did stays', () => {
  const polls = [
    { disks: { 8: 1000, 259: 5000 } },
    { disks: { 259: 5100 } },
    { disks: { 8: 10, 259: 5200 } },
    { disks: { 8: 15, 259: 5300 } },
  ];
  assert.deepEqual(play(polls.slice(0, 2)), { rx: 0, read: 6100, restarts: 0 });
  // Attached again, it counts from 0: held back for one sample, like every decrease.
  assert.equal(play(polls.slice(0, 3)).read, 6200);
  assert.equal(play(polls).read, 6315);
});
