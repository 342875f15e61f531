import assert from 'node:assert/strict';
import type { Series } from '../real/exposition.ts';

interface OldSeries {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Our whole page. */
  readonly series: readonly Series[];
}

interface Correction {
  readonly matches: (metric: string, labels: Readonly<Record<string, string>>) => boolean;
  readonly check: (ours: readonly number[] | undefined, old: OldSeries) => void;
}

export interface CaseCorrections {
  readonly corrected?: readonly Correction[];
  /** Series that 2.4.0 should have exported. */
  readonly added?: readonly RegExp[];
  /** Why a wrong value is kept. */
  readonly kept?: string;
}

const EXCLUDED_COUNT = 'a total describes the task, so it counts containers that are not shown';

function of(metric: string, container?: string): Correction['matches'] {
  return (name, labels) => name === metric && (container === undefined || labels['container_name'] === container);
}

function becomes(matches: Correction['matches'], expected: number): Correction {
  return {
    matches,
    check: (ours, old) => assert.deepEqual(ours, [expected], `${old.metric} ${JSON.stringify(old.labels)}`),
  };
}

function isGone(matches: Correction['matches']): Correction {
  return {
    matches,
    check: (ours, old) => assert.equal(ours, undefined, `${old.metric} ${JSON.stringify(old.labels)}`),
  };
}

/** Two counters above 2^53 are each rounded to a double, and so is their sum. */
function isWithinOneUlp(matches: Correction['matches']): Correction {
  return {
    matches,
    check: (ours, { metric, value }) => {
      const [one, ...others] = ours ?? [];
      assert.ok(one !== undefined && others.length === 0, metric);
      assert.ok(Math.abs(one - value) <= value * Number.EPSILON, `${metric}: ${one} is not ${value}`);
    },
  };
}

/** Scaled by the limit, so that the CPUs of a container add up to its cpu_usage_ratio (each is rounded to 4 digits). */
const scaledPerCpu: Correction = {
  matches: of('ecs_task_percpu_usage_ratio'),
  check: (ours, { labels, series }) => {
    assert.ok(ours !== undefined, 'a CPU is missing');
    const container = labels['container_name'];
    const ofContainer = series.filter((one) => one.labels.get('container_name') === container);
    const perCpu = ofContainer.filter(({ name }) => name === 'ecs_task_percpu_usage_ratio');
    const sum = perCpu.reduce((total, { value }) => total + value, 0);
    const whole = ofContainer.find(({ name }) => name === 'ecs_task_cpu_usage_ratio')?.value;
    assert.ok(whole !== undefined && Math.abs(sum - whole) <= 0.00005 * (perCpu.length + 1), `${sum} is not ${whole}`);
  },
};

const IDLE_CPU = /^ecs_task_(?:cpu_usage_ratio|percpu_usage_ratio|cpu_kernelmode|cpu_usermode|cpu_throttle_).*"idle"/;

/** Expected changes of the series of each case, with numbers calculated by hand from the documents. */
export const corrections: Readonly<Record<string, CaseCorrections>> = {
  '01-basic': { corrected: [scaledPerCpu] },
  '04-scale-taskx-container0': { corrected: [scaledPerCpu] },
  '08-percpu-inactive': { corrected: [scaledPerCpu] },
  '10-throttling': { corrected: [scaledPerCpu] },
  '11-user-kernel-mode': {
    kept: 'nanoseconds of the interval keep their old names; the interfaces now have a label',
  },
  '15-blkio-odd-entries': {
    corrected: [
      becomes(of('ecs_task_disk_read_bytes_total', 'seedr-disk'), 5120 + 4_157_603_840 + 1000),
      becomes(of('ecs_task_disk_read_bytes_total', '_task_'), 5120 + 4_157_603_840 + 1000),
      // The list of operations is empty in the second document. A total that decreases would look like a reset.
      becomes(of('ecs_task_disk_read_iops_total', '_task_'), 62_805),
      becomes(of('ecs_task_disk_written_iops_total', '_task_'), 94_200),
      // The total of the container does not decrease either when its devices are no longer listed.
      becomes(of('ecs_task_disk_read_iops_total', 'seedr-disk'), 62_805),
      becomes(of('ecs_task_disk_written_iops_total', 'seedr-disk'), 94_200),
    ],
  },
  // The task total keeps the counters of the interfaces in the first document, so that it does not decrease.
  '18-network-absent-or-empty': { added: [/^ecs_task_network_.*"_task_"/] },
  '16-blkio-empty-lists': { corrected: [scaledPerCpu] },
  '19-include': { corrected: [scaledPerCpu], kept: EXCLUDED_COUNT },
  '20-exclude': { kept: EXCLUDED_COUNT },
  '22-include-with-space': { corrected: [scaledPerCpu], added: [/"idle"/], kept: EXCLUDED_COUNT },
  '24-stopped-null-both': { corrected: [scaledPerCpu] },
  // RUNNING containers without stats: the CPU of the task is unknown, not 0.
  '30-all-stopped-task-limit': { corrected: [isGone(of('ecs_task_cpu_usage_ratio', '_task_'))] },
  '31-all-stopped-no-limit': { corrected: [isGone(of('ecs_task_cpu_usage_ratio', '_task_'))] },
  // The second document has a precpu_stats from 5 s earlier, so CPU usage does not need a third.
  '32-empty-cpu-first': { corrected: [scaledPerCpu], added: [IDLE_CPU] },
  '35-counters-reset': {
    corrected: [
      isGone(of('ecs_task_cpu_usage_ratio', 'burn')),
      isGone(of('ecs_task_percpu_usage_ratio', 'burn')),
      isGone(of('ecs_task_cpu_kernelmode', 'burn')),
      isGone(of('ecs_task_cpu_usermode', 'burn')),
      isGone(of('ecs_task_cpu_usage_ratio', '_task_')),
    ],
  },
  '37-beyond-2^53': {
    corrected: [scaledPerCpu, isWithinOneUlp(of('ecs_task_network_rx_bytes_total', '_task_'))],
  },
  '39-online-cpus-of-first': { corrected: [scaledPerCpu] },
  '40-zero-previous': { corrected: [scaledPerCpu, becomes(of('ecs_task_cpu_kernelmode', 'idle'), 40_000_000)] },
  '42-memory-empty': { corrected: [scaledPerCpu] },
  '43-blkio-null': { corrected: [scaledPerCpu] },
  '45-image-default-exclude': { kept: EXCLUDED_COUNT },
  '46-percpu-missing': { corrected: [scaledPerCpu] },
  '49-cgroup2-ops-lowercase': {
    corrected: [
      becomes(of('ecs_task_disk_read_bytes_total', 'disk'), 2048 + 222_822_400),
      becomes(of('ecs_task_disk_read_bytes_total', '_task_'), 2048 + 222_822_400),
      becomes(of('ecs_task_disk_written_bytes_total', 'disk'), 83_673_088 + 225_443_840),
      becomes(of('ecs_task_disk_written_bytes_total', '_task_'), 83_673_088 + 225_443_840),
      // cgroup v2 does not count operations.
      isGone((name) => name.endsWith('_iops_total')),
    ],
  },
};
