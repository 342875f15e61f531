import * as v from 'valibot';
import { compileGlob } from '../../text/globs.ts';
import type { ExporterName, VocabularyName } from '../config.ts';
import { selectMetrics } from '../metric-selection.ts';
import type { TextSchema } from '../option.ts';
import { parsedBy } from './parsed.ts';

/** ECS allows 255 characters in a container's name, so a longer pattern is a slip. */
const MAX_GLOB_LENGTH = 255;

/** The items of a comma list, trimmed; empty ones dropped, each once. */
function commaItems(text: string): readonly string[] {
  const items = text.split(',').map((item) => item.trim());
  return [...new Set(items.filter((item) => item !== ''))];
}

/** A list of at least one word out of a few, in any case. */
function listOf<T extends string>(allowed: readonly T[]): TextSchema<readonly T[]> {
  const wrong = `must be a comma-separated list of ${allowed.join(', ')}`;
  return parsedBy((text) => {
    const words = commaItems(text.toLowerCase());
    const value = allowed.filter((word) => words.includes(word));
    return words.length > 0 && value.length === words.length ? { value } : { wrong };
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

export const vocabularyList: TextSchema<readonly VocabularyName[]> = listOf(['ecs', 'semconv']);

/** Patterns over metrics, checked against the catalogue. */
export const metricPatterns: TextSchema<readonly string[]> = parsedBy((text) => {
  const items = commaItems(text);
  if (items.length === 0) return { wrong: 'must be names or patterns of metrics' };
  const selection = selectMetrics(items);
  return 'wrong' in selection ? selection : { value: items };
});
