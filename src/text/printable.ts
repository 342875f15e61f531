import { escaped } from '../../instrumentation/sanitize-text.ts';

const MAX_LENGTH = 80;

/**
 * Quotes untrusted text for a terminal or log, truncated to 80 characters. Non-printing characters (control characters,
 * bidirectional marks, lone surrogates) are escaped.
 */
export function printable(text: string): string {
  const characters = [...text];
  const start = characters.slice(0, MAX_LENGTH).join('');
  return escaped(JSON.stringify(characters.length > MAX_LENGTH ? `${start}…` : start));
}

const MAX_ITEMS = 10;
const MAX_ITEM_LENGTH = 100;

/** The first ten items, with names cut to 100 characters, and the number of the others: `a`, `b`, ..., `and 40 more`. */
export function cutList<Item>(items: readonly Item[]): readonly (Item | string)[] {
  const shown = items.slice(0, MAX_ITEMS).map((item) => (typeof item === 'string' ? cutName(item) : item));
  return items.length > MAX_ITEMS ? [...shown, `and ${items.length - MAX_ITEMS} more`] : shown;
}

export function cutName(name: string): string {
  return name.length > MAX_ITEM_LENGTH ? `${name.slice(0, MAX_ITEM_LENGTH)}…` : name;
}

const MAX_REJECTED_LENGTH = 4;
const SHORT_NUMBER = /^-?\d[\d.]{0,6}$/;

/**
 * Quotes a rejected value, which can be a secret that was set in the wrong place: at most its first four characters, except
 * for a short number.
 */
export function rejectedValue(text: string): string {
  const characters = [...text.trim()];
  if (characters.length <= MAX_REJECTED_LENGTH || SHORT_NUMBER.test(text.trim())) return printable(text.trim());
  return printable(`${characters.slice(0, MAX_REJECTED_LENGTH).join('')}…`);
}

/** Quotes a rejected argument; of `name=value`, only the name. */
export function rejectedArgument(text: string): string {
  const name = /^([a-z][a-z_-]{0,39})=/i.exec(text)?.[1];
  return name === undefined ? rejectedValue(text) : `"${name}=[hidden]"`;
}

const OTLP_METRICS_PATH = '/v1/metrics';

/** Scheme, host and port of a URL. The path is hidden unless it is OTLP's default: the paths of some receivers contain a key. */
export function shownAddress({ protocol, host, pathname }: URL): string {
  const origin = `${protocol}//${host}`;
  if (pathname === '/' || pathname === '') return origin;
  return pathname === OTLP_METRICS_PATH ? `${origin}${pathname}` : `${origin}/[hidden]`;
}

/** The message of an error, or a thrown value as text. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
