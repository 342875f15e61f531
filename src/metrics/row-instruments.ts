import type { InstrumentKind, MetricDefinition, MetricSet } from '../../instrumentation/metric-definition.ts';
import { catalogueRows, DEFAULT_SELECTION, type RowId, type Selection } from './catalogue.ts';
import { isSampled, LEVELS, type Level, type MetricRow } from './row.ts';
import { ECS_PREFIX, SCOPES, type VocabularyName } from './vocabulary.ts';

/** The instruments of a row in one vocabulary. */
export type LevelDefinitions = Readonly<Partial<Record<Level, MetricDefinition>>>;

export type RowDefinitions = Readonly<Record<VocabularyName, LevelDefinitions>>;

function defineRows(): ReadonlyMap<RowId, RowDefinitions> {
  const byName = new Map<string, MetricDefinition>();
  const intern = (definition: MetricDefinition): MetricDefinition => {
    const known = byName.get(definition.name);
    if (known !== undefined) return known;
    byName.set(definition.name, definition);
    return definition;
  };
  const rows = new Map<RowId, RowDefinitions>();
  for (const [id, row] of catalogueRows()) {
    const definitions: Record<VocabularyName, Partial<Record<Level, MetricDefinition>>> = { ecs: {}, semconv: {} };
    for (const level of LEVELS) {
      const ecs = ecsDefinition(row, level);
      if (ecs !== undefined) definitions.ecs[level] = intern(ecs);
      const semconv = semconvDefinition(row, level);
      if (semconv !== undefined) definitions.semconv[level] = intern(semconv);
    }
    rows.set(id, definitions);
  }
  return rows;
}

/** Without a unit, which would add a suffix to the name where OTLP is converted to Prometheus. */
function ecsDefinition(row: MetricRow, level: Level): MetricDefinition | undefined {
  if (row.ecs === undefined || row[level] === undefined) return undefined;
  const { kind, valueType, description } = row;
  return { name: `${ECS_PREFIX}${row.ecs.name}`, kind, valueType, unit: '', description };
}

function semconvDefinition(row: MetricRow, level: Level): MetricDefinition | undefined {
  const name = row.semconv?.[level];
  if (row.semconv === undefined || name === undefined) return undefined;
  const kind: InstrumentKind = row.semconv.kind ?? row.kind;
  const { unit, description = row.description, taskDescription } = row.semconv;
  const text = level === 'task' ? (taskDescription ?? description) : description;
  return { name, kind, valueType: row.valueType, unit, description: text };
}

/** The instruments of the selected rows of a vocabulary, ready to register. */
export function metricSet(
  vocabulary: VocabularyName,
  version: string,
  selection: Selection = DEFAULT_SELECTION,
): MetricSet {
  const metrics = new Set<MetricDefinition>();
  for (const [row, definitions] of ROW_DEFINITIONS) {
    if (!selection.has(row, vocabulary)) continue;
    for (const level of LEVELS) {
      const definition = definitions[vocabulary][level];
      if (definition !== undefined) metrics.add(definition);
    }
  }
  return { scope: SCOPES[vocabulary], version, metrics: [...metrics] };
}

/**
 * The instruments of all rows. Rows that share a name (two directions of one metric) share the definition. A reading refers
 * to its instrument by this object.
 */
export const ROW_DEFINITIONS: ReadonlyMap<RowId, RowDefinitions> = defineRows();

/** One instrument that exports the values of a row. */
export interface RowInstrument {
  readonly row: RowId;
  readonly vocabulary: VocabularyName;
  readonly metric: MetricDefinition;
  /** Rounded to 4 digits. */
  readonly isRounded: boolean;
  /** True if values have the time of the container's sample, not that of the poll. */
  readonly isSampled: boolean;
}

/** The selected instruments, looked up once rather than for each value of each sample. */
export interface RowInstruments {
  readonly vocabularies: readonly VocabularyName[];
  /** The instruments of a row at a level, at most one per vocabulary. */
  of(row: RowId, level: Level): readonly RowInstrument[];
}

const NONE: readonly RowInstrument[] = [];

export function createRowInstruments(
  vocabularies: readonly VocabularyName[],
  selection: Selection = DEFAULT_SELECTION,
): RowInstruments {
  const columns: Readonly<Record<Level, Map<RowId, RowInstrument[]>>> = {
    container: new Map(),
    task: new Map(),
    exporter: new Map(),
  };
  for (const [row, definition] of catalogueRows()) {
    for (const vocabulary of vocabularies.filter((each) => selection.has(row, each))) {
      const { container, task, exporter } = ROW_DEFINITIONS.get(row)?.[vocabulary] ?? {};
      for (const [level, metric] of Object.entries({ container, task, exporter })) {
        if (metric === undefined || !isLevel(level)) continue;
        const list = columns[level].get(row) ?? [];
        columns[level].set(row, [...list, { row, vocabulary, metric, ...traitsOf(definition, vocabulary) }]);
      }
    }
  }
  return { vocabularies, of: (row, level) => columns[level].get(row) ?? NONE };
}

function traitsOf(row: MetricRow, vocabulary: VocabularyName): Pick<RowInstrument, 'isRounded' | 'isSampled'> {
  return { isRounded: vocabulary === 'ecs' && row.ecs?.isRounded === true, isSampled: isSampled(row) };
}

function isLevel(name: string): name is Level {
  return name === 'container' || name === 'task' || name === 'exporter';
}
