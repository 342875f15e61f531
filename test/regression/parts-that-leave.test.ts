/**
 * Devices and addresses that appear and disappear. A detached device was taken for a restart, after which the remaining
 * counters were counted again. A network namespace was identified by its addresses, so a new address counted it again.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPipeline, EMPTY_HISTORY, isoOf } from '../property/pipeline.ts';

interface Poll {
  readonly networks?: readonly object[];
  readonly rxBytes?: number;
  /** Bytes read, by major number of the device. */
  readonly disks?: Readonly<Record<string, number>>;
}

const ORIGIN_NS = 1_700_000_000_000_000_000n;

/** Received and read bytes of the task after the last poll, and the detected restarts. */
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

test('a later address does not create another namespace', () => {
  const polls = [
    { networks: bridge('172.17.0.2'), rxBytes: 1000 },
    { networks: bridge('172.17.0.2', '172.17.0.9'), rxBytes: 1100 },
  ];
  assert.deepEqual(play(polls), { rx: 1100, read: 0, restarts: 0 });
});

test('networks reported from the second poll on do not create another namespace', () => {
  assert.equal(play([{ rxBytes: 1000 }, { networks: bridge('172.17.0.2'), rxBytes: 1100 }]).rx, 1100);
});

test('a detached device is not a restart, and its part of the total stays', () => {
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
