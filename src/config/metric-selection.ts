import { catalogueRows, DEFAULT_SELECTION, type RowId, type Selection } from '../metrics/catalogue.ts';
import type { MetricRow } from '../metrics/row.ts';
import { ECS_PREFIX, VOCABULARIES, type VocabularyName } from '../metrics/vocabulary.ts';
import { compileGlob } from '../text/globs.ts';
import { nearest } from '../text/nearest.ts';

/** What `--metrics` is where nobody gave it. */
export const DEFAULT_METRICS: readonly string[] = ['default'];

/**
 * Reads a list from left to right: `default` and `all` and patterns add rows, `-pattern` takes rows away. A list that
 * begins with taking away begins from `default`.
 *
 * Patterns are over the names that a row has anywhere: `cpu_usage_ratio`, `ecs_task_cpu_usage_ratio`,
 * `ecs_task.cpu_usage_ratio`, `container.cpu.time`.
 *
 * @returns what is wrong as the end of a sentence where a pattern is none, or fits no metric: most likely a slip.
 */
export function selectMetrics(items: readonly string[]): Selection | { readonly wrong: string } {
  const wanted = new Set<string>();
  const start = items[0]?.startsWith('-') === true ? DEFAULT_METRICS : [];
  for (const [index, item] of [...start, ...items].entries()) {
    const isRemoval = item.startsWith('-');
    const keys = keysOf(isRemoval ? item.slice(1) : item);
    const place = `(item ${index + 1 - start.length})`;
    if ('wrong' in keys) return { wrong: `${keys.wrong} ${place}` };
    if (keys.length === 0) {
      const meant = nearestName(isRemoval ? item.slice(1) : item);
      const hint = meant === undefined ? '' : `: did you mean ${meant}?`;
      return { wrong: `must be names or patterns of metrics; one fits none ${place}${hint}` };
    }
    for (const key of keys) isRemoval ? wanted.delete(key) : wanted.add(key);
  }
  return { has: (row, vocabulary) => wanted.has(keyOf(row, vocabulary)) };
}

/** @throws a RangeError for a list that `selectMetrics` finds wrong; a Config holds none such. */
export function selectionOf(items: readonly string[]): Selection {
  const selection = selectMetrics(items);
  if ('wrong' in selection) throw new RangeError(`metrics ${selection.wrong}`);
  return selection;
}

function keysOf(item: string): readonly string[] | { readonly wrong: string } {
  if (item === 'all') return keysWhere(() => true);
  if (item === 'default') return keysWhere(DEFAULT_SELECTION.has);
  const glob = compileGlob(item);
  if ('wrong' in glob) return { wrong: 'must be names or patterns of metrics; a [ has no ] after it' };
  const fitting = new Set(catalogueRows().flatMap(([id, row]) => (namesOf(id, row).some(glob.matches) ? [id] : [])));
  return keysWhere((id) => fitting.has(id));
}

/** The name that was probably meant; for a pattern that ends in `*`, the beginning of names that was. */
function nearestName(item: string): string | undefined {
  const names = catalogueRows().flatMap(([id, row]) => namesOf(id, row));
  if (!item.endsWith('*')) return nearest(item, ['default', 'all', ...names]);
  const beginnings = names.flatMap((name) => [...name.matchAll(/[._]/g)].map(({ index }) => name.slice(0, index + 1)));
  const meant = nearest(item.slice(0, -1), [...new Set(beginnings)]);
  return meant === undefined ? undefined : `${meant}*`;
}

function keysWhere(fits: (id: RowId, vocabulary: VocabularyName) => boolean): readonly string[] {
  return catalogueRows().flatMap(([id]) =>
    VOCABULARIES.filter((vocabulary) => fits(id, vocabulary)).map((vocabulary) => keyOf(id, vocabulary)),
  );
}

function keyOf(row: RowId, vocabulary: VocabularyName): string {
  return `${vocabulary} ${row}`;
}

/** The names of a row: of the catalogue, of ecs pages, and of OpenTelemetry instruments. */
function namesOf(id: RowId, { ecs, semconv, kind }: MetricRow): readonly string[] {
  const { container, task, exporter } = semconv ?? {};
  const own = ecs === undefined ? [] : [ecs.name, `${ECS_PREFIX}${ecs.name}`];
  const onPage = own.map((name) => `${name.replace('.', '_')}${kind === 'counter' ? '_total' : ''}`);
  return [id, ...own, ...onPage, ...[container, task, exporter].filter((name) => name !== undefined)];
}
