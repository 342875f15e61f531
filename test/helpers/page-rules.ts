import assert from 'node:assert/strict';
import { EVERYTHING } from '../../src/metrics/catalogue.ts';
import { metricSet } from '../../src/metrics/row-instruments.ts';
import { VOCABULARIES } from '../../src/metrics/vocabulary.ts';
import { type Exposition, parseExposition, type Series } from '../real/exposition.ts';
import { formatViolations } from './exposition-rules.ts';
import { prometheusName } from './prometheus-name.ts';

/** Fewer than a complete page of one container has in both vocabularies. */
const MIN_SERIES = 60;

/** Numbers at or above this are sentinels for "no limit", or invalid. */
const SENTINEL = 2 ** 60;

const MAY_BE_NEGATIVE = new Set(['ecs_task_container_exit_code', 'aws_ecs_container_exit_code']);

const KNOWN_NAMES: ReadonlySet<string> = new Set([
  'target_info',
  ...VOCABULARIES.flatMap((vocabulary) => metricSet(vocabulary, '0', EVERYTHING).metrics.map(prometheusName)),
]);

/** Asserts that a page is well-formed, without duplicate series, with plausible values and names of the catalogue. */
export function assertValidPage(page: string): Exposition {
  assert.deepEqual(formatViolations(page), []);
  const exposition = parseExposition(page);
  for (const series of exposition.series) {
    const { name, value } = series;
    const least = MAY_BE_NEGATIVE.has(name) ? -Infinity : 0;
    assert.ok(Number.isFinite(value) && value >= least && value < SENTINEL, `${describe(series)} is ${value}`);
    assert.ok(KNOWN_NAMES.has(name), `${name} is not in the catalogue`);
  }
  return exposition;
}

/** Also asserts that the polls succeeded and that only the listed values are invalid. For pages of recordings. */
export function assertRecordingPage(page: string, invalidValues: Readonly<Record<string, number>> = {}): Exposition {
  const exposition = assertValidPage(page);
  assert.ok(exposition.series.length >= MIN_SERIES, `only ${exposition.series.length} series`);
  assert.equal(exposition.value('ecs_task_exporter_status'), 1);
  for (const { name, value, labels } of exposition.series) {
    if (name === 'ecs_task_exporter_poll_failures_total') assert.equal(value, 0, `failed: ${labels.get('reason')}`);
  }
  assert.deepEqual(invalidValuesOn(exposition), invalidValues);
  return exposition;
}

function invalidValuesOn({ series }: Exposition): Readonly<Record<string, number>> {
  const invalidValues = series.filter(({ name }) => name === 'ecs_task_exporter_invalid_values_total');
  return Object.fromEntries(invalidValues.map(({ labels, value }) => [labels.get('reason'), value]));
}

/** Asserts that no counter of the task has decreased. */
export function assertTaskCountersRise(before: Exposition, after: Exposition): void {
  const counters = before.having({ container_name: '_task_' }).filter(({ name }) => name.endsWith('_total'));
  for (const counter of counters) {
    const value = after.value(counter.name, Object.fromEntries(counter.labels));
    assert.ok(
      value !== undefined && value >= counter.value,
      `${describe(counter)} fell from ${counter.value} to ${value}`,
    );
  }
}

function describe({ name, labels }: Series): string {
  return `${name}${JSON.stringify([...labels])}`;
}
