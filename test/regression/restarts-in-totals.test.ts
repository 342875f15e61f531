/**
 * Three kinds of restarts that led to wrong task totals: reported before the first sample of the run (the metadata is read
 * after the stats, which can be 10 s old), of a container whose runs the agent sums (restart policy), and with a new network
 * namespace.
 *
 * @see https://github.com/aws/amazon-ecs-agent/blob/master/agent/stats/queue_unix.go
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPipeline, EMPTY_HISTORY, isoOf } from '../property/pipeline.ts';

interface Poll {
  readonly startedAt: number;
  readonly read: number;
  readonly cpuSeconds: number;
  readonly rxBytes: number;
}

const ORIGIN_NS = 1_700_000_000_000_000_000n;
const at = (seconds: number): string => isoOf(ORIGIN_NS + BigInt(seconds) * 1_000_000_000n);

/** CPU seconds and received bytes of the task, and the number of detected restarts. */
function play(polls: readonly Poll[], more: object = {}): { cpuSeconds: number; rxBytes: number; restarts: number } {
  const pipeline = createPipeline();
  let history = EMPTY_HISTORY;
  let restarts = 0;
  let cpuSeconds = Number.NaN;
  let rxBytes = Number.NaN;
  for (const poll of polls) {
    const outcome = pipeline.step(history, {
      task: {
        TaskARN: 'arn',
        LaunchType: 'EC2',
        Containers: [
          {
            DockerId: 'id',
            Name: 'app',
            StartedAt: at(poll.startedAt),
            Networks: [{ NetworkMode: 'bridge', IPv4Addresses: ['172.17.0.2'] }],
            ...more,
          },
        ],
      },
      stats: {
        id: {
          read: at(poll.read),
          cpu_stats: { cpu_usage: { total_usage: poll.cpuSeconds * 1e9 } },
          networks: { eth0: { rx_bytes: poll.rxBytes } },
        },
      },
    });
    ({ history } = outcome);
    restarts += outcome.restarts;
    cpuSeconds = (outcome.view?.totals.cpuNs ?? Number.NaN) / 1e9;
    rxBytes = outcome.view?.totals.rx_bytes ?? Number.NaN;
  }
  return { cpuSeconds, rxBytes, restarts };
}

test('a start reported before its first sample is counted once, with that sample', () => {
  const result = play([
    { startedAt: 0, read: 10, cpuSeconds: 100, rxBytes: 1000 },
    { startedAt: 25, read: 20, cpuSeconds: 110, rxBytes: 1100 },
    { startedAt: 25, read: 30, cpuSeconds: 5, rxBytes: 50 },
  ]);
  assert.deepEqual(result, { cpuSeconds: 115, rxBytes: 1150, restarts: 1 });
});

test('counters summed by the agent are not summed again', () => {
  const polls = [
    { startedAt: 0, read: 10, cpuSeconds: 100, rxBytes: 1000 },
    { startedAt: 15, read: 20, cpuSeconds: 105, rxBytes: 1050 },
  ];
  assert.deepEqual(play(polls, { RestartCount: 1 }), { cpuSeconds: 105, rxBytes: 1050, restarts: 1 });
});

test('a restart without decreased counters is counted in full, including its own network', () => {
  const result = play([
    { startedAt: 0, read: 10, cpuSeconds: 1, rxBytes: 10 },
    { startedAt: 15, read: 20, cpuSeconds: 3, rxBytes: 30 },
  ]);
  assert.deepEqual(result, { cpuSeconds: 4, rxBytes: 40, restarts: 1 });
});
