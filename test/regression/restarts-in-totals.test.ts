/**
 * Three ways in which a restart used to be counted wrongly into the task's totals: told before the sample that it belongs
 * to (the metadata is read after the stats, which may be 10 s old), added up by the agent for containers with a restart
 * policy, and made together with a new network namespace of the container's own.
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

/** The task's CPU seconds and received bytes, and how many restarts were seen. */
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

test('a start that is told before its first sample is counted once, and then', () => {
  const told = play([
    { startedAt: 0, read: 10, cpuSeconds: 100, rxBytes: 1000 },
    { startedAt: 25, read: 20, cpuSeconds: 110, rxBytes: 1100 },
    { startedAt: 25, read: 30, cpuSeconds: 5, rxBytes: 50 },
  ]);
  assert.deepEqual(told, { cpuSeconds: 115, rxBytes: 1150, restarts: 1 });
});

test('what the agent has added up is not added again', () => {
  const polls = [
    { startedAt: 0, read: 10, cpuSeconds: 100, rxBytes: 1000 },
    { startedAt: 15, read: 20, cpuSeconds: 105, rxBytes: 1050 },
  ];
  assert.deepEqual(play(polls, { RestartCount: 1 }), { cpuSeconds: 105, rxBytes: 1050, restarts: 1 });
});

test('a restart that no counter shows is counted in full, its own network too', () => {
  const told = play([
    { startedAt: 0, read: 10, cpuSeconds: 1, rxBytes: 10 },
    { startedAt: 15, read: 20, cpuSeconds: 3, rxBytes: 30 },
  ]);
  assert.deepEqual(told, { cpuSeconds: 4, rxBytes: 40, restarts: 1 });
});
