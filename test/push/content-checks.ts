/** Checks content of an export that is not on the page. */
import assert from 'node:assert/strict';
import { metricSet } from '../../src/metrics/row-instruments.ts';
import { SCOPES, VOCABULARIES } from '../../src/metrics/vocabulary.ts';
import { VERSION } from '../../src/version.ts';
import { metricsOf, type OtlpExport, type OtlpMetric } from '../helpers/otlp-export.ts';

const KINDS = {
  counter: 'monotonic sum, cumulative',
  updowncounter: 'sum, cumulative',
  gauge: 'gauge, unspecified',
} as const;

const kindOf = ({ kind, isMonotonic, temporality }: OtlpMetric): string =>
  `${isMonotonic ? 'monotonic ' : ''}${kind}, ${temporality}`;

/** Compares scopes and metrics with the catalogue. */
export function assertDefinitions(exported: OtlpExport): void {
  const scopes = exported.scopes.map(({ name, version }) => [name, version]);
  assert.deepEqual(
    scopes,
    VOCABULARIES.map((vocabulary) => [SCOPES[vocabulary], VERSION]),
  );
  for (const [index, vocabulary] of VOCABULARIES.entries()) {
    const pushed = exported.scopes[index]?.metrics ?? [];
    const names = pushed.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length, 'a metric is there twice');
    const defined = new Map(metricSet(vocabulary, VERSION).metrics.map((metric) => [metric.name, metric]));
    const definitions = names.map((name) => defined.get(name) ?? assert.fail(`no ${name} in ${vocabulary}`));
    assert.deepEqual(
      pushed.map((metric) => [metric.name, metric.unit, metric.description, kindOf(metric)]),
      definitions.map(({ name, unit, description, kind }) => [name, unit, description, KINDS[kind]]),
    );
  }
}

export interface Starts {
  readonly containers: ReadonlyMap<unknown, bigint>;
  /** True if the container shares its network namespace: the start time of the counters is then unknown. */
  readonly isNetworkShared: boolean;
  /** A time before the start of the exporter. */
  readonly earliestNs: bigint;
  /** A time before the first sample, on the clock of the task. */
  readonly sampledAfterNs: bigint;
  /** Time of the newest sample. @default at most now */
  readonly newestSampleNs?: bigint;
}

/**
 * Asserts start times: counters of a container have its start, those of the task the start of its first container. Counters
 * of the exporter, and those without a reported start time, start after the exporter.
 */
export function assertStartTimes(exported: OtlpExport, starts: Starts): void {
  const { containers, isNetworkShared, earliestNs, sampledAfterNs, newestSampleNs = 0n } = starts;
  // Times may be rounded up to a millisecond.
  const nowNs = BigInt(Date.now() + 1) * 1_000_000n;
  const [firstNs] = [...containers.values()].toSorted((a, b) => (a < b ? -1 : 1));
  for (const { name, isMonotonic, points } of metricsOf(exported)) {
    for (const { attributes, startNs, timeNs } of points) {
      const container = attributes.get('container.name') ?? attributes.get('container_name');
      const about = `${name} of ${container}, from ${startNs} to ${timeNs}`;
      const isOwn = /exporter|^process\./.test(name);
      const afterNs = isOwn ? earliestNs : sampledAfterNs;
      const latestNs = isOwn || newestSampleNs < nowNs ? nowNs : newestSampleNs;
      assert.ok(timeNs > afterNs && timeNs <= latestNs && timeNs >= startNs, about);
      if (!isMonotonic) continue;
      const ofContainer = containers.get(container);
      const isShared = isNetworkShared && ofContainer !== undefined && name.includes('network');
      if (isOwn || isShared || /container.restarts/.test(name))
        assert.ok(startNs >= afterNs && startNs < timeNs, about);
      else assert.equal(startNs, ofContainer ?? firstNs, about);
    }
  }
}
