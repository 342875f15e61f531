import assert from 'node:assert/strict';
import { round4 } from '../../src/metrics/arithmetic.ts';
import { catalogueRows } from '../../src/metrics/catalogue.ts';
import { type Level, levelsOf, type MetricRow } from '../../src/metrics/row.ts';
import { DIMENSIONS } from '../../src/metrics/vocabulary.ts';
import { splitImage } from '../../src/snapshot/container-info.ts';
import type { Exposition, Series } from '../real/exposition.ts';
import { prometheusLabel, prometheusName } from './prometheus-name.ts';

const TASK_TOTAL = '_task_';

/**
 * Asserts that both vocabularies have the same series and values for every row that both contain, with translated labels. Returns
 * the number of compared series.
 */
export function assertVocabulariesAgree(exposition: Exposition, sharesNetwork: boolean): number {
  let compared = 0;
  for (const [id, row] of catalogueRows()) {
    for (const level of row.ecs === undefined ? [] : levelsOf(row)) {
      const name = row.semconv?.[level];
      if (row.ecs === undefined || row.semconv === undefined || name === undefined) continue;
      const ecs = exposition.series.filter((one) => one.name === ecsName(row) && levelOf(one) === level);
      const unit = row.semconv.unit;
      const named = prometheusName({ name, kind: row.semconv.kind ?? row.kind, unit });
      const semconv = exposition.series
        .filter((one) => one.name === named && hasConstants(one, row))
        .map((one) => (row.ecs?.isRounded ? { ...one, value: round4(one.value) } : one));
      // The counters of a shared network namespace belong to the task.
      const isLeftOut = sharesNetwork && row.family === 'network' && level === 'container';
      const expected = isLeftOut ? [] : ecs.map((one) => translated(one, row));
      assert.deepEqual(
        semconv.map((one) => (hasIdDimension(row) ? whole(one) : withoutId(one))).sort(),
        expected.sort(),
        `${id} of the ${level}`,
      );
      compared += expected.length;
    }
  }
  return compared + assertDevicesAddUp(exposition);
}

function ecsName({ ecs, kind }: MetricRow): string {
  return prometheusName({ name: `ecs_task_${ecs?.name}`, kind, unit: '' });
}

function levelOf({ name, labels }: Series): Level {
  if (name.startsWith('ecs_task_exporter_')) return 'exporter';
  return labels.get('container_name') === TASK_TOTAL ? 'task' : 'container';
}

function constantsOf(row: MetricRow): readonly (readonly [string, string])[] {
  return Object.entries(row.semconv?.constants ?? {}).map(([name, value]) => [prometheusLabel(name), value]);
}

function hasConstants({ labels }: Series, row: MetricRow): boolean {
  return constantsOf(row).every(([name, value]) => labels.get(name) === value);
}

/** The value of an ecs series and its labels in the semconv vocabulary. */
function translated({ labels, value }: Series, row: MetricRow): string {
  const own = [...labels]
    .filter(([, text]) => text !== TASK_TOTAL)
    .flatMap(([name, text]) => (name === 'image' ? imageLabels(text) : [[semconvLabel(name), text]]));
  return JSON.stringify([[...own, ...constantsOf(row)].sort(), value]);
}

function imageLabels(image: string): readonly (readonly string[])[] {
  const { name, tag } = splitImage(image);
  const tags = tag === undefined ? [] : [['container_image_tags', JSON.stringify([tag])]];
  return [['container_image_name', name], ...tags];
}

function semconvLabel(name: string): string {
  if (name.startsWith('label_')) return `container_${name}`;
  const dimension = Object.values(DIMENSIONS).find(({ ecs }) => ecs === name);
  return dimension?.semconv === undefined ? name : prometheusLabel(dimension.semconv);
}

function hasIdDimension({ dimensions = [] }: MetricRow): boolean {
  return dimensions.includes('containerId');
}

function whole({ labels, value }: Series): string {
  return JSON.stringify([[...labels].sort(), value]);
}

/** In the semconv vocabulary, a container's series also have its id. */
function withoutId({ labels, value }: Series): string {
  return JSON.stringify([[...labels].filter(([name]) => name !== 'container_id').sort(), value]);
}

const BY_DEVICE = [
  ['ecs_task_disk_read_bytes_total', 'container_disk_io_bytes_total', 'read'],
  ['ecs_task_disk_written_bytes_total', 'container_disk_io_bytes_total', 'write'],
  ['ecs_task_disk_read_iops_total', 'aws_ecs_container_disk_operations_total', 'read'],
  ['ecs_task_disk_written_iops_total', 'aws_ecs_container_disk_operations_total', 'write'],
] as const;

/** The ecs series are sums over devices; the semconv series are per device. */
function assertDevicesAddUp(exposition: Exposition): number {
  let compared = 0;
  for (const [total, byDevice, direction] of BY_DEVICE) {
    for (const { name, labels, value } of exposition.series) {
      const container = labels.get('container_name') ?? '';
      if (name !== total || container === TASK_TOTAL) continue;
      const devices = exposition
        .having({ container_name: container, disk_io_direction: direction })
        .filter((one) => one.name === byDevice);
      const sum = devices.reduce((before, one) => before + one.value, 0);
      assert.equal(sum, value, `${total} of ${container}`);
      compared += devices.length;
    }
  }
  return compared;
}
