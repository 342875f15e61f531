import type { InstrumentationScope } from '@opentelemetry/core';
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { emptyResource, type Resource } from '@opentelemetry/resources';
import type { DataPoint, MetricData, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { isNumeric, type NumericMetric } from '../numeric-metric.ts';
import { withPrometheusName } from './prometheus-names.ts';
import { withLabelNames } from './resource-labels.ts';

/** Makes the text of a page out of a collection. */
export type PageText = (collected: ResourceMetrics) => string;

/** What stays the same of a metric: `# HELP` and `# TYPE` with their ends of line, and the name of its samples. */
interface Heading {
  readonly text: string;
  readonly name: string;
}

/**
 * The SDK's Prometheus serializer, asked once for what does not change. A page is the same from sample to sample but for its
 * numbers, and making names and labels out of attributes is nearly all of the serializer's work: so it writes each heading,
 * each set of labels and the resource once, and what it wrote is used again as long as they last. Each metric has a name of its
 * own on the page: two that would share one are not brought together here.
 */
export function createPageText(): PageText {
  // Without scopes as labels: they would change every old series.
  const forMetrics = new PrometheusSerializer(undefined, false, undefined, true, true);
  const forResource = new PrometheusSerializer(undefined, false, undefined, false, true);
  const headings = new WeakMap<MetricData['descriptor'], Heading>();
  /** By the object of attributes, which the metrics of one container share: `{container_name="web"} `, or a space. */
  const labels = new WeakMap<object, string>();
  let target: { readonly resource: Resource; readonly text: string } | undefined;

  function learn(metric: NumericMetric, points: readonly DataPoint<number>[], scope: InstrumentationScope): Heading {
    const metrics = [withPrometheusName({ ...metric, dataPoints: [...points] })];
    const text = forMetrics.serialize({ resource: emptyResource(), scopeMetrics: [{ scope, metrics }] });
    const [help = '', type = '', ...lines] = text.trimEnd().split('\n');
    const name = type.split(' ')[2] ?? '';
    for (const [index, { attributes }] of points.entries()) {
      const line = lines[index] ?? '';
      labels.set(attributes, line.slice(name.length, line.lastIndexOf(' ') + 1));
    }
    return { text: `${help}\n${type}\n`, name };
  }

  function headingOf(metric: NumericMetric, scope: InstrumentationScope): Heading {
    const unknown = metric.dataPoints.filter(({ attributes }) => !labels.has(attributes));
    const known = headings.get(metric.descriptor);
    if (known !== undefined && unknown.length === 0) return known;
    const heading = learn(metric, unknown.length === 0 ? metric.dataPoints.slice(0, 1) : unknown, scope);
    headings.set(metric.descriptor, heading);
    return heading;
  }

  function targetText(resource: Resource): string {
    if (target?.resource !== resource) {
      const text = forResource.serialize({ resource: withLabelNames(resource), scopeMetrics: [] });
      target = { resource, text: text.slice(0, text.lastIndexOf('\n') + 1) };
    }
    return target.text;
  }

  return ({ resource, scopeMetrics }) => {
    const parts = [targetText(resource)];
    for (const { scope, metrics } of scopeMetrics) {
      for (const metric of metrics) {
        if (!isNumeric(metric)) continue;
        const { text, name } = headingOf(metric, scope);
        parts.push(text);
        for (const { attributes, value } of metric.dataPoints)
          parts.push(name, labels.get(attributes) ?? ' ', numberText(value), '\n');
      }
    }
    return parts.join('');
  };
}

/** @see https://prometheus.io/docs/instrumenting/exposition_formats/ floats as Go's ParseFloat() reads them. */
function numberText(value: number): string {
  return Math.abs(value) === Infinity ? `${value < 0 ? '-' : '+'}Inf` : `${value}`;
}
