import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { propertyRuns } from '../helpers/property-runs.ts';
import { createPipeline, type Documents, EMPTY_HISTORY, isoOf } from './pipeline.ts';

/** One container at one poll. */
interface Look {
  /** Maximum number of steps by which its sample is newer than the previous one. */
  readonly steps: number;
  readonly hasStats: boolean;
  /** Whether the sample of this step has networks. */
  readonly hasNetworks: boolean;
  readonly startsAgain: boolean;
}

/** Increases of the counters of the namespace by interface, and the view of each container. */
interface Step {
  readonly eth0: number;
  readonly eth1: number;
  readonly looks: readonly Look[];
}

const CONTAINERS = 3;
const ORIGIN_NS = 1_700_000_000_000_000_000n;

const look: fc.Arbitrary<Look> = fc.record({
  steps: fc.nat({ max: 3 }),
  hasStats: fc.boolean(),
  hasNetworks: fc.boolean(),
  startsAgain: fc.boolean(),
});

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    eth0: fc.nat({ max: 2 ** 31 - 1 }),
    eth1: fc.oneof(fc.constant(0), fc.nat({ max: 1000 })),
    looks: fc.array(look, { minLength: CONTAINERS + 1, maxLength: CONTAINERS + 1 }),
  }),
  { minLength: 1, maxLength: 12 },
);

const readAt = (step: number): bigint => ORIGIN_NS + BigInt(step + 1) * 10_000_000_001n;

/** The step of each container's sample at poll `at`. The containers have older or newer readings of the same counters. */
function sampledSteps(all: readonly Step[], at: number): readonly number[] {
  return Array.from({ length: CONTAINERS + 1 }, (_, place) => {
    let step = 0;
    for (let poll = 0; poll <= at; poll += 1) step = Math.min(poll, step + (all[poll]?.looks[place]?.steps ?? 0));
    return step;
  });
}

/** The documents of the poll after step `at`. The last container is the pause container. */
function documentsAt(all: readonly Step[], at: number): Documents {
  const totals = (step: number, iface: 'eth0' | 'eth1'): number =>
    all.slice(0, step + 1).reduce((sum, one) => sum + one[iface], 0);
  const sampled = sampledSteps(all, at);
  const looks = all[at]?.looks ?? [];
  const statsOf = ({ hasStats }: Look, place: number): unknown => {
    const step = sampled[place] ?? 0;
    if (!hasStats) return null;
    const networks = { eth0: { rx_bytes: totals(step, 'eth0') }, eth1: { rx_bytes: totals(step, 'eth1') } };
    const cpu = { cpu_usage: { total_usage: 1 + step * 1000 } };
    const memory_stats = { usage: 1 };
    return {
      read: isoOf(readAt(step)),
      cpu_stats: cpu,
      memory_stats,
      ...(all[step]?.looks[place]?.hasNetworks && { networks }),
    };
  };
  return {
    task: {
      TaskARN: 'arn:aws:ecs:eu-west-1:111122223333:task/c/0123456789abcdef0123456789abcdef',
      LaunchType: 'FARGATE',
      Containers: looks.map(({ startsAgain }, place) => ({
        DockerId: `id-${place}`,
        Name: `c${place}`,
        Type: place === CONTAINERS ? 'CNI_PAUSE' : 'NORMAL',
        StartedAt: isoOf(startsAgain ? readAt(at) - 1n : ORIGIN_NS),
        Networks: [{ NetworkMode: 'awsvpc', IPv4Addresses: ['10.0.0.7'] }],
      })),
    },
    stats: Object.fromEntries(looks.map((one, place) => [`id-${place}`, statsOf(one, place)])),
  };
}

test('the total of a shared namespace is its newest reading, counted once, and never decreases', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const pipeline = createPipeline();
      let history = EMPTY_HISTORY;
      let newest = -1;
      for (const [at, { looks }] of all.entries()) {
        const outcome = pipeline.step(history, documentsAt(all, at), at);
        history = outcome.history;
        for (const [place, step] of sampledSteps(all, at).entries()) {
          if (looks[place]?.hasStats && all[step]?.looks[place]?.hasNetworks) newest = Math.max(newest, step);
        }
        const bytes = all.slice(0, newest + 1).reduce((sum, { eth0, eth1 }) => sum + eth0 + eth1, 0);
        assert.equal(outcome.view?.totals.rx_bytes, newest < 0 ? undefined : bytes);
      }
    }),
    propertyRuns(300),
  );
});
