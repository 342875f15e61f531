import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMemory } from '../../../src/snapshot/memory.ts';
import { createRefusals } from '../../../src/snapshot/refusals.ts';
import type { MemoryLevels } from '../../../src/snapshot/snapshot.ts';

/** What is given; everything else of the levels is expected to be undefined. */
type Case = readonly [what: string, document: unknown, expected: Partial<MemoryLevels> | undefined];

const CASES: readonly Case[] = [
  ['nothing', undefined, undefined],
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
  ['v2 without anon: docker omits a 0', { usage: 9, stats: { file: 3 } }, { cgroup: 2, usageBytes: 9, cacheBytes: 3 }],
  [
    'v1 that has total_* beside v2 names stays v1',
    { usage: 9, stats: { total_inactive_file: 2, file: 3, cache: 4 } },
    { cgroup: 1, usageBytes: 9, cacheBytes: 4, workingSetBytes: 7 },
  ],
  ['v1, only rss', { stats: { rss: 4 } }, { cgroup: 1, rssBytes: 4 }],
  [
    'inactive pages above usage: never below 0',
    { usage: 10, stats: { anon: 1, inactive_file: 12 } },
    { cgroup: 2, usageBytes: 10, rssBytes: 1, workingSetBytes: 0 },
  ],
  ['a cache of 0 is a cache', { stats: { cache: 0 } }, { cgroup: 1, cacheBytes: 0 }],
  [
    'no limit, cgroup v1',
    { limit: 2 ** 63 - 4096, stats: { cache: 1, hierarchical_memory_limit: 2 ** 63 - 4096 } },
    { cgroup: 1, cacheBytes: 1 },
  ],
  ['no limit, 64 KiB pages', { limit: 2 ** 63 - 65_536 }, {}],
  ['no limit, cgroup v2', { limit: 2 ** 64, stats: { anon: 1 } }, { cgroup: 2, rssBytes: 1 }],
  ['Windows', { privateworkingset: 50, commitbytes: 60 }, { workingSetBytes: 50 }],
  ['usage that is no number', { usage: '100', stats: { anon: 1, inactive_file: 1 } }, { cgroup: 2, rssBytes: 1 }],
  ['stats that are no object', { usage: 5, stats: [] }, { usageBytes: 5 }],
];

const NONE: MemoryLevels = {
  cgroup: undefined,
  usageBytes: undefined,
  cacheBytes: undefined,
  rssBytes: undefined,
  workingSetBytes: undefined,
  hierarchicalLimitBytes: undefined,
  limitBytes: undefined,
};

for (const [what, document, expected] of CASES) {
  test(`memory_stats: ${what}`, () => {
    assert.deepEqual(parseMemory(document, createRefusals()), expected && { ...NONE, ...expected });
  });
}
