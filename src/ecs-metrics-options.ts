import type { MeterProvider } from '@opentelemetry/api';
import * as v from 'valibot';
import { baseUrl } from './config/schemas/addresses.ts';
import { globList } from './config/schemas/lists.ts';
import { DEFAULT_INTERVAL_MS, INTERVAL_LIMITS_MS } from './config/schemas/numbers.ts';
import type { EcsMetricsOptions } from './ecs-metrics.ts';
import { VOCABULARIES, type VocabularyName } from './metrics/vocabulary.ts';
import { printable, withoutCredentials } from './text/printable.ts';

/** Options that are valid and complete. */
export interface CheckedOptions {
  readonly meterProvider: EcsMetricsOptions['meterProvider'];
  readonly metadataUrl: URL;
  /** The option or variable that holds the address. */
  readonly urlSource: string;
  readonly intervalMs: number;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly vocabularies: readonly VocabularyName[];
}

const URL_VARIABLES = ['ECS_CONTAINER_METADATA_URI_V4', 'ECS_CONTAINER_METADATA_URI'] as const;

/** @throws TypeError that names every option that is missing or invalid. */
export function checkOptions(
  options: EcsMetricsOptions,
  env: Readonly<Record<string, string | undefined>>,
): CheckedOptions {
  const { meterProvider, intervalMs = DEFAULT_INTERVAL_MS, metricNames = 'semconv' } = options;
  const { min, max } = INTERVAL_LIMITS_MS;
  const problems: string[] = [];

  if (!isProvider(meterProvider) && typeof meterProvider !== 'function') {
    problems.push('meterProvider must be a MeterProvider, or a function that returns one');
  }
  if (!(Number.isFinite(intervalMs) && intervalMs >= min && intervalMs <= max)) {
    problems.push(`intervalMs=${String(intervalMs)} must be a number from ${min} to ${max}`);
  }
  const names: readonly string[] = [metricNames].flat();
  const vocabularies = VOCABULARIES.filter((name) => names.includes(name));
  const unknown = names.filter((name) => !VOCABULARIES.some((known) => known === name));
  if (names.length === 0 || unknown.length > 0) {
    const given = unknown.map((name) => printable(String(name))).join(', ');
    problems.push(`metricNames=${given || '[]'} must be ${VOCABULARIES.join(', ')} or a list of them`);
  }
  const { url, urlSource } = checkUrl(options.metadataUrl, env, problems);
  const include = checkPatterns('include', options.include, problems);
  const exclude = checkPatterns('exclude', options.exclude, problems);

  if (url === undefined || problems.length > 0) throw new TypeError(`startEcsMetrics: ${problems.join('; ')}`);
  return { meterProvider, metadataUrl: url, urlSource, intervalMs, include, exclude, vocabularies };
}

/** Callers in JavaScript can pass anything. */
export function isProvider(value: unknown): value is MeterProvider {
  return typeof value === 'object' && value !== null && 'getMeter' in value && typeof value.getMeter === 'function';
}

function checkUrl(
  given: unknown,
  env: Readonly<Record<string, string | undefined>>,
  problems: string[],
): { readonly url?: URL; readonly urlSource: string } {
  const variable = URL_VARIABLES.find((name) => env[name] !== undefined && env[name].trim() !== '');
  const urlSource = given === undefined && variable !== undefined ? variable : 'metadataUrl';
  const value = given ?? (variable && env[variable]);
  if (value === undefined) {
    problems.push(`set metadataUrl, or run in an ECS task, which sets ${URL_VARIABLES.join(' or ')}`);
    return { urlSource };
  }
  const parsed = v.safeParse(baseUrl, value, { abortPipeEarly: true });
  if (parsed.success) return { url: parsed.output, urlSource };
  const shown = typeof value === 'string' ? printable(withoutCredentials(value)) : typeof value;
  problems.push(`${urlSource}=${shown} ${typeof value === 'string' ? parsed.issues[0].message : 'must be a string'}`);
  return { urlSource };
}

/** The rules of the program's own lists; no name of a container holds a comma. */
function checkPatterns(option: string, patterns: unknown, problems: string[]): readonly string[] {
  if (patterns === undefined) return [];
  if (!Array.isArray(patterns) || !patterns.every((pattern) => typeof pattern === 'string')) {
    problems.push(`${option} must be a list of names or patterns`);
    return [];
  }
  const parsed = v.safeParse(globList, patterns.join(','), { abortPipeEarly: true });
  if (parsed.success) return parsed.output;
  problems.push(`${option} ${parsed.issues[0].message}`);
  return [];
}
