import assert from 'node:assert/strict';
import * as v from 'valibot';
import type { Exposition } from '../real/exposition.ts';
import type { Scenario } from './scenario.ts';

const TASK = '_task_';

const text = v.fallback(v.string(), '');
const taskDocument = v.object({ Containers: v.fallback(v.array(v.object({ Name: text, DockerId: text })), []) });

/** Metrics that need stats, in the ecs vocabulary; the other metrics of a container come from `/task`. */
const OF_STATS = /^ecs_task_(?:cpu_(?!limit)|percpu_|mem_(?!limit$|effective_limit_bytes$)|disk_|network_|pids)/;

/** Series exist only for containers in `/task`, and usage only for those of them that have stats. */
export function assertContainersExist({ series }: Exposition, { task, stats }: Scenario['polls'][number]): void {
  const { Containers: containers } = v.parse(taskDocument, JSON.parse(task));
  const entries = new Map<string, unknown>(Object.entries(Object(JSON.parse(stats))));
  const names = new Set([TASK, ...containers.map(({ Name }) => exported(Name))]);
  const ids = new Set(containers.map(({ DockerId }) => DockerId));
  const withStats = containers.filter(({ DockerId }) => hasContent(entries.get(DockerId)));
  const namesWithStats = new Set([TASK, ...withStats.map(({ Name }) => exported(Name))]);
  for (const { name, labels } of series) {
    const id = labels.get('container_id');
    assert.ok(id === undefined || ids.has(id), `${name} of the container ${id}`);
    const container = labels.get('container_name');
    if (container === undefined) continue;
    assert.ok(names.has(container), `${name} of ${container}`);
    assert.ok(!OF_STATS.test(name) || namesWithStats.has(container), `${name} of ${container}, which has no stats`);
  }
}

/** A name of at most 255 characters, without control characters and lone surrogates. */
function exported(name: string): string {
  return name
    .toWellFormed()
    .replaceAll(/(?!\n)\p{Cc}/gu, '\ufffd')
    .slice(0, 255);
}

function hasContent(entry: unknown): boolean {
  return typeof entry === 'object' && entry !== null && Object.keys(entry).length > 0;
}

/** Task gauges that are sums over containers. */
const SUMS = ['mem_usage', 'mem_cache', 'mem_working_set_bytes', 'mem_rss_bytes', 'pids', 'cpu_cores'];

/** Task counters that include those of the containers. */
const COUNTERS = [
  'cpu_usage_seconds_total',
  'disk_read_bytes_total',
  'disk_written_bytes_total',
  'disk_read_iops_total',
  'disk_written_iops_total',
];

/** Of each pair, the first is at most the second. */
const BOUNDS = [
  ['mem_working_set_bytes', 'mem_usage'],
  ['cpu_throttle_throttled_periods', 'cpu_throttle_periods'],
  ['pids', 'pids_limit'],
  ['cpu_user_seconds_total', 'cpu_usage_seconds_total'],
] as const;

/** Task values are the sums of the containers, and no part exceeds its total. */
export function assertBoundsHold(page: Exposition, { include, exclude }: Scenario): void {
  const isFiltered = include.length + exclude.length > 0;
  for (const name of [...SUMS, ...COUNTERS]) {
    const total = containerValue(page, name, TASK);
    if (total === undefined) continue;
    const parts = containersOn(page).flatMap((container) => containerValue(page, name, container) ?? []);
    const sum = parts.reduce((before, value) => before + value, 0);
    const detail = `${name}: ${total} of the task, ${sum} of its containers`;
    assert.ok(isAtMost(sum, total), detail);
    if (!isFiltered && SUMS.includes(name)) assert.ok(isAtMost(total, sum), detail);
  }
  for (const [part, whole] of BOUNDS) {
    for (const container of containersOn(page)) {
      const [less, more] = [containerValue(page, part, container), containerValue(page, whole, container)];
      const detail = `${container}: ${part} is ${less}, ${whole} is ${more}`;
      assert.ok(less === undefined || more === undefined || isAtMost(less, more), detail);
    }
  }
}

function containersOn({ series }: Exposition): readonly string[] {
  const names = new Set(series.map(({ labels }) => labels.get('container_name') ?? TASK));
  names.delete(TASK);
  return [...names];
}

function containerValue(page: Exposition, name: string, container: string): number | undefined {
  return page.value(`ecs_task_${name}`, { container_name: container });
}

/** Sums of fractions depend on their order. */
function isAtMost(less: number, more: number): boolean {
  return less <= more + Math.abs(more) * 1e-12;
}
