/** Converts a page and an export to a common form. */
import { asValues, pushedValues, sorted } from '../helpers/otlp-as-prometheus.ts';
import { metricsOf, type OtlpExport, type OtlpMetric } from '../helpers/otlp-export.ts';
import { type Exposition, parseExposition } from '../real/exposition.ts';

export interface Content {
  /** Name, type and description of each family of series. */
  readonly families: readonly (readonly [name: string, type: string, description: string])[];
  readonly values: readonly (readonly [series: string, value: number])[];
  /** Labels of `target_info`. */
  readonly resource: readonly (readonly [label: string, value: string])[];
}

export function contentOfPage(page: string): Content {
  const exposition = parseExposition(page);
  const types = announced(page, 'TYPE');
  const descriptions = announced(page, 'HELP');
  const families = [...types].filter(([name]) => name !== TARGET_INFO);
  return {
    families: families.map(([name, type]) => [name, type, descriptions.get(name) ?? ''] as const).toSorted(byFirst),
    values: sorted(asValues(withoutResource(exposition))),
    resource: [...(exposition.series.find(isResource)?.labels ?? [])].toSorted(byFirst),
  };
}

/** Translates an export as the specification does. */
export function contentOfExport(exported: OtlpExport): Content {
  const metrics = metricsOf(exported);
  const families = metrics.map(
    (metric) => [familyOf(metric), metric.isMonotonic ? 'counter' : 'gauge', metric.description] as const,
  );
  return {
    families: families.toSorted(byFirst),
    // Per point, because a map would hide repeated series.
    values: metrics
      .flatMap((metric) => metric.points.flatMap((point) => [...pushedValues([{ ...metric, points: [point] }])]))
      .toSorted(byFirst),
    resource: [...exported.resource]
      .map(([name, value]) => [name.replaceAll('.', '_'), String(value)] as const)
      .toSorted(byFirst),
  };
}

const TARGET_INFO = 'target_info';

const isResource = ({ name }: { readonly name: string }): boolean => name === TARGET_INFO;

const withoutResource = ({ series }: Exposition): Exposition['series'] => series.filter((one) => !isResource(one));

const byFirst = ([a]: readonly [string, ...unknown[]], [b]: readonly [string, ...unknown[]]): number =>
  a < b ? -1 : 1;

/** Lines like `# TYPE name text`. */
function announced(page: string, what: 'TYPE' | 'HELP'): ReadonlyMap<string, string> {
  const lines = page.matchAll(new RegExp(`^# ${what} (\\S+) (.*)$`, 'gm'));
  return new Map([...lines].map(([, name = '', text = '']) => [name, text]));
}

function familyOf(metric: OtlpMetric): string {
  const [series = ''] = pushedValues([{ ...metric, points: metric.points.slice(0, 1) }]).keys();
  return series.split(' ', 1)[0] ?? '';
}
