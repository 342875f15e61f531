import * as v from 'valibot';
import { compileGlob } from '../../text/globs.ts';
import { nearest } from '../../text/nearest.ts';
import type { ExporterName, VocabularyName } from '../config.ts';
import { selectMetrics } from '../metric-selection.ts';
import type { TextSchema } from '../option.ts';
import { TASK_TAG_NAMES, type TaskTagName } from '../statsd-tags.ts';
import { parsedBy } from './numbers.ts';

/** ECS allows 255 characters in a container's name, so a longer pattern is a slip. */
const MAX_GLOB_LENGTH = 255;

/** The items of a comma list, trimmed; empty ones dropped, each once. */
function commaItems(text: string): readonly string[] {
  const items = text.split(',').map((item) => item.trim());
  return [...new Set(items.filter((item) => item !== ''))];
}

/** A list of words out of a few, in any case; at least one unless `mayBeEmpty`. */
function listOf<T extends string>(allowed: readonly T[], mayBeEmpty = false): TextSchema<readonly T[]> {
  const wrong = `must be a comma-separated list of ${allowed.join(', ')}`;
  return parsedBy((text) => {
    const words = commaItems(text.toLowerCase());
    const unknown = words.find((word) => !allowed.some((one) => one === word));
    const meant = unknown === undefined ? undefined : nearest(unknown, allowed);
    if (meant !== undefined) return { wrong: `${wrong}; did you mean "${meant}"?` };
    if (unknown !== undefined || (words.length === 0 && !mayBeEmpty)) return { wrong };
    return { value: allowed.filter((word) => words.includes(word)) };
  });
}

/** Patterns over names (of containers, labels, tags); an empty list is a value, so that a flag can undo a variable. */
export const globList: TextSchema<readonly string[]> = parsedBy((text) => {
  const globs = commaItems(text);
  for (const [index, glob] of globs.entries()) {
    if (glob.length > MAX_GLOB_LENGTH) {
      return {
        wrong: `must be names or patterns of at most ${MAX_GLOB_LENGTH} characters (item ${index + 1})`,
      };
    }
    const compiled = compileGlob(glob);
    if ('wrong' in compiled) return { wrong: `${compiled.wrong} (item ${index + 1})` };
  }
  return { value: globs };
});

const EXPORTER_WORDS = ['prometheus', 'otlp', 'statsd', 'console', 'none'] as const;

/** `none` is the empty list, and stands alone. */
export const exporterList: TextSchema<readonly ExporterName[]> = v.pipe(
  listOf(EXPORTER_WORDS),
  v.check((words) => !words.includes('none') || words.length === 1, 'must be none alone, or a list without none'),
  v.transform((words) => words.filter((word) => word !== 'none')),
);

/** DogStatsD tags as they are given; one key may have several values. */
export const tagList: TextSchema<readonly string[]> = parsedBy((text) => ({ value: commaItems(text) }));

export const taskTagList: TextSchema<readonly TaskTagName[]> = listOf(TASK_TAG_NAMES, true);

export const vocabularyList: TextSchema<readonly VocabularyName[]> = listOf(['ecs', 'semconv']);

/** Patterns over metrics, checked against the catalogue. */
export const metricPatterns: TextSchema<readonly string[]> = parsedBy((text) => {
  const items = commaItems(text);
  if (items.length === 0) return { wrong: 'must be names or patterns of metrics' };
  const selection = selectMetrics(items);
  return 'wrong' in selection ? selection : { value: items };
});
