import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMemory } from '../../../src/snapshot/memory-stats.ts';
import type { MemoryStats } from '../../../src/snapshot/snapshot.ts';
import { createInvalidValues } from '../../../src/snapshot/values.ts';

/** Expected values; all others are undefined. */
type Case = readonly [what: string, document: unknown, expected: Partial<MemoryStats> | undefined];

const V1 = { cgroup: 1, cacheBytes: 1 } as const;
const V2 = { cgroup: 2, rssBytes: 1 } as const;

const CASES: readonly Case[] = [
  ['missing', undefined, undefined],
  ['null', null, undefined],
  ['empty: ECS Anywhere', {}, {}],
  [
    'cgroup v1',
    {
      usage: 100,
      limit: 1000,
      stats: { cache: 30, rss: 60, inactive_file: 5, total_inactive_file: 20, hierarchical_memory_limit: 500 },
    },
    {
      cgroup: 1,
      usageBytes: 100,
      cacheBytes: 30,
      rssBytes: 60,
      workingSetBytes: 80,
      hierarchicalLimitBytes: 500,
      limitBytes: 1000,
    },
  ],
  [
    'cgroup v2',
    { usage: 100, limit: 1000, stats: { file: 30, anon: 60, inactive_file: 20 } },
    { cgroup: 2, usageBytes: 100, cacheBytes: 30, rssBytes: 60, workingSetBytes: 80, limitBytes: 1000 },
  ],
  ['v2 without anon: Docker omits 0', { usage: 9, stats: { file: 3 } }, { cgroup: 2, usageBytes: 9, cacheBytes: 3 }],
  [
    'total_* and names of v2: v1',
    { usage: 9, stats: { total_inactive_file: 2, file: 3, cache: 4 } },
    { cgroup: 1, usageBytes: 9, cacheBytes: 4, workingSetBytes: 7 },
  ],
  ['v1, only rss', { stats: { rss: 4 } }, { cgroup: 1, rssBytes: 4 }],
  [
    'inactive pages above usage: 0',
    { usage: 10, stats: { anon: 1, inactive_file: 12 } },
    { cgroup: 2, usageBytes: 10, rssBytes: 1, workingSetBytes: 0 },
  ],
  ['a cache of 0 is valid', { stats: { cache: 0 } }, { cgroup: 1, cacheBytes: 0 }],
  [
    'no limit, cgroup v1',
    { limit: 2 ** 63 - 4096, stats: { cache: 1, hierarchical_memory_limit: 2 ** 63 - 4096 } },
    { cgroup: 1, cacheBytes: 1 },
  ],
  ['no limit, 64 KiB pages', { limit: 2 ** 63 - 65_536 }, {}],
  ['no limit, cgroup v2', { limit: 2 ** 64, stats: { anon: 1 } }, { cgroup: 2, rssBytes: 1 }],
  [
    'Windows',
    { privateworkingset: 50, commitbytes: 60, commitpeakbytes: 70 },
    { workingSetBytes: 50, commitBytes: 60, commitPeakBytes: 70 },
  ],
  [
    'faults of cgroup v1: including child cgroups, minor excludes major',
    { stats: { cache: 1, pgfault: 10, pgmajfault: 1, total_pgfault: 100, total_pgmajfault: 7 } },
    { cgroup: 1, cacheBytes: 1, minorFaults: 93, majorFaults: 7 },
  ],
  [
    'faults with and without child cgroups are not mixed',
    { stats: { cache: 1, pgfault: 10, pgmajfault: 1, total_pgfault: 100 } },
    { cgroup: 1, cacheBytes: 1, minorFaults: 9, majorFaults: 1 },
  ],
  [
    'faults of cgroup v2',
    { stats: { anon: 1, pgfault: 859, pgmajfault: 0 } },
    { cgroup: 2, rssBytes: 1, minorFaults: 859, majorFaults: 0 },
  ],
  ['major faults only', { stats: { anon: 1, pgmajfault: 3 } }, { cgroup: 2, rssBytes: 1, majorFaults: 3 }],
  [
    'more major faults than total faults are inconsistent',
    { stats: { anon: 1, pgfault: 2, pgmajfault: 3 } },
    { cgroup: 2, rssBytes: 1, majorFaults: 3 },
  ],
  ['a peak', { max_usage: 5 }, { peakBytes: 5 }],
  ['swap, including child cgroups', { stats: { cache: 1, swap: 2, total_swap: 3 } }, { ...V1, swapBytes: 3 }],
  ['swap without child cgroups', { stats: { cache: 1, swap: 2 } }, { ...V1, swapBytes: 2 }],
  ['kernel memory of cgroup v2', { stats: { anon: 1, kernel_stack: 4, slab: 6 } }, { ...V2, kernelBytes: 10 }],
  ['kernel memory without kernel_stack is absent', { stats: { anon: 1, slab: 6 } }, V2],
  ['names of v2 on v1', { stats: { cache: 1, kernel_stack: 4, slab: 6 } }, V1],
  ['hits of the limit', { failcnt: 4 }, { limitHits: 4 }],
  ['usage that is not a number', { usage: '100', stats: { anon: 1, inactive_file: 1 } }, { cgroup: 2, rssBytes: 1 }],
  ['stats that are not an object', { usage: 5, stats: [] }, { usageBytes: 5 }],
];

const NONE: MemoryStats = {
  cgroup: undefined,
  usageBytes: undefined,
  cacheBytes: undefined,
  rssBytes: undefined,
  workingSetBytes: undefined,
  hierarchicalLimitBytes: undefined,
  limitBytes: undefined,
  peakBytes: undefined,
  swapBytes: undefined,
  kernelBytes: undefined,
  minorFaults: undefined,
  majorFaults: undefined,
  limitHits: undefined,
  commitBytes: undefined,
  commitPeakBytes: undefined,
};

for (const [what, document, expected] of CASES) {
  test(`memory_stats: ${what}`, () => {
    assert.deepEqual(parseMemory(document, false, createInvalidValues()), expected && { ...NONE, ...expected });
  });
}

function limits(memory: number, withSwap: number): object {
  return { hierarchical_memory_limit: memory, hierarchical_memsw_limit: withSwap };
}

const HITS: readonly (readonly [what: string, document: unknown, hits: number | undefined])[] = [
  ['cgroup v1', { usage: 1, stats: { cache: 1 } }, 0],
  ['cgroup v2', { usage: 1, stats: { anon: 1 } }, 0],
  ['reported hits', { usage: 1, failcnt: 3, stats: { anon: 1 } }, 3],
  ['invalid hits', { usage: 1, failcnt: -3, stats: { anon: 1 } }, undefined],
  ['cgroup v1 with a limit', { usage: 1, stats: { cache: 1, ...limits(16, 32) } }, 0],
  ['cgroup v1 without a limit', { usage: 1, stats: { cache: 1, ...limits(2 ** 63, 2 ** 63) } }, 0],
  ['cgroup v1 that does not account for swap', { usage: 1, stats: { cache: 1, hierarchical_memory_limit: 16 } }, 0],
  ['v1 without swap does not count hits', { usage: 1, stats: { cache: 1, ...limits(16, 16) } }, undefined],
  ['v1 without swap, but reported hits', { usage: 1, failcnt: 3, stats: { cache: 1, ...limits(16, 16) } }, 3],
  ['Windows does not count hits', { privateworkingset: 1 }, undefined],
  ['without usage', { stats: { anon: 1 } }, undefined],
];

for (const [what, document, hits] of HITS) {
  test(`Docker omits failcnt if 0: ${what}`, () => {
    assert.equal(parseMemory(document, true, createInvalidValues())?.limitHits, hits);
  });
}
