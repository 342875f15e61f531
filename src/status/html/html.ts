import { escaped } from '../../../instrumentation/sanitize-text.ts';

/** Markup, as opposed to text that must be escaped. Only `html` creates it. */
export class Html {
  readonly markup: string;
  constructor(markup: string) {
    this.markup = markup;
  }
}

export type HtmlValue = Html | string | number | undefined | readonly (Html | undefined)[];

/** Markup from a template. Text values are escaped, lists are joined, and a missing value is nothing. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let markup = parts[0] ?? '';
  for (let at = 0; at < values.length; at += 1) markup += markupOf(values[at]) + (parts[at + 1] ?? '');
  return new Html(markup);
}

function markupOf(value: HtmlValue): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  return value instanceof Html ? value.markup : value.map((item) => item?.markup ?? '').join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Escapes `text` for HTML content and quoted attributes, and makes invisible characters visible. */
export function escapeHtml(text: string): string {
  return escaped(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
