import type { MeterProvider } from '@opentelemetry/api';
import { baseUrl } from './config/addresses.ts';
import { globList } from './config/lists.ts';
import { DEFAULT_INTERVAL_MS, ENDPOINT_OPTIONS, INTERVAL_LIMITS_MS } from './config/sampling-options.ts';
import type { EcsMetricsOptions } from './ecs-metrics.ts';
import { VOCABULARIES, type VocabularyName } from './metrics/vocabulary.ts';
import type { Glob } from './text/globs.ts';
import { printable, rejectedValue } from './text/printable.ts';

/** Validated and complete options. */
export interface ResolvedOptions {
  readonly meterProvider: EcsMetricsOptions['meterProvider'];
  readonly metadataUrl: URL;
  /** The option or variable that set the URL. */
  readonly urlSource: string;
  readonly intervalMs: number;
  readonly include: readonly Glob[];
  readonly exclude: readonly Glob[];
  readonly vocabularies: readonly VocabularyName[];
}

const URL_VARIABLES = ENDPOINT_OPTIONS.metadataUrl.variables;

/** @throws TypeError that names every option that is missing or invalid. */
export function resolveOptions(
  options: EcsMetricsOptions,
  env: Readonly<Record<string, string | undefined>>,
): ResolvedOptions {
  const { meterProvider, intervalMs = DEFAULT_INTERVAL_MS, metricNames = 'semconv' } = options;
  const { min, max } = INTERVAL_LIMITS_MS;
  const problems: string[] = [];

  if (!isProvider(meterProvider) && typeof meterProvider !== 'function') {
    problems.push('meterProvider must be a MeterProvider or a function that returns one');
  }
  if (!(Number.isFinite(intervalMs) && intervalMs >= min && intervalMs <= max)) {
    problems.push(`intervalMs=${String(intervalMs)} must be a number from ${min} to ${max}`);
  }
  const names: readonly string[] = [metricNames].flat();
  const vocabularies = VOCABULARIES.filter((name) => names.includes(name));
  const unknown = names.filter((name) => !VOCABULARIES.some((known) => known === name));
  if (names.length === 0 || unknown.length > 0) {
    const given = unknown.map((name) => printable(String(name))).join(', ');
    problems.push(`metricNames=${given || '[]'} must be ${VOCABULARIES.join(', ')} or a list of both`);
  }
  const { url, urlSource } = parseUrl(options.metadataUrl, env, problems);
  const include = parsePatterns('include', options.include, problems);
  const exclude = parsePatterns('exclude', options.exclude, problems);

  if (url === undefined || problems.length > 0) throw new TypeError(`startEcsMetrics: ${problems.join('; ')}`);
  return { meterProvider, metadataUrl: url, urlSource, intervalMs, include, exclude, vocabularies };
}

/** A type guard because JavaScript callers can pass any value. */
export function isProvider(value: unknown): value is MeterProvider {
  return typeof value === 'object' && value !== null && 'getMeter' in value && typeof value.getMeter === 'function';
}

function parseUrl(
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
  if (typeof value !== 'string') {
    problems.push(`${urlSource} must be a string, not ${typeof value}`);
    return { urlSource };
  }
  const parsed = baseUrl(value.trim());
  if ('value' in parsed) return { url: parsed.value, urlSource };
  problems.push(`${urlSource}=${rejectedValue(value)} ${parsed.error}`);
  return { urlSource };
}

/** Parses the list like the text of --include: no container name contains a comma. */
function parsePatterns(option: string, patterns: unknown, problems: string[]): readonly Glob[] {
  if (patterns === undefined) return [];
  if (!Array.isArray(patterns) || !patterns.every((pattern) => typeof pattern === 'string')) {
    problems.push(`${option} must be a list of names or patterns`);
    return [];
  }
  const parsed = globList(patterns.join(','));
  if ('value' in parsed) return parsed.value;
  problems.push(`${option} ${parsed.error}`);
  return [];
}
