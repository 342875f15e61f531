import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { TotalKey } from '../../src/history/view.ts';
import { propertyRuns } from '../helpers/property-runs.ts';
import {
  COUNTED,
  type Counted,
  documentsOf,
  type Move,
  movesOfOne,
  type Poll,
  pollsOf,
  type Sampled,
} from './container-runs.ts';
import { createPipeline, EMPTY_HISTORY, valueIn } from './pipeline.ts';

const TOTALS = {
  cpu: 'cpuNs',
  readBytes: 'readBytes',
  writtenBytes: 'writtenBytes',
  reads: 'reads',
  rxBytes: 'rx_bytes',
  txPackets: 'tx_packets',
} as const satisfies Record<Counted, TotalKey>;

/** Counters whose decrease shows a restart. */
const RESET_COUNTERS = ['cpu', 'readBytes', 'writtenBytes', 'rxBytes'] as const;

/** True totals, computed with integers from the samples. */
interface Truth {
  readonly totals: Map<Counted, bigint>;
  /** Increase of CPU time within runs: the sum of cores x time over all intervals. */
  cpuWithinRuns: bigint;
  restarts: number;
}

/** Adds the next sample of a container; `before` is its previous one. */
function account(truth: Truth, before: Sampled | undefined, now: Sampled): void {
  if (before?.readNs === now.readNs) return;
  const hasFallen = RESET_COUNTERS.some((key) => before !== undefined && now.counts[key] < before.counts[key]);
  const hasRestarted = before !== undefined && (now.isReported || hasFallen);
  if (hasRestarted) truth.restarts += 1;
  for (const key of COUNTED) {
    const value = now.counts[key];
    const last = before?.counts[key] ?? 0n;
    const growth = (now.isReported && !now.isSummed) || value < last ? value : value - last;
    truth.totals.set(key, (truth.totals.get(key) ?? 0n) + growth);
    if (key === 'cpu' && before !== undefined && (!hasRestarted || now.isSummed)) truth.cpuWithinRuns += growth;
  }
}

/**
 * Compares polls with the true counts. A restart that the metadata reports late or never appears as a decrease, which is held
 * back, or not at all. The totals can then be below the true counts, but never above them, and they never decrease.
 */
function play(tracks: ReadonlyMap<string, readonly Poll[]>): void {
  const isReported = [...tracks.values()].flat().every(({ sampled }) => {
    return sampled === undefined || !sampled.isRestart || sampled.isReported;
  });
  const pipeline = createPipeline();
  const truth: Truth = { totals: new Map(), cpuWithinRuns: 0n, restarts: 0 };
  const last = new Map<string, Sampled>();
  const totals = new Map<Counted, number>();
  let history = EMPTY_HISTORY;
  let isWhole = false;
  let restarts = 0;
  let coreNs = 0;
  const length = Math.max(...[...tracks.values()].map((polls) => polls.length));
  for (let at = 0; at < length; at += 1) {
    const polls = new Map<string, Poll>();
    for (const [name, track] of tracks) {
      const poll = track[at];
      if (poll !== undefined) polls.set(name, poll);
    }
    const outcome = pipeline.step(history, documentsOf(polls), at);
    history = outcome.history;
    restarts += outcome.restarts;
    for (const { value, metric } of outcome.readings) {
      assert.ok(Number.isFinite(value) && value >= 0, `${metric.name} is ${value}`);
    }
    for (const [name, { sampled }] of polls) {
      if (sampled === undefined) {
        assert.equal(valueIn(outcome.readings, 'ecs_task.cpu_usage_seconds', name), undefined);
        continue;
      }
      const before = last.get(name);
      const cores = valueIn(outcome.readings, 'ecs_task.cpu_cores', name);
      if (before !== undefined && before.readNs !== sampled.readNs) {
        coreNs += (cores ?? 0) * Number(sampled.readNs - before.readNs);
      }
      account(truth, before, sampled);
      last.set(name, sampled);
    }
    // A total without a running container that was never sampled would be partial.
    isWhole ||= [...polls.keys()].every((name) => last.has(name));
    for (const key of COUNTED) {
      // No total is known while no container has stats.
      const isKnown = isWhole && [...polls.values()].some(({ sampled }) => sampled !== undefined);
      const expected = isKnown ? truth.totals.get(key) : undefined;
      const total = outcome.view?.totals[TOTALS[key]];
      if (isReported) assert.equal(total, expected === undefined ? undefined : Number(expected), key);
      if (total === undefined) continue;
      assert.ok(total <= Number(expected ?? 0), `${key}: more than there was`);
      assert.ok(total >= (totals.get(key) ?? 0), `${key}: it went back`);
      totals.set(key, total);
    }
    const cpu = outcome.view?.totals.cpuNs;
    const seconds = valueIn(outcome.readings, 'ecs_task.cpu_usage_seconds', '_task_');
    assert.equal(seconds, cpu === undefined ? undefined : cpu / 1e9);
  }
  assert.ok(restarts <= truth.restarts, 'restarts');
  if (!isReported) return;
  assert.equal(restarts, truth.restarts, 'restarts');
  const expected = Number(truth.cpuWithinRuns);
  assert.ok(Math.abs(coreNs - expected) <= expected * 1e-9 + 1e-3, `${coreNs} core ns, not ${expected}`);
}

test('task totals match the containers over all kinds of restarts', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(movesOfOne, fc.boolean()), { minLength: 1, maxLength: 3 }), (containers) => {
      play(new Map(containers.map(([moves, hasPolicy], place) => [`c${place + 2}`, pollsOf(moves, hasPolicy)])));
    }),
    propertyRuns(400),
  );
});

/** Checks that the generated moves cover all kinds of restarts. */
test('the generated moves include every kind of restart, reported and unreported', () => {
  const seen = new Set<string>();
  for (const moves of fc.sample(movesOfOne, propertyRuns(200))) {
    let before: Sampled | undefined;
    for (const { sampled } of pollsOf(moves)) {
      if (sampled !== undefined && before !== undefined && sampled.isRestart) {
        seen.add(`${sampled.reporting} ${sampled.counts.cpu < before.counts.cpu ? 'falls' : 'rises'}`);
      }
      before = sampled ?? before;
    }
  }
  for (const reporting of ['reported', 'early', 'late']) {
    assert.ok(seen.has(`${reporting} falls`), `${reporting} falls`);
    assert.ok(seen.has(`${reporting} rises`), `${reporting} rises`);
  }
  assert.ok(seen.has('unreported falls'));
});

test('a restart reported with the sample, early, late or never: minimal cases', () => {
  const grow = (cpu: number): Move => ({ kind: 'grow', by: [cpu, 0, 0, 0, 0, 0], waitNs: 1e9, reporting: 'reported' });
  for (const reporting of ['reported', 'early', 'late', 'unreported'] as const) {
    const restart: Move = { kind: 'restart', by: [7, 0, 0, 0, 0, 0], waitNs: 1e9, reporting };
    for (const hasPolicy of [false, true]) {
      const moves = [grow(100), grow(50), restart, grow(3), { kind: 'same' } as const, grow(1)];
      play(new Map([['c2', pollsOf(moves, hasPolicy)]]));
    }
  }
});
