import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { emptyResource, type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { type DataPoint, DataPointType, type MetricData } from '@opentelemetry/sdk-metrics';
import type { NumericMetric, ResourceCollection, ScopeCollection } from '../collection.ts';
import type { MetricSet } from '../metric-definition.ts';
import type { ResourceFilter } from '../resource.ts';
import { appendUnit, joinByLabelName } from './prometheus-names.ts';

/** Renders a page. */
export type PageText = (collected: readonly ResourceCollection[]) => string;

interface Heading {
  /** The lines `# HELP` and `# TYPE`. */
  readonly text: string;
  /** The name of the family's samples. */
  readonly name: string;
}

interface Target extends Heading {
  /** The line of `target_info`. */
  readonly sample: string;
}

/**
 * Renders pages with the SDK's Prometheus serializer and caches everything except the values. The serializer spends most of its
 * time on names and labels, which do not change between samples, so it runs once per heading, set of labels and resource.
 *
 * A family appears once on a page. With several resources, labels of the resources identify their series.
 *
 * @param sets the metric sets of the collections
 * @param filter selects the labels of `target_info`
 */
export function createPageText(sets: readonly MetricSet[], filter: ResourceFilter = (resource) => resource): PageText {
  // Without scope labels: they would change the identity of all existing series.
  const forMetrics = new PrometheusSerializer(undefined, false, undefined, true, true);
  const forResource = new PrometheusSerializer(undefined, false, undefined, false, true);
  const headings = new WeakMap<NumericMetric['descriptor'], Heading>();
  /** Labels (`{container_name="web"} `, or a space for none) by attributes object, which the metrics of a container share. */
  const labels = new WeakMap<object, string>();
  const targets = new WeakMap<Resource, Target>();
  /** By resource and scope. */
  const resourceLabels = new WeakMap<Resource, Map<string, string>>();

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

  function headingOf(metric: NumericMetric, scope: ScopeCollection['scope']): Heading {
    const uncached = metric.dataPoints.filter(({ attributes }) => !labels.has(attributes));
    const cached = headings.get(metric.descriptor);
    if (cached !== undefined && uncached.length === 0) return cached;
    const heading = serialize(metric, uncached.length === 0 ? metric.dataPoints.slice(0, 1) : uncached, scope);
    headings.set(metric.descriptor, heading);
    return heading;
  }

  function targetOf(resource: Resource): Target {
    let target = targets.get(resource);
    if (target === undefined) {
      const text = forResource.serialize({ resource: withLabelNames(filter(resource)), scopeMetrics: [] });
      const [help = '', type = '', sample = ''] = text.split('\n');
      target = { text: `${help}\n${type}\n`, name: 'target_info', sample: `${sample}\n` };
      targets.set(resource, target);
    }
    return target;
  }

  /** Renders the resource labels of a scope's series, for example `task_id="...",`. */
  function resourceLabelsOf(resource: Resource, scope: string): string {
    const cached = resourceLabels.get(resource) ?? new Map<string, string>();
    resourceLabels.set(resource, cached);
    let text = cached.get(scope);
    if (text === undefined) {
      const wanted = Object.entries(sets.find((set) => set.scope === scope)?.resourceLabels ?? {});
      const found = wanted.map(([attribute, label]) => [label, resource.attributes[attribute]] as const);
      const present = Object.fromEntries(found.filter(([, value]) => value !== undefined));
      const { sample } = targetOf(resourceFromAttributes(present));
      const list = sample.slice(sample.indexOf('{') + 1, sample.lastIndexOf('}'));
      text = Object.keys(present).length === 0 ? '' : `${list},`;
      cached.set(scope, text);
    }
    return text;
  }

  return (collected) => {
    const families = new Map<string, string[]>();
    const familyOf = ({ name, text }: Heading): string[] => {
      let family = families.get(name);
      if (family === undefined) {
        family = [text];
        families.set(name, family);
      }
      return family;
    };
    for (const { resource, scopes } of collected) {
      const target = targetOf(resource);
      familyOf(target).push(target.sample);
      for (const { scope, metrics } of scopes) {
        const added = collected.length > 1 ? resourceLabelsOf(resource, scope.name) : '';
        for (const { data } of metrics) {
          const heading = headingOf(data, scope);
          const family = familyOf(heading);
          for (const { attributes, value } of data.dataPoints) {
            const own = labels.get(attributes) ?? ' ';
            family.push(heading.name, added === '' ? own : joinLabels(added, own), numberText(value), '\n');
          }
        }
      }
    }
    return [...families.values()].map((family) => family.join('')).join('');
  };
}

function joinLabels(added: string, own: string): string {
  return own === ' ' ? `{${added.slice(0, -1)}} ` : `{${added}${own.slice(1)}`;
}

/** @see https://prometheus.io/docs/instrumenting/exposition_formats/ floats as Go's ParseFloat() reads them. */
function numberText(value: number): string {
  return Math.abs(value) === Infinity ? `${value < 0 ? '-' : '+'}Inf` : `${value}`;
}

/** Appends the unit to the name; the SDK's serializer only appends `_total`. */
function withPrometheusName(metric: MetricData): MetricData {
  const { name, unit } = metric.descriptor;
  if (unit === '') return metric;
  const named = appendUnit(name, unit, metric.dataPointType === DataPointType.GAUGE);
  // For a unit, the serializer would print a line `# UNIT`, which the text format does not have.
  return { ...metric, descriptor: { ...metric.descriptor, name: named, unit: '' } };
}

/**
 * Converts the attributes of a resource to labels. The SDK's serializer prints a name that begins with a digit, and prints
 * `a.b` and `a_b` as a repeated label. Prometheus rejects the page for either, and OTEL_RESOURCE_ATTRIBUTES can cause both.
 */
function withLabelNames(resource: Resource): Resource {
  const texts = Object.entries(resource.attributes).map(
    ([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)] as const,
  );
  return resourceFromAttributes(Object.fromEntries(joinByLabelName(texts).map(({ label, value }) => [label, value])));
}
