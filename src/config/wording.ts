import { type Option, variablesOf } from './option.ts';

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
