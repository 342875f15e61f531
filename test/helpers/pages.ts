/** Pages of the documentation, and their fenced blocks. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PAGES as GENERATED_PAGES } from '../../scripts/docs/pages.ts';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Block {
  readonly page: string;
  /** Number of the opening fence's line. */
  readonly line: number;
  readonly language: string;
  readonly body: string;
}

export interface Page {
  /** Relative to the root of the repository. */
  readonly path: string;
  readonly text: string;
  /** The text without fenced blocks. */
  readonly prose: string;
  readonly blocks: readonly Block[];
  readonly isGenerated: boolean;
}

/** A list item may indent its fences. */
const FENCE = /^( *)```(\w*)\n([\s\S]*?)^\1```$/gm;

export const PAGES: readonly Page[] = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md'],
  ...markdownBelow('docs'),
  ...markdownBelow('examples'),
  ...markdownBelow('monitoring'),
  ...markdownBelow('test').filter((path) => path.endsWith('/README.md')),
].map(readPage);

export const HAND_WRITTEN = PAGES.filter(({ isGenerated }) => !isGenerated);

/** The blocks of these languages on all pages. */
export function blocksIn(...languages: readonly string[]): readonly Block[] {
  return PAGES.flatMap(({ blocks }) => blocks).filter(({ language }) => languages.includes(language));
}

/** Code in backticks. Table cells escape the character | in it. */
export function codeIn({ prose }: Page): readonly string[] {
  return [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
}

function readPage(path: string): Page {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const blocks = [...text.matchAll(FENCE)].map(({ index, 1: indent = '', 2: language = '', 3: body = '' }) => ({
    page: path,
    line: text.slice(0, index).split('\n').length,
    language,
    body: body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  }));
  return {
    path,
    text,
    prose: text.replaceAll(FENCE, ''),
    blocks,
    isGenerated: GENERATED_PAGES.some((page) => page.path === path),
  };
}

/** Files below a folder of the repository, without installed packages and build output. */
export function filesBelow(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => !/(?:^|\/)(?:node_modules|cdk\.out)(?:\/|$)/.test(file))
    .map((file) => `${folder}/${file}`)
    .sort();
}

function markdownBelow(folder: string): readonly string[] {
  return filesBelow(folder).filter((file) => file.endsWith('.md'));
}
