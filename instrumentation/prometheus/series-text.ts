import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { emptyResource, type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { type DataPoint, DataPointType, type MetricData } from '@opentelemetry/sdk-metrics';
import type { NumericMetric, ScopeCollection } from '../collection.ts';
import type { MetricSet } from '../metric-definition.ts';
import type { ResourceFilter } from '../resource.ts';
import { appendUnit } from './prometheus-names.ts';
import { createResourceLabels, withLabelNames } from './resource-labels.ts';

export interface Heading {
  /** The lines `# HELP` and `# TYPE` of the text format. */
  readonly text: string;
  /** The name of the family's samples. */
  readonly name: string;
}

export interface Target extends Heading {
  /** The line of `target_info`. */
  readonly sample: string;
}

/** The parts of a page that do not change between samples: everything except the values. */
export interface SeriesText {
  headingOf(metric: NumericMetric, scope: ScopeCollection['scope']): Heading;
  /**
   * Returns a function that renders the labels of a series of this scope: `{container_name="web"} `, or a space for none. Call
   * it after `headingOf` of the metric.
   */
  labelsOf(resource: Resource, scope: string, isOnlyResource: boolean): (attributes: object) => string;
  targetOf(resource: Resource): Target;
}

export interface SeriesTextOptions {
  /** The metric sets of the collections. */
  readonly sets: readonly MetricSet[];
  /** Selects the labels of `target_info`. @default all attributes of the resource */
  readonly filter?: ResourceFilter | undefined;
  /** Selects the attributes of the resource that become labels of its series. @default none */
  readonly isResourceLabel?: ((attribute: string) => boolean) | undefined;
}

/**
 * Renders with the SDK's Prometheus serializer, and caches the result. The serializer spends most of its time on names and
 * labels, so it runs once per heading, set of labels and resource.
 */
export function createSeriesText({ sets, filter, isResourceLabel }: SeriesTextOptions): SeriesText {
  // Without scope labels: they would change the identity of all existing series.
  const forMetrics = new PrometheusSerializer(undefined, false, undefined, true, true);
  const forResource = new PrometheusSerializer(undefined, false, undefined, false, true);
  const headings = new WeakMap<NumericMetric['descriptor'], Heading>();
  /** By attributes object, which the metrics of a container share. */
  const labels = new WeakMap<object, string>();
  const targets = new WeakMap<Resource, Target>();
  const ownLabelsOf = (attributes: object): string => labels.get(attributes) ?? ' ';
  const renderTarget = (resource: Resource): readonly string[] =>
    forResource.serialize({ resource: withLabelNames(resource), scopeMetrics: [] }).split('\n');
  const resourceLabels = createResourceLabels({
    sets,
    isSelected: isResourceLabel,
    render: (attributes) => renderTarget(resourceFromAttributes(attributes))[2] ?? '',
  });

  /** Runs the serializer: caches the labels of the points, and returns the heading. */
  function serialize(
    metric: NumericMetric,
    points: readonly DataPoint<number>[],
    scope: ScopeCollection['scope'],
  ): Heading {
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

  return {
    headingOf(metric, scope) {
      const uncached = metric.dataPoints.filter(({ attributes }) => !labels.has(attributes));
      const cached = headings.get(metric.descriptor);
      if (cached !== undefined && uncached.length === 0) return cached;
      const heading = serialize(metric, uncached.length === 0 ? metric.dataPoints.slice(0, 1) : uncached, scope);
      headings.set(metric.descriptor, heading);
      return heading;
    },
    labelsOf(resource, scope, isOnlyResource) {
      const join = resourceLabels(resource, scope, isOnlyResource);
      return join === undefined ? ownLabelsOf : (attributes) => join(attributes, ownLabelsOf(attributes));
    },
    targetOf(resource) {
      let target = targets.get(resource);
      if (target === undefined) {
        const [help = '', type = '', sample = ''] = renderTarget(filter?.(resource) ?? resource);
        target = { text: `${help}\n${type}\n`, name: 'target_info', sample: `${sample}\n` };
        targets.set(resource, target);
      }
      return target;
    },
  };
}

/** Appends the unit to the name; the SDK's serializer only appends `_total`. */
function withPrometheusName(metric: MetricData): MetricData {
  const { name, unit } = metric.descriptor;
  if (unit === '') return metric;
  const named = appendUnit(name, unit, metric.dataPointType === DataPointType.GAUGE);
  // With a unit, the serializer would print a `# UNIT` line, which the text format does not have.
  return { ...metric, descriptor: { ...metric.descriptor, name: named, unit: '' } };
}
