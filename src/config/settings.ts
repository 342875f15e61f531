import * as v from 'valibot';
import { type Option, type OptionWithDefault, type Variable, variablesOf } from './option.ts';
import { type Problem, problemWith, type Source, shownValue, type WarningCode } from './problem.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A value that somebody gave, and where. */
export interface Given<T> {
  readonly value: T;
  readonly source: Source;
}

/** Reads rows of the option table and keeps a list of what was wrong. Read each row once. */
export interface Settings {
  /** `undefined` when nobody gave it, and when what was given is wrong (then there is a problem more). */
  given<T>(option: Option<T>): Given<T> | undefined;
  /** What was given, otherwise the default. */
  value<T>(option: OptionWithDefault<T>): T;
  report(problem: Problem): void;
  readonly problems: readonly Problem[];
  /** Adds a warning: the configuration is valid all the same. */
  warn(warning: Problem<WarningCode>): void;
  readonly warnings: readonly Problem<WarningCode>[];
  /** Values read so far, by flag or variable, with secrets hidden. */
  readonly shownSources: ReadonlyMap<string, string>;
}

/** `flags` by name without dashes. Where a flag is given, its variables are not looked at, not even for mistakes. */
export function createSettings(flags: ReadonlyMap<string, string>, env: Environment): Settings {
  const problems: Problem[] = [];
  const warnings: Problem<WarningCode>[] = [];
  const shownSources = new Map<string, string>();

  function given<T>(option: Option<T>): Given<T> | undefined {
    const found = sourceOf(option, flags, env);
    if (found === undefined) return undefined;
    const shown = shownValue(option, found.source.text);
    shownSources.set(found.source.name, shown.replace(/^"(.*)"$/, '$1'));
    const result = v.safeParse(found.schema, found.source.text, { abortPipeEarly: true });
    if (result.success) return { value: result.output, source: found.source };
    problems.push(problemWith('invalid_value', option, found.source, result.issues[0].message));
    return undefined;
  }

  return {
    given,
    value: (option) => given(option)?.value ?? v.parse(option.schema, option.default),
    report: (problem) => problems.push(problem),
    problems,
    warn: (warning) => warnings.push(warning),
    warnings,
    shownSources,
  };
}

function sourceOf<T>(
  option: Option<T>,
  flags: ReadonlyMap<string, string>,
  env: Environment,
): { readonly source: Source; readonly schema: Variable<T>['schema'] } | undefined {
  const flagText = option.flag === undefined ? undefined : flags.get(option.flag);
  if (flagText !== undefined) return { source: { name: `--${option.flag}`, text: flagText }, schema: option.schema };
  for (const { name, schema } of variablesOf(option)) {
    const text = env[name];
    if (text !== undefined && (option.isVerbatim ? text : text.trim()) !== '')
      return { source: { name, text }, schema };
  }
  return undefined;
}
