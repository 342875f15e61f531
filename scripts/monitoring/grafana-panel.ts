import {
  BigValueColorMode,
  BigValueGraphMode,
  type DataSourceRef,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  type DataTransformerConfig,
  type DynamicConfigValue,
  MappingType,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMap,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StatesBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as LinesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import type { Panel, Query } from './panel.ts';

export const DATASOURCE: DataSourceRef = { type: 'prometheus', uid: '$datasource' };

/** Samples of a task, and its network counters, are up to 10 s apart: shorter rates alternate. */
const MIN_STEP = '1m';

const HEIGHTS = { stat: 4, lines: 8, states: 6, table: 8 } as const;

type PanelBuilder = StatBuilder | LinesBuilder | StatesBuilder | TableBuilder;

export function grafanaPanel(panel: Panel, id: number): PanelBuilder {
  const builder = builderOf(panel)
    .id(id)
    .title(panel.title)
    .description(fullDescription(panel))
    .datasource(DATASOURCE)
    .unit(panel.unit)
    .span(panel.width)
    .height(HEIGHTS[panel.kind])
    .targets(panel.queries.map((query, index) => target(query, refId(index), panel.kind)))
    .thresholds(thresholds(panel));
  if (panel.queries.some(({ expression }) => expression.includes('$__rate_interval'))) builder.interval(MIN_STEP);
  if (isCount(panel.unit) && panel.kind !== 'table') builder.decimals(0);
  if (panel.noValue !== undefined) builder.noValue(panel.noValue);
  if (panel.texts !== undefined) builder.mappings([valueMap(panel.texts)]);
  return builder;
}

function builderOf(panel: Panel): PanelBuilder {
  switch (panel.kind) {
    case 'stat':
      return new StatBuilder()
        .graphMode(BigValueGraphMode.None)
        .colorMode(panel.texts || panel.thresholds ? BigValueColorMode.Value : BigValueColorMode.None)
        .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']));
    case 'states':
      return new StatesBuilder().showValue(VisibilityMode.Never).rowHeight(0.8);
    case 'table':
      return tableBuilder(panel);
    case 'lines':
      return new LinesBuilder()
        .min(0)
        .fillOpacity(10)
        .showPoints(VisibilityMode.Never)
        .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
        .legend(
          new VizLegendOptionsBuilder()
            .showLegend(true)
            .displayMode(LegendDisplayMode.List)
            .placement(LegendPlacement.Bottom),
        );
  }
}

/** One row for each combination of the label columns, and one column for each query. */
function tableBuilder({ queries, columns = [] }: Panel): TableBuilder {
  const builder = new TableBuilder().transformations(tableTransformations(queries, columns));
  for (const { title, link } of columns) {
    if (link === undefined) continue;
    builder.overrideByName(title, [{ id: 'links', value: [{ title: 'Open', url: link }] }]);
  }
  for (const { legend, unit } of queries) {
    if (unit === undefined) continue;
    const decimals: readonly DynamicConfigValue[] = isCount(unit) ? [{ id: 'decimals', value: 0 }] : [];
    builder.overrideByName(legend, [{ id: 'unit', value: unit }, ...decimals]);
  }
  return builder;
}

function tableTransformations(
  queries: readonly Query[],
  columns: NonNullable<Panel['columns']>,
): DataTransformerConfig[] {
  const names = Object.fromEntries([
    ...columns.map(({ label, title }) => [label, title]),
    ...queries.map(({ legend }, index) => [`Value #${refId(index)}`, legend]),
  ]);
  const order = Object.fromEntries(Object.keys(names).map((name, index) => [name, index]));
  return [
    { id: 'merge', options: {} },
    { id: 'organize', options: { excludeByName: { Time: true }, indexByName: order, renameByName: names } },
  ];
}

function target({ expression, legend }: Query, ref: string, kind: Panel['kind']): DataqueryBuilder {
  const query = new DataqueryBuilder().refId(ref).expr(expression).legendFormat(legend).datasource(DATASOURCE);
  if (kind === 'table') return query.instant().format(PromQueryFormat.Table);
  return kind === 'stat' ? query.instant() : query.range();
}

/** `increase()` extrapolates, so counts are not whole numbers. */
function isCount(unit: string): boolean {
  return unit === 'short' || unit === 'none';
}

/** `A` for the first query of a panel. */
function refId(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}

function thresholds({ thresholds: limits }: Panel): ThresholdsConfigBuilder {
  const [yellow, red] = limits ?? [];
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps([
      { value: null, color: 'green' },
      ...(yellow === undefined ? [] : [{ value: yellow, color: 'yellow' }]),
      ...(red === undefined ? [] : [{ value: red, color: 'red' }]),
    ]);
}

function valueMap([one, zero]: NonNullable<Panel['texts']>): ValueMap {
  const options = { '1': { text: one, color: 'green' }, '0': { text: zero, color: 'red' } };
  return { type: MappingType.ValueToText, options };
}

/** The description, and the conditions of queries that can have no results. */
function fullDescription({ description, queries }: Panel): string {
  const notes = queries.flatMap(({ legend, onlyIf }) =>
    onlyIf === undefined ? [] : [`${legend.replaceAll(/: \{\{\w+\}\}/g, '')}: only ${onlyIf}.`],
  );
  return [description, ...notes].join('\n\n');
}
