import { printable, withoutContents, withoutCredentials } from '../text/printable.ts';
import { type Option, variablesOf } from './option.ts';

/** Warnings: the program starts despite them. Each is also the name of a log event. */
export type WarningCode = 'unknown_variable' | 'interval_raised' | 'no_metrics' | 'statsd_disabled';

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

/** One mistake in what the program was told. */
export interface Problem<Code extends ProblemCode = ProblemCode> {
  readonly code: Code;
  /** The flag or variable (or command) that it is about. */
  readonly source: string;
  /** The whole sentence, safe to print: names the source, its value unless secret, and what is allowed. */
  readonly message: string;
}

/** Where a value came from. */
export interface Source {
  /** `--interval` or `INTERVAL`. */
  readonly name: string;
  readonly text: string;
}

export function problem<Code extends ProblemCode>(code: Code, source: string, message: string): Problem<Code> {
  return { code, source, message };
}

/** `INTERVAL="abc" must be ...`, where `wrong` is the part from "must". */
export function problemWith(code: ProblemCode, option: Option<unknown>, source: Source, wrong: string): Problem {
  const isBareSwitch = option.placeholder === undefined && source.name.startsWith('--') && source.text === 'true';
  const value = isBareSwitch ? '' : `=${shownValue(option, source.text)}`;
  return problem(code, source.name, `${source.name}${value} ${wrong}`);
}

/** A value as it may be shown: quoted, and without what is secret. */
export function shownValue(option: Option<unknown>, text: string): string {
  if (option.secret === 'value') return '[hidden]';
  if (option.secret === 'path') return printable(withoutContents(text));
  return printable(option.secret === 'credentials' ? withoutCredentials(text) : text);
}

/** `--interval <seconds>`; `undefined` for what only a variable can say. */
export function flagText(option: Option<unknown>): string | undefined {
  if (option.flag === undefined) return undefined;
  return option.placeholder === undefined ? `--${option.flag}` : `--${option.flag} <${option.placeholder}>`;
}

/** The variables in order of precedence, with what is special about each. */
export function variableTexts(option: Option<unknown>): readonly string[] {
  return variablesOf(option).map(({ name, note }) => (note === '' ? name : `${name} (${note})`));
}

export function defaultText(option: Option<unknown>): string {
  return option.defaultNote ?? option.default ?? 'none';
}
