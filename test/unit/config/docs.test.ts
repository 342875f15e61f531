import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { configurationPage } from '../../../scripts/docs/configuration.ts';
import { stalePages, writePages } from '../../../scripts/docs/page.ts';
import { PAGES } from '../../../scripts/docs/pages.ts';
import { helpText } from '../../../src/cli/help.ts';
import { COMMANDS, type Option, variablesOf } from '../../../src/config/option.ts';
import { ROWS } from './samples.ts';

const TEXTS = { 'docs/configuration.md': configurationPage(), '--help': helpText() };

for (const [name, text] of Object.entries(TEXTS)) {
  test(`${name} contains every flag, variable and command`, () => {
    for (const { option } of ROWS) {
      if ('flag' in option) assert.match(text, new RegExp(`--${option.flag}(?![\\w-])`));
      for (const { name: variable } of variablesOf<unknown>(option)) {
        assert.match(text, new RegExp(`(?<!\\w)${variable}(?!\\w)`));
      }
    }
    for (const command of COMMANDS) assert.match(text, new RegExp(`^(\\| \`|  )${command}\\b`, 'm'));
  });
}

test('--help fits into 100 columns and contains every description and default', () => {
  const help = helpText();
  assert.deepEqual(
    help.split('\n').filter((line) => line.length > 100 || line.trimEnd() !== line),
    [],
  );
  const words = help.replaceAll(/\s+/g, ' ');
  for (const { option } of ROWS) {
    assert.ok(words.includes(option.description));
    const { defaultNote, default: text }: Option<unknown> = option;
    const shown = defaultNote ?? text;
    assert.ok(words.includes(`Default: ${shown} `));
  }
});

test('no cell of docs/configuration.md breaks its table', () => {
  const rows = configurationPage()
    .split('\n')
    .filter((line) => line.startsWith('|'));
  assert.ok(rows.length > ROWS.length);
  for (const row of rows) assert.match(row, /^\|.*\|$/);
});

test('the generated pages in docs/ are up to date', async () => {
  assert.deepEqual(await stalePages(PAGES, new URL('../../../', import.meta.url)), []);
});

test('an outdated or missing page is named, and writing updates it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'docs-'));
  try {
    const root = pathToFileURL(`${folder}/`);
    const pages = ['same.md', 'old.md', 'missing.md'].map((path) => ({ path, render: () => `# ${path}\n` }));
    await writePages(pages.slice(0, 1), root);
    await writeFile(join(folder, 'old.md'), '# old\n');
    assert.deepEqual(await stalePages(pages, root), ['old.md', 'missing.md']);
    await writePages(pages, root);
    assert.deepEqual(await stalePages(pages, root), []);
  } finally {
    await rm(folder, { recursive: true });
  }
});
