import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import type { MetricSet } from '../metric-definition.ts';
import { joinByLabelName } from './prometheus-names.ts';

/** Adds the resource's labels to the rendered labels of a series, `{a="b"} ` or a space. */
type Join = (attributes: object, own: string) => string;

export interface ResourceLabelsOptions {
  readonly sets: readonly MetricSet[];
  readonly isSelected: ((attribute: string) => boolean) | undefined;
  /** Renders attributes as `name{a="b",c="d"} 1`. */
  readonly render: (attributes: Resource['attributes']) => string;
}

const LABEL = /([a-zA-Z_]\w*)="(?:[^"\\]|\\.)*"/g;

/**
 * Labels of a resource on its series: the selected attributes and, if the page has several resources, the identifying attributes
 * of the metric set. A label of the metric takes precedence over a label of the resource with the same name, because Prometheus
 * rejects a repeated label.
 *
 * @returns a function that returns undefined if there is nothing to add to the series of this resource and scope
 */
export function createResourceLabels({ sets, isSelected, render }: ResourceLabelsOptions) {
  const joins = new WeakMap<Resource, Map<string, Join | undefined>>();

  function create(resource: Resource, scope: string, isOnlyResource: boolean): Join | undefined {
    const identifying = isOnlyResource ? {} : (sets.find((set) => set.scope === scope)?.resourceLabels ?? {});
    const labels = new Map<string, Resource['attributes'][string]>();
    if (isSelected !== undefined) {
      const { attributes } = resource;
      const selected = Object.entries(attributes).filter(([name]) => isSelected(name));
      const named = withLabelNames(resourceFromAttributes(Object.fromEntries(selected)));
      for (const [label, value] of Object.entries(named.attributes)) labels.set(label, value);
    }
    for (const [attribute, label] of Object.entries(identifying)) {
      const value = resource.attributes[attribute];
      if (value !== undefined) labels.set(label, value);
    }
    const rendered = [...render(Object.fromEntries(labels)).matchAll(LABEL)];
    return rendered.length === 0 ? undefined : createJoin(rendered.map(([text, label = '']) => ({ text, label })));
  }

  return (resource: Resource, scope: string, isOnlyResource: boolean): Join | undefined => {
    if (isOnlyResource && isSelected === undefined) return undefined;
    const key = `${isOnlyResource} ${scope}`;
    const cached = joins.get(resource) ?? new Map<string, Join | undefined>();
    joins.set(resource, cached);
    if (!cached.has(key)) cached.set(key, create(resource, scope, isOnlyResource));
    return cached.get(key);
  };
}

function createJoin(added: readonly { readonly label: string; readonly text: string }[]): Join {
  const joined = new WeakMap<object, string>();
  return (attributes, own) => {
    let text = joined.get(attributes);
    if (text === undefined) {
      const names = new Set([...own.matchAll(LABEL)].map(([, label]) => label));
      const list = added.filter(({ label }) => !names.has(label)).map((label) => label.text);
      if (own !== ' ') list.push(own.slice(1, own.lastIndexOf('}')));
      text = `{${list.join(',')}} `;
      joined.set(attributes, text);
    }
    return text;
  };
}

/**
 * Converts the attributes of a resource to labels. The SDK's serializer prints a name that begins with a digit, and prints
 * `a.b` and `a_b` as a repeated label. Prometheus rejects the page for either, and OTEL_RESOURCE_ATTRIBUTES can cause both.
 */
export function withLabelNames(resource: Resource): Resource {
  const texts = Object.entries(resource.attributes).map(
    ([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)] as const,
  );
  return resourceFromAttributes(Object.fromEntries(joinByLabelName(texts).map(({ label, value }) => [label, value])));
}
