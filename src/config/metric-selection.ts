import { catalogueRows, DEFAULT_SELECTION, type RowId, type Selection } from '../metrics/catalogue.ts';
import type { MetricRow } from '../metrics/row.ts';
import { ECS_PREFIX, VOCABULARIES, type VocabularyName } from '../metrics/vocabulary.ts';
import { compileGlob } from '../text/globs.ts';
import { nearest } from '../text/nearest.ts';
import { itemError, type Parsed } from './option.ts';

/** The value of --metrics: the selected rows, and the items that select them. */
export interface MetricSelection extends Selection {
  readonly items: readonly string[];
  readonly isEmpty: boolean;
}

/**
 * Evaluates a list from left to right: `default`, `all` and patterns add rows, `-pattern` removes rows. A list that begins
 * with a removal starts from `default`.
 *
 * Patterns match every name of a row: `cpu_usage_ratio`, `ecs_task_cpu_usage_ratio`, `ecs_task.cpu_usage_ratio`,
 * `container.cpu.time`. A pattern that matches no metric is an error, because it is most likely a typo.
 */
export function selectMetrics(items: readonly string[]): Parsed<MetricSelection> {
  const selected = new Set(items[0]?.startsWith('-') === true ? keysWhere(DEFAULT_SELECTION.has) : []);
  for (const [index, item] of items.entries()) {
    const isRemoval = item.startsWith('-');
    const keys = keysOf(isRemoval ? item.slice(1) : item);
    if ('error' in keys) return { error: itemError(item, index, keys.error) };
    for (const key of keys.value) isRemoval ? selected.delete(key) : selected.add(key);
  }
  const has: Selection['has'] = (row, vocabulary) => selected.has(keyOf(row, vocabulary));
  return { value: { items, isEmpty: selected.size === 0, has } };
}

function keysOf(item: string): Parsed<readonly string[]> {
  if (item === 'all') return { value: keysWhere(() => true) };
  if (item === 'default') return { value: keysWhere(DEFAULT_SELECTION.has) };
  const glob = compileGlob(item);
  if ('error' in glob) return glob;
  const matching = new Set(catalogueRows().flatMap(([id, row]) => (namesOf(id, row).some(glob.matches) ? [id] : [])));
  if (matching.size > 0) return { value: keysWhere((id) => matching.has(id)) };
  const meant = nearestName(item);
  return { error: `matches no metric${meant === undefined ? '' : `; did you mean "${meant}"?`}` };
}

/** The nearest name; for a pattern that ends in `*`, the nearest beginning of names. */
function nearestName(item: string): string | undefined {
  const names = catalogueRows().flatMap(([id, row]) => namesOf(id, row));
  if (!item.endsWith('*')) return nearest(item, ['default', 'all', ...names]);
  const beginnings = names.flatMap((name) => [...name.matchAll(/[._]/g)].map(({ index }) => name.slice(0, index + 1)));
  const meant = nearest(item.slice(0, -1), [...new Set(beginnings)]);
  return meant === undefined ? undefined : `${meant}*`;
}

function keysWhere(matches: (id: RowId, vocabulary: VocabularyName) => boolean): readonly string[] {
  return catalogueRows().flatMap(([id]) =>
    VOCABULARIES.filter((vocabulary) => matches(id, vocabulary)).map((vocabulary) => keyOf(id, vocabulary)),
  );
}

function keyOf(row: RowId, vocabulary: VocabularyName): string {
  return `${vocabulary} ${row}`;
}

/** The names of a row: in the catalogue, on ecs pages, and as OpenTelemetry instruments. */
function namesOf(id: RowId, { ecs, semconv, kind }: MetricRow): readonly string[] {
  const { container, task, exporter } = semconv ?? {};
  const own = ecs === undefined ? [] : [ecs.name, `${ECS_PREFIX}${ecs.name}`];
  const onPage = own.map((name) => `${name.replace('.', '_')}${kind === 'counter' ? '_total' : ''}`);
  return [id, ...own, ...onPage, ...[container, task, exporter].filter((name) => name !== undefined)];
}
