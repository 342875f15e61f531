import { printable, rejectedValue, shownAddress } from '../text/printable.ts';

/** The commands, in the order of --help. */
export const COMMANDS = ['run', 'once', 'healthcheck', 'demo', 'help', 'version'] as const;
export type CommandName = (typeof COMMANDS)[number];

/** A value, or the end of an error message that begins with the option: `must be ...`. */
export type Parsed<T> = { readonly value: T } | { readonly error: string };

/** Parses the text of an option. `error` must not quote the text of an option that may hold a secret. */
export type Parser<T> = (text: string) => Parsed<T>;

/** A variable whose syntax differs from that of the option, for example in its unit. */
export interface Variable<T> {
  readonly name: string;
  readonly parse: Parser<T>;
  /** The difference; shown after the name in help and docs. */
  readonly note: string;
}

/** One row of the option table. */
export interface Option<T> {
  /** Without dashes. Secrets have no flag, because every process can read the arguments of every other. */
  readonly flag?: string;
  /** Stands for the flag's value in the help. A flag without a placeholder is a switch. */
  readonly placeholder?: string;
  /** In order of precedence: the exporter's variables before OpenTelemetry's. */
  readonly variables: readonly (string | Variable<T>)[];
  readonly parse: Parser<T>;
  /** Leading and trailing spaces are part of the value. Otherwise they are removed and a blank variable counts as unset. */
  readonly isVerbatim?: boolean;
  /** Parsed like a configured value. */
  readonly default?: string;
  /** Replaces `default` in help and docs if the default needs a unit or depends on other options. */
  readonly defaultNote?: string;
  readonly description: string;
  /** Hidden in output. `value`: everything; `address`: all but scheme, host and port of a URL; `path`: any text that is not a path. */
  readonly secret?: 'value' | 'address' | 'path';
  /** Commands that accept the flag. @default all */
  readonly commands?: readonly CommandName[];
}

/** Options by the name of their value. */
export type OptionTable = Readonly<Record<string, Option<unknown>>>;

export type OptionWithDefault<T> = Option<T> & { readonly default: string };

/** The variables of an option in order of precedence, each with its parser. */
export function variablesOf<T>(option: Option<T>): readonly Variable<T>[] {
  return option.variables.map((variable) =>
    typeof variable === 'string' ? { name: variable, parse: option.parse, note: '' } : variable,
  );
}

/** `--interval <seconds>`; undefined for an option without a flag. */
export function flagText({ flag, placeholder }: Option<unknown>): string | undefined {
  if (flag === undefined) return undefined;
  return placeholder === undefined ? `--${flag}` : `--${flag} <${placeholder}>`;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Warnings do not prevent the start. Each code is also the name of a log event. */
export type WarningCode =
  | 'unknown_variable'
  | 'interval_raised'
  | 'no_metrics'
  | 'statsd_disabled'
  | 'remote_endpoint'
  | 'unsigned_requests'
  | 'http2_unavailable';

export type ProblemCode =
  | 'unknown_command'
  | 'unexpected_argument'
  | 'unknown_flag'
  | 'wrong_command'
  | 'missing_value'
  | 'missing_option'
  | 'invalid_value'
  | 'conflict'
  | 'unreadable_file'
  | WarningCode;

/** A configuration error or warning. */
export interface Problem<Code extends ProblemCode = ProblemCode> {
  readonly code: Code;
  /** The flag, variable or command that caused it. */
  readonly source: string;
  /** A sentence that is safe to print: the source, its value unless secret, and what is allowed. */
  readonly message: string;
}

export function problem<Code extends ProblemCode>(code: Code, source: string, message: string): Problem<Code> {
  return { code, source, message };
}

/** Where a value was set. */
export interface Source {
  /** `--interval` or `INTERVAL`. */
  readonly name: string;
  readonly text: string;
}

/** `INTERVAL="abc" must be ...`, where `error` is the part after the value. The value is cut, see `rejectedValue`. */
export function problemWith(code: ProblemCode, option: Option<unknown>, source: Source, error: string): Problem {
  const isBareSwitch = option.placeholder === undefined && source.name.startsWith('--') && source.text === 'true';
  const shown = option.secret === 'value' ? HIDDEN : rejectedValue(source.text);
  const value = isBareSwitch ? '' : `=${shown}`;
  return problem(code, source.name, `${source.name}${value} ${error}`);
}

/** The error of one item of a list, which is cut like the whole value. */
export function itemError(item: string, index: number, error: string): string {
  return `contains ${rejectedValue(item)} (item ${index + 1}), which ${error}`;
}

export const HIDDEN = '[hidden]';

/** A valid value for display, with secrets hidden. */
function displayValue({ secret }: Option<unknown>, { name, text }: Source, value: unknown): string {
  // The contents of a PEM file instead of its path, possibly with a private key.
  if (secret === 'value' || text.includes('-----BEGIN')) return HIDDEN;
  // DD_DOGSTATSD_DISABLE accepts any text.
  // A switch can turn something off, so the text on the command line can be the opposite of the value.
  if (typeof value === 'boolean') return name.startsWith('--') ? text : String(value);
  if (secret === 'address') return value instanceof URL ? shownAddress(value) : HIDDEN;
  const isPath = text.trim().startsWith('/') && !text.includes('=');
  return (secret === 'path' && !isPath ? rejectedValue(text) : printable(text)).replace(/^"(.*)"$/, '$1');
}

/** A value that was set, and where. */
export interface Given<T> {
  readonly value: T;
  readonly source: Source;
}

/** Parses options and collects their errors. Each option must be read only once. */
export interface Settings {
  /** Undefined if unset or invalid; an invalid value also adds a problem. */
  given<T>(option: Option<T>): Given<T> | undefined;
  /** The value that was set, otherwise the default. */
  value<T>(option: OptionWithDefault<T>): T;
  report(problem: Problem): void;
  readonly problems: readonly Problem[];
  warn(warning: Problem<WarningCode>): void;
  readonly warnings: readonly Problem<WarningCode>[];
  /** Values of the options read so far, by flag or variable, with secrets hidden. */
  readonly redactedValues: ReadonlyMap<string, string>;
}

/** @param flags by name without dashes. A flag overrides its variables, which are then not validated. */
export function createSettings(flags: ReadonlyMap<string, string>, env: Environment): Settings {
  const problems: Problem[] = [];
  const warnings: Problem<WarningCode>[] = [];
  const redactedValues = new Map<string, string>();

  function given<T>(option: Option<T>): Given<T> | undefined {
    const found = find(option, flags, env);
    if (found === undefined) return undefined;
    const { source, parse } = found;
    const parsed = parse(option.isVerbatim ? source.text : source.text.trim());
    if ('value' in parsed) {
      redactedValues.set(source.name, displayValue(option, source, parsed.value));
      return { value: parsed.value, source };
    }
    problems.push(problemWith('invalid_value', option, source, parsed.error));
    return undefined;
  }

  return {
    given,
    value: (option) => given(option)?.value ?? defaultOf(option),
    report: (problem) => problems.push(problem),
    problems,
    warn: (warning) => warnings.push(warning),
    warnings,
    redactedValues,
  };
}

/** @throws if the option table contains an invalid default. */
export function defaultOf<T>(option: OptionWithDefault<T>): T {
  const parsed = option.parse(option.default);
  if ('value' in parsed) return parsed.value;
  throw new Error(`default ${option.default} ${parsed.error}`);
}

interface Found<T> {
  readonly source: Source;
  readonly parse: Parser<T>;
}

function find<T>(option: Option<T>, flags: ReadonlyMap<string, string>, env: Environment): Found<T> | undefined {
  const flagText = option.flag === undefined ? undefined : flags.get(option.flag);
  if (flagText !== undefined) return { source: { name: `--${option.flag}`, text: flagText }, parse: option.parse };
  for (const { name, parse } of variablesOf(option)) {
    const text = env[name];
    if (text !== undefined && (option.isVerbatim ? text : text.trim()) !== '') return { source: { name, text }, parse };
  }
  return undefined;
}
