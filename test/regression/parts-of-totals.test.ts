/**
 * Endpoint faults that led to wrong task values: a container without stats at the start or missing from `/task`, and counters
 * that decrease during a restart of a container whose runs the agent sums.
 *
 * @see https://github.com/aws/amazon-ecs-agent/issues/378
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TaskView } from '../../src/history/view.ts';
import { createPipeline, EMPTY_HISTORY, isoOf, valueIn } from '../property/pipeline.ts';

interface Container {
  readonly restarts?: number;
  readonly cpuSeconds: number;
  readonly readBytes: number;
}

/** By name; undefined for a container without stats. */
type Poll = Readonly<Record<string, Container | undefined>>;

interface Played {
  readonly view: TaskView | undefined;
  readonly memory: number | undefined;
}

const ORIGIN_NS = 1_700_000_000_000_000_000n;
const at = (seconds: number): string => isoOf(ORIGIN_NS + BigInt(seconds) * 1_000_000_000n);

/**
 * Polls 10 s apart; a container restarts 5 s before its sample.
 *
 * @param unlisted the container that `/task` lacks, by poll
 */
function play(polls: readonly Poll[], unlisted: readonly (string | undefined)[] = []): readonly Played[] {
  const pipeline = createPipeline();
  let history = EMPTY_HISTORY;
  return polls.map((poll, place) => {
    const read = 1000 + 10 * place;
    const names = Object.keys(poll);
    const restarted = (name: string): number | undefined => {
      const count = poll[name]?.restarts;
      const first = polls.findIndex((one) => one[name]?.restarts === count);
      return count === undefined || count === 0 ? undefined : 1000 + 10 * first - 5;
    };
    const outcome = pipeline.step(history, {
      task: {
        TaskARN: 'arn',
        LaunchType: 'EC2',
        Containers: names
          .filter((name) => name !== unlisted[place])
          .map((name, number) => ({
            DockerId: name,
            Name: name,
            KnownStatus: 'RUNNING',
            StartedAt: at(0),
            ...(restarted(name) !== undefined && { FinishedAt: at(restarted(name) ?? 0) }),
            ...(poll[name]?.restarts !== undefined && { RestartCount: poll[name].restarts }),
            Networks: [{ NetworkMode: 'bridge', IPv4Addresses: [`172.17.0.${number + 2}`] }],
          })),
      },
      stats: Object.fromEntries(names.map((name) => [name, statsOf(poll[name], read)])),
    });
    ({ history } = outcome);
    return { view: outcome.view, memory: valueIn(outcome.readings, 'ecs_task.mem_usage', '_task_') };
  });
}

function statsOf(container: Container | undefined, read: number): unknown {
  if (container === undefined) return null;
  const { cpuSeconds, readBytes } = container;
  return {
    read: at(read),
    cpu_stats: { cpu_usage: { total_usage: cpuSeconds * 1e9 } },
    memory_stats: { usage: 1000 },
    blkio_stats: { io_service_bytes_recursive: [{ major: 8, minor: 0, op: 'Read', value: readBytes }] },
  };
}

test('totals are absent until every running container has a sample', () => {
  const web = { cpuSeconds: 10, readBytes: 100 };
  const old = { cpuSeconds: 5000, readBytes: 9000 };
  const [first, second] = play([
    { web, old: undefined },
    { web, old },
  ]);
  assert.equal(first?.view?.totals.cpuNs, undefined);
  assert.equal(first?.view?.totals.readBytes, undefined);
  assert.equal(second?.view?.totals.cpuNs, 5010e9);
  assert.equal(second?.view?.totals.readBytes, 9100);
});

test('a complete total is kept while a container has no sample', () => {
  const web = { cpuSeconds: 10, readBytes: 100 };
  const [, second] = play([
    { web, old: { cpuSeconds: 5000, readBytes: 9000 } },
    { web: { cpuSeconds: 12, readBytes: 150 }, old: undefined },
  ]);
  assert.equal(second?.view?.totals.cpuNs, 5012e9);
  assert.equal(second?.view?.totals.readBytes, 9150);
});

test('disk bytes that decrease temporarily during a restart are not counted twice', () => {
  const [, second, third] = play([
    { app: { restarts: 0, cpuSeconds: 100, readBytes: 9000 } },
    { app: { restarts: 1, cpuSeconds: 101, readBytes: 0 } },
    { app: { restarts: 1, cpuSeconds: 102, readBytes: 9200 } },
  ]);
  assert.equal(second?.view?.totals.readBytes, 9000);
  assert.equal(third?.view?.totals.readBytes, 9200);
});

test('a CPU time of 0 during a restart is not counted twice', () => {
  const [, , third] = play([
    { app: { restarts: 0, cpuSeconds: 100, readBytes: 9000 } },
    { app: { restarts: 1, cpuSeconds: 0, readBytes: 9100 } },
    { app: { restarts: 1, cpuSeconds: 102, readBytes: 9200 } },
  ]);
  assert.equal(third?.view?.totals.cpuNs, 102e9);
  assert.equal(third?.view?.totals.readBytes, 9200);
});

test('a sum over containers is absent while /task lacks a container of /task/stats', () => {
  const web = { cpuSeconds: 10, readBytes: 100 };
  const poll = { web, worker: web };
  const memory = play([poll, poll, poll], [undefined, 'worker']).map((played) => played.memory);
  assert.deepEqual(memory, [2000, undefined, 2000]);
});
