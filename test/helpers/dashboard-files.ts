/** The committed dashboards, as Grafana reads them. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DASHBOARDS } from '../../scripts/monitoring/dashboards.ts';
import type { VocabularyName } from '../../src/metrics/vocabulary.ts';
import { at, listAt, numberAt, textAt } from '../real/json.ts';

export interface DashboardQuery {
  readonly legend: string;
  readonly expression: string;
  readonly isRange: boolean;
  readonly datasource: unknown;
}

export interface DashboardPanel {
  readonly id: number;
  readonly kind: string;
  readonly title: string;
  readonly description: string;
  readonly unit: unknown;
  readonly noValue: unknown;
  readonly datasource: unknown;
  readonly grid: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly queries: readonly DashboardQuery[];
}

export interface DashboardVariable {
  readonly name: string;
  readonly query: string;
  readonly regex: string;
  readonly hasAll: boolean;
}

export interface DashboardFile {
  readonly name: string;
  readonly path: string;
  readonly uid: string;
  readonly text: string;
  /** Rows included. */
  readonly panels: readonly DashboardPanel[];
  readonly variables: readonly DashboardVariable[];
}

export function dashboardFiles(vocabulary: VocabularyName): readonly DashboardFile[] {
  return DASHBOARDS.map((name) => {
    const path = `monitoring/dashboards/${name}-${vocabulary}.json`;
    const text = readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
    const json: unknown = JSON.parse(text);
    return {
      name,
      path,
      uid: textAt(json, 'uid'),
      text,
      panels: listAt(json, 'panels').map(panelOf),
      variables: listAt(json, 'templating', 'list').map(variableOf),
    };
  });
}

function panelOf(json: unknown): DashboardPanel {
  const grid = (name: string) => numberAt(json, 'gridPos', name);
  return {
    id: numberAt(json, 'id'),
    kind: textAt(json, 'type'),
    title: textAt(json, 'title'),
    description: String(at(json, 'description') ?? ''),
    unit: at(json, 'fieldConfig', 'defaults', 'unit'),
    noValue: at(json, 'fieldConfig', 'defaults', 'noValue'),
    datasource: at(json, 'datasource'),
    grid: { x: grid('x'), y: grid('y'), w: grid('w'), h: grid('h') },
    queries: listAt(json, 'targets').map((target) => ({
      legend: textAt(target, 'legendFormat'),
      expression: textAt(target, 'expr'),
      isRange: at(target, 'range') === true,
      datasource: at(target, 'datasource'),
    })),
  };
}

function variableOf(json: unknown): DashboardVariable {
  const query = at(json, 'query');
  return {
    name: textAt(json, 'name'),
    query: typeof query === 'string' ? query : textAt(query, 'query'),
    regex: String(at(json, 'regex') ?? ''),
    hasAll: at(json, 'includeAll') === true,
  };
}
