/** The commands, in the order of --help. */
export const COMMANDS = ['run', 'once', 'healthcheck', 'demo', 'help', 'version'] as const;
export type CommandName = (typeof COMMANDS)[number];

/** A value, or the end of an error message that begins with the option: `must be ...`. */
export type Parsed<T> = { readonly value: T } | { readonly wrong: string };

/** Parses the text of an option. `wrong` must not quote the text of an option that may hold a secret. */
export type Parser<T> = (text: string) => Parsed<T>;

/** A variable whose text differs from the option's, for example in its unit. */
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
  /** In order of precedence: the exporter's own before OpenTelemetry's. */
  readonly variables: readonly (string | Variable<T>)[];
  readonly parse: Parser<T>;
  /** Leading and trailing spaces are part of the value. Otherwise they are removed and a blank variable counts as unset. */
  readonly isVerbatim?: boolean;
  /** Parsed like a text that was set. */
  readonly default?: string;
  /** Replaces `default` in help and docs if the default needs a unit or depends on other options. */
  readonly defaultNote?: string;
  readonly description: string;
  /** Hidden in output. `value`: everything; `credentials`: user, password and query of a URL; `path`: anything but a path. */
  readonly secret?: 'value' | 'credentials' | 'path';
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
