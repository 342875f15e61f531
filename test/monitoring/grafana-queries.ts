/** Runs the queries of dashboards as Grafana does: variables in order, then panels. */
import type { DashboardFile, DashboardQuery } from '../helpers/dashboard-files.ts';
import { listAt, textAt } from '../real/json.ts';
import type { PrometheusServer } from '../real/prometheus-server.ts';

/** Values of the variables, and the windows that Grafana would choose. */
export type Variables = ReadonlyMap<string, string>;

const WINDOWS = [
  ['__rate_interval', '30s'],
  ['__range', '60s'],
] as const;

/** Chooses `All` where the variable has it, and otherwise the first value, as Grafana does for a new dashboard. */
export async function chooseVariables(server: PrometheusServer, { variables }: DashboardFile): Promise<Variables> {
  const chosen = new Map<string, string>(WINDOWS);
  for (const variable of variables) {
    if (variable.name === 'datasource') continue;
    const [first] = options(await valuesOf(server, substitute(variable.query, chosen)), variable.regex);
    if (first === undefined) throw new Error(`no value for ${variable.name}: ${substitute(variable.query, chosen)}`);
    chosen.set(variable.name, variable.hasAll ? '.*' : first);
  }
  return chosen;
}

/** The text with the values of variables. @throws if a variable has none. */
export function substitute(text: string, values: Variables): string {
  return text.replaceAll(/\$\{?(\w+)\}?/g, (_, name: string) => {
    const value = values.get(name);
    if (value === undefined) throw new Error(`no variable ${name} in ${text}`);
    return value;
  });
}

/** The values before Grafana applies the regular expression of the variable. */
async function valuesOf(server: PrometheusServer, query: string): Promise<readonly string[]> {
  const [, selector = '', label = ''] = /^label_values\((.*), (\w+)\)$/s.exec(query) ?? [];
  if (label !== '') return listAt(await server.api(`label/${label}/values`, { 'match[]': selector })).map(String);
  const [, expression] = /^query_result\((.*)\)$/s.exec(query) ?? [];
  if (expression === undefined) throw new Error(`unknown query of a variable: ${query}`);
  return (await server.query(expression)).map(
    ({ labels }) => `{${[...labels].map(([name, value]) => `${name}="${value}"`).join()}} 1 1`,
  );
}

function options(values: readonly string[], regex: string): readonly string[] {
  if (regex === '') return values;
  const pattern = new RegExp(regex.slice(1, -1));
  return values.flatMap((value) => {
    const found = pattern.exec(value);
    return found?.groups?.['value'] ?? found?.[1] ?? [];
  });
}

/** The number of series that Grafana would show. @throws the error of Prometheus. */
export async function seriesOf(
  server: PrometheusServer,
  { expression, isRange }: DashboardQuery,
  values: Variables,
): Promise<number> {
  const query = substitute(expression, values);
  if (!isRange) return (await server.query(query)).length;
  const now = Date.now() / 1000;
  const range = { query, start: `${now - 10}`, end: `${now}`, step: '5' };
  const data = await server.api('query_range', range);
  if (textAt(data, 'resultType') !== 'matrix') throw new Error(`no matrix from ${query}`);
  return listAt(data, 'result').length;
}
