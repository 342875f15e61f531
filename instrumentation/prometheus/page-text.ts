import type { ResourceCollection } from '../collection.ts';
import type { Heading, SeriesText } from './series-text.ts';

/** Renders a page. */
export type PageText = (collected: readonly ResourceCollection[]) => string;

/** Renders pages in Prometheus' text format. A family appears once on a page, even with several resources. */
export function createPageText({ headingOf, labelsOf, targetOf }: SeriesText): PageText {
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
        const labels = labelsOf(resource, scope.name, collected.length === 1);
        for (const { data } of metrics) {
          const heading = headingOf(data, scope);
          const family = familyOf(heading);
          for (const { attributes, value } of data.dataPoints)
            family.push(heading.name, labels(attributes), numberText(value), '\n');
        }
      }
    }
    return [...families.values()].map((family) => family.join('')).join('');
  };
}

/** @see https://prometheus.io/docs/instrumenting/exposition_formats/ floats as Go's ParseFloat() reads them. */
export function numberText(value: number): string {
  return Math.abs(value) === Infinity ? `${value < 0 ? '-' : '+'}Inf` : `${value}`;
}
