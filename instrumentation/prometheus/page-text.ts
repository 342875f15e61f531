import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { emptyResource, type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import type { DataPoint } from '@opentelemetry/sdk-metrics';
import type { NumericMetric, ResourceCollection, ScopeCollection } from '../collection.ts';
import type { MetricSet } from '../metric-definition.ts';
import { withPrometheusName } from './prometheus-names.ts';
import { withLabelNames } from './resource-labels.ts';

/** Makes the text of a page out of what each resource showed. */
export type PageText = (collected: readonly ResourceCollection[]) => string;

/** What stays the same of a metric: `# HELP` and `# TYPE` with their ends of line, and the name of its samples. */
interface Heading {
  readonly text: string;
  readonly name: string;
}

/**
 * The SDK's Prometheus serializer, asked once for what does not change. A page is the same from sample to sample but for its
 * numbers, and making names and labels out of attributes is nearly all of the serializer's work: so it writes each heading,
 * each set of labels and the resource once, and what it wrote is used again as long as they last. Each metric has a name of its
 * own on the page; those of several resources stand together, and labels of their resources tell them apart.
 *
 * @param sets what the collections are of
 */
export function createPageText(sets: readonly MetricSet[]): PageText {
  // Without scopes as labels: they would change every old series.
  const forMetrics = new PrometheusSerializer(undefined, false, undefined, true, true);
  const forResource = new PrometheusSerializer(undefined, false, undefined, false, true);
  const headings = new WeakMap<NumericMetric['descriptor'], Heading>();
  /** By the object of attributes, which the metrics of one container share: `{container_name="web"} `, or a space. */
  const labels = new WeakMap<object, string>();
  const targets = new WeakMap<Resource, Heading & { readonly sample: string }>();
  /** By resource and scope. */
  const resourceLabels = new WeakMap<Resource, Map<string, string>>();

  function learn(
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
    const unknown = metric.dataPoints.filter(({ attributes }) => !labels.has(attributes));
    const known = headings.get(metric.descriptor);
    if (known !== undefined && unknown.length === 0) return known;
    const heading = learn(metric, unknown.length === 0 ? metric.dataPoints.slice(0, 1) : unknown, scope);
    headings.set(metric.descriptor, heading);
    return heading;
  }

  function targetOf(resource: Resource): Heading & { readonly sample: string } {
    let target = targets.get(resource);
    if (target === undefined) {
      const text = forResource.serialize({ resource: withLabelNames(resource), scopeMetrics: [] });
      const [help = '', type = '', sample = ''] = text.split('\n');
      target = { text: `${help}\n${type}\n`, name: 'target_info', sample: `${sample}\n` };
      targets.set(resource, target);
    }
    return target;
  }

  /** `task_id="...",` for the series of a scope, as the serializer writes it. */
  function resourceLabelsOf(resource: Resource, scope: string): string {
    const known = resourceLabels.get(resource) ?? new Map<string, string>();
    resourceLabels.set(resource, known);
    let text = known.get(scope);
    if (text === undefined) {
      const wanted = Object.entries(sets.find((set) => set.scope === scope)?.resourceLabels ?? {});
      const found = wanted.map(([attribute, label]) => [label, resource.attributes[attribute]] as const);
      const told = Object.fromEntries(found.filter(([, value]) => value !== undefined));
      const { sample } = targetOf(resourceFromAttributes(told));
      text = Object.keys(told).length === 0 ? '' : `${sample.slice(sample.indexOf('{') + 1, sample.lastIndexOf('}'))},`;
      known.set(scope, text);
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
            family.push(heading.name, added === '' ? own : withLabels(own, added), numberText(value), '\n');
          }
        }
      }
    }
    return [...families.values()].map((family) => family.join('')).join('');
  };
}

function withLabels(own: string, added: string): string {
  return own === ' ' ? `{${added.slice(0, -1)}} ` : `{${added}${own.slice(1)}`;
}

/** @see https://prometheus.io/docs/instrumenting/exposition_formats/ floats as Go's ParseFloat() reads them. */
function numberText(value: number): string {
  return Math.abs(value) === Infinity ? `${value < 0 ? '-' : '+'}Inf` : `${value}`;
}
