import { editDistance } from '../text/nearest.ts';
import { printable } from '../text/printable.ts';
import { type Environment, type Problem, problem, variablesOf } from './option.ts';
import { OPTION_LIST } from './options.ts';

/** Maximum edit distance from a known name. */
const MAX_EDITS = 2;

/** Prefixes of this program's variables: an unknown name with one of them is reported even if it resembles no known name. */
const EXPORTER_PREFIXES = ['OTEL_EXPORTER_OTLP_', 'OTEL_METRIC_', 'STATSD_', 'OTLP_'];

/**
 * Variables with the same prefixes that other programs of a task use: other signals of OTLP, gRPC
 * (https://opentelemetry.io/docs/specs/otel/protocol/exporter/), and common StatsD clients.
 */
const OTHER_PROGRAMS = [
  /^OTEL_EXPORTER_OTLP_(?:TRACES|LOGS|PROFILES|SPAN|LOG)_/,
  /^OTEL_EXPORTER_OTLP_(?:METRIC_INSECURE|HTTP_|GRPC_|MAX_|USE_|RETRY_|DEFAULT_)/,
  /^STATSD_(?:PREFIX|NAMESPACE|MAXUDPSIZE|IPV6|ADDR|ADDRESS|URL|ENABLED|DISABLED|SAMPLE_RATE|PROTOCOL|ENV)$/,
];

/** Limits the number of log lines at start. */
const MAX_WARNINGS = 20;

/**
 * Warnings for variables that have no effect: names similar to a variable of an option, and unknown names with a prefix of
 * this program. Values are never shown.
 */
export function unknownVariables(env: Environment): readonly Problem<'unknown_variable'>[] {
  const known = OPTION_LIST.flatMap((option) => variablesOf(option).map(({ name }) => name));
  const isKnown = new Set(known);
  // Names similar to those of Datadog, AWS, ECS and proxies belong to other programs.
  const own = known.filter((name) => !/^(?:DD_|DATADOG_|AWS_|ECS_)|_PROXY$/i.test(name));
  const warnings: Problem<'unknown_variable'>[] = [];
  for (const [name, text = ''] of Object.entries(env)) {
    if (text.trim() === '' || isKnown.has(name) || OTHER_PROGRAMS.some((others) => others.test(name))) continue;
    const meant = nearestOf(name, own);
    const hasOurPrefix = EXPORTER_PREFIXES.some((prefix) => name.startsWith(prefix));
    if (meant === undefined && !hasOurPrefix) continue;
    const shown = printable(name).slice(1, -1);
    const hint = meant === undefined ? 'see --help for the supported variables' : `did you mean ${meant}?`;
    warnings.push(problem('unknown_variable', shown, `unknown variable ${shown} has no effect; ${hint}`));
  }
  return warnings.slice(0, MAX_WARNINGS);
}

/** The nearest candidate. Case is ignored: `log_level` is a misspelt LOG_LEVEL. */
function nearestOf(name: string, candidates: readonly string[]): string | undefined {
  const upper = name.toUpperCase();
  const near = candidates
    .filter((candidate) => Math.abs(candidate.length - upper.length) <= MAX_EDITS)
    .map((candidate) => ({ candidate, edits: editDistance(upper, candidate) }))
    // RETRIES is two edits from METRICS; typos rarely change the first letter.
    .filter(({ candidate, edits }) => edits <= (candidate[0] === upper[0] ? MAX_EDITS : 1))
    .toSorted((one, other) => one.edits - other.edits);
  return near[0]?.candidate;
}
