import { isCounter, type NumericMetric, type ResourceCollection } from '../collection.ts';
import { acceptsOpenMetrics } from './accept.ts';
import { numberText, type PageText } from './page-text.ts';
import type { PageFormat } from './pages.ts';
import { unitSuffix } from './prometheus-names.ts';
import type { SeriesText } from './series-text.ts';

/** OpenMetrics 1.0, which has start times: https://prometheus.io/docs/specs/om/open_metrics_spec/ */
export const OPEN_METRICS: PageFormat = {
  contentType: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  isAcceptedBy: acceptsOpenMetrics,
  createText: createOpenMetricsText,
};

interface Family {
  readonly lines: string[];
  /** The name of samples with start times; undefined if the family has none. */
  readonly created: string | undefined;
}

const TOTAL = '_total';

/**
 * Renders pages in OpenMetrics 1.0. `_created` follows each total whose source reports a start time; it is omitted for counters
 * whose start time is only the first observation.
 */
function createOpenMetricsText({ headingOf, labelsOf, targetOf }: SeriesText): PageText {
  return (collected) => {
    const names = sampleNames(collected, headingOf);
    const families = new Map<string, Family>();
    for (const { resource, scopes } of collected) {
      const target = targetOf(resource);
      const info = families.get(target.name) ?? { lines: [target.text], created: undefined };
      families.set(target.name, info);
      info.lines.push(target.sample);
      for (const { scope, metrics } of scopes) {
        const labels = labelsOf(resource, scope.name, collected.length === 1);
        for (const { data, readings } of metrics) {
          const { name } = headingOf(data, scope);
          const { lines, created } = families.get(name) ?? familyOf(name, data, names);
          families.set(name, { lines, created });
          for (const [index, { attributes, value }] of data.dataPoints.entries()) {
            const text = labels(attributes);
            lines.push(name, text, numberText(value), '\n');
            const startTimeNs = created === undefined ? undefined : readings[index]?.startTimeNs;
            if (startTimeNs !== undefined) lines.push(`${created}`, text, secondsText(startTimeNs), '\n');
          }
        }
      }
    }
    return `${[...families.values()].map(({ lines }) => lines.join('')).join('')}# EOF\n`;
  };
}

function sampleNames(
  collected: readonly ResourceCollection[],
  headingOf: SeriesText['headingOf'],
): ReadonlySet<string> {
  const scopes = collected.flatMap((resource) => resource.scopes);
  return new Set(scopes.flatMap(({ scope, metrics }) => metrics.map(({ data }) => headingOf(data, scope).name)));
}

/**
 * A counter's family is named like its samples, without `_total`. If they lack that suffix, or another family has the name, the
 * type is `unknown`.
 *
 * @param names sample names of all families
 */
function familyOf(name: string, metric: NumericMetric, names: ReadonlySet<string>): Family {
  const { description, unit } = metric.descriptor;
  const base = name.endsWith(TOTAL) ? name.slice(0, -TOTAL.length) : name;
  const isTotal = isCounter(metric) && base !== name && !names.has(base);
  const family = isTotal ? base : name;
  const type = isTotal ? 'counter' : isCounter(metric) ? 'unknown' : 'gauge';
  const suffix = unitSuffix(unit, type === 'gauge');
  const lines = [`# TYPE ${family} ${type}\n`];
  if (suffix !== undefined && family.endsWith(`_${suffix}`)) lines.push(`# UNIT ${family} ${suffix}\n`);
  if (description !== '') lines.push(`# HELP ${family} ${escaped(description)}\n`);
  return { lines, created: isTotal ? `${family}_created` : undefined };
}

/** Unlike the text format, OpenMetrics also escapes quotes in HELP. */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}

function secondsText(ns: bigint): string {
  const digits = `${ns}`.padStart(10, '0');
  return `${digits.slice(0, -9)}.${digits.slice(-9)}`;
}
