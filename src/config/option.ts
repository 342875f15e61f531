import type { GenericSchema } from 'valibot';

/** The subcommands, in the order of the help. */
export const COMMANDS = ['run', 'once', 'healthcheck', 'demo', 'help', 'version'] as const;
export type CommandName = (typeof COMMANDS)[number];

/** Headings of the help and of docs/configuration.md, in their order. */
export const GROUPS = [
  'Endpoint and sampling',
  'Exporters',
  'Prometheus and health',
  'OTLP push',
  'Resource',
  'Logging',
  'DogStatsD',
  'One command only',
] as const;
export type GroupName = (typeof GROUPS)[number];

/** Turns the text of a flag or variable into its value, or says in its first issue what is allowed ("must be ..."). */
export type TextSchema<T> = GenericSchema<string, T>;

/** A variable whose text means something else than the option's own, for example milliseconds. */
export interface Variable<T> {
  readonly name: string;
  readonly schema: TextSchema<T>;
  /** What is different; shown after the name in help and docs. */
  readonly note: string;
}

/** One row of the option table. */
export interface Option<T> {
  readonly group: GroupName;
  /** Without the dashes. Missing where only the environment may say it: what is in argv, every process can read. */
  readonly flag?: string;
  /** What stands for the flag's value in the help. A flag without one is a switch. */
  readonly placeholder?: string;
  /** The program's own variables; the first one that is set counts. */
  readonly own: readonly string[];
  /** OpenTelemetry's variables, looked at after the own ones. */
  readonly otel: readonly (string | Variable<T>)[];
  readonly schema: TextSchema<T>;
  /** Spaces count, so that a blank text is a value too; an empty one is not. */
  readonly isVerbatim?: boolean;
  /** Read as if it had been given. */
  readonly default?: string;
  /** Words for help and docs where the default hangs on other options, or needs a unit. */
  readonly defaultNote?: string;
  readonly description: string;
  /** What is not shown. `value`: all. `credentials`: user, password and query of an address. `path`: what is no path. */
  readonly secret?: 'value' | 'credentials' | 'path';
  /** The commands that it belongs to, where it is not for all of them. */
  readonly commands?: readonly CommandName[];
}

export type OptionWithDefault<T> = Option<T> & { readonly default: string };

/** The variables of a row in order of precedence, each with the schema that reads it. */
export function variablesOf<T>(option: Option<T>): readonly Variable<T>[] {
  return [...option.own, ...option.otel].map((variable) =>
    typeof variable === 'string' ? { name: variable, schema: option.schema, note: '' } : variable,
  );
}
