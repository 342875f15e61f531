import { readFileSync } from 'node:fs';

export const MEANING_PAGE = new URL('../../docs/meaning.md', import.meta.url);

const FENCE = /^```(\w*)\n([\s\S]*?)^```$/gm;

const page = readFileSync(MEANING_PAGE, 'utf8');

/** The page without its fenced blocks. */
export const prose = page.replaceAll(FENCE, '');

/** The fenced blocks of a language. */
export function blocksOf(language: 'yaml' | 'promql'): readonly string[] {
  return [...page.matchAll(FENCE)].flatMap(([, name, body = '']) => (name === language ? [body.trim()] : []));
}
