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
} from './lives.ts';
import { createPipeline, EMPTY_HISTORY, valueIn } from './pipeline.ts';

const TOTALS = {
  cpu: 'cpuNs',
  readBytes: 'readBytes',
  writtenBytes: 'writtenBytes',
  reads: 'reads',
  rxBytes: 'rx_bytes',
  txPackets: 'tx_packets',
} as const satisfies Record<Counted, TotalKey>;

/** Those whose fall says that the container began anew. */
const TELLTALES = ['cpu', 'readBytes', 'writtenBytes', 'rxBytes'] as const;

/** What is right, worked out in whole numbers from the samples alone. */
interface Truth {
  readonly totals: Map<Counted, bigint>;
  /** CPU growth within lives: what the cores of all intervals add up to. */
  cpuWithinLives: bigint;
  restarts: number;
}

/** One container's next sample. `before` is its last one. */
function account(truth: Truth, before: Sampled | undefined, now: Sampled): void {
  if (before?.readNs === now.readNs) return;
  const hasFallen = TELLTALES.some((key) => before !== undefined && now.counts[key] < before.counts[key]);
  const hasRestarted = before !== undefined && (now.isTold || hasFallen);
  if (hasRestarted) truth.restarts += 1;
  for (const key of COUNTED) {
    const value = now.counts[key];
    const last = before?.counts[key] ?? 0n;
    const growth = (now.isTold && !now.isAddedUp) || value < last ? value : value - last;
    truth.totals.set(key, (truth.totals.get(key) ?? 0n) + growth);
    if (key === 'cpu' && before !== undefined && (!hasRestarted || now.isAddedUp)) truth.cpuWithinLives += growth;
  }
}

/**
 * Compares polls with the true counts. A restart that the metadata reports late or never appears as a decrease, which is held
 * back, or not at all. The totals can then be below the true counts, but never above them, and they never decrease.
 */
function play(tracks: ReadonlyMap<string, readonly Poll[]>): void {
  const isReported = [...tracks.values()].flat().every(({ sampled }) => {
    return sampled === undefined || !sampled.isRestart || sampled.isTold;
  });
  const pipeline = createPipeline();
  const truth: Truth = { totals: new Map(), cpuWithinLives: 0n, restarts: 0 };
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
    // A total without a container that runs and has never been sampled would be a part of it.
    isWhole ||= [...polls.keys()].every((name) => last.has(name));
    for (const key of COUNTED) {
      // Nor is a total known while no container reports.
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
  const expected = Number(truth.cpuWithinLives);
  assert.ok(Math.abs(coreNs - expected) <= expected * 1e-9 + 1e-3, `${coreNs} core ns, not ${expected}`);
}

test('totals of the task are what its containers did, however they restart', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(movesOfOne, fc.boolean()), { minLength: 1, maxLength: 3 }), (containers) => {
      play(new Map(containers.map(([moves, hasPolicy], place) => [`c${place + 2}`, pollsOf(moves, hasPolicy)])));
    }),
    propertyRuns(400),
  );
});

/** The property above is only worth something if the plays hold what it is about. */
test('the generated plays hold every kind of restart, seen and unseen', () => {
  const seen = new Set<string>();
  for (const moves of fc.sample(movesOfOne, propertyRuns(200))) {
    let before: Sampled | undefined;
    for (const { sampled } of pollsOf(moves)) {
      if (sampled !== undefined && before !== undefined && sampled.isRestart) {
        seen.add(`${sampled.telling} ${sampled.counts.cpu < before.counts.cpu ? 'falls' : 'rises'}`);
      }
      before = sampled ?? before;
    }
  }
  for (const telling of ['told', 'early', 'late']) {
    assert.ok(seen.has(`${telling} falls`), `${telling} falls`);
    assert.ok(seen.has(`${telling} rises`), `${telling} rises`);
  }
  assert.ok(seen.has('untold falls'));
});

test('a restart told with the sample, early, late or never: the shortest plays', () => {
  const grow = (cpu: number): Move => ({ kind: 'grow', by: [cpu, 0, 0, 0, 0, 0], waitNs: 1e9, telling: 'told' });
  for (const telling of ['told', 'early', 'late', 'untold'] as const) {
    const restart: Move = { kind: 'restart', by: [7, 0, 0, 0, 0, 0], waitNs: 1e9, telling };
    for (const hasPolicy of [false, true]) {
      const moves = [grow(100), grow(50), restart, grow(3), { kind: 'same' } as const, grow(1)];
      play(new Map([['c2', pollsOf(moves, hasPolicy)]]));
    }
  }
});
