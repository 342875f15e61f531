/** Links between the pages, and the maximum length of a page. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { test } from 'node:test';
import { HAND_WRITTEN, PAGES, ROOT } from '../../helpers/pages.ts';

for (const { path, prose } of PAGES) {
  test(`links of ${path}`, () => {
    const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
    assert.deepEqual(
      targets.flatMap((target) => problemOf(path, target) ?? []),
      [],
    );
  });
}

/** The problem of a link target; undefined if the target exists or is outside the repository. */
function problemOf(from: string, target: string): string | undefined {
  if (/^https?:\/\//.test(target)) return undefined;
  const [file = '', anchor] = target.split('#');
  const path = file === '' ? from : posix.join(posix.dirname(from), file);
  if (!existsSync(`${ROOT}${path}`)) return `${target}: no such file`;
  if (anchor === undefined) return undefined;
  return anchorsOf(readFileSync(`${ROOT}${path}`, 'utf8')).has(anchor) ? undefined : `${target}: no such heading`;
}

/** Heading anchors as GitHub generates them: lower case, without punctuation, spaces as hyphens. */
function anchorsOf(markdown: string): ReadonlySet<string> {
  const headings = [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
}

test('problems of links are found', () => {
  assert.match(problemOf('docs/design.md', 'nowhere.md') ?? '', /no such file/);
  assert.match(problemOf('docs/design.md', '../README.md#nowhere') ?? '', /no such heading/);
  assert.equal(problemOf('docs/design.md', '../README.md#try-it'), undefined);
});

test('the README links to every hand-written page of docs/', () => {
  const readme = PAGES.find(({ path }) => path === 'README.md')?.prose ?? '';
  const pages = HAND_WRITTEN.map(({ path }) => path).filter((path) => path.startsWith('docs/'));
  const missing = pages.filter((path) => !readme.includes(`(${path}`));
  assert.deepEqual(missing, []);
});

/** Maximum lines of a page, except for generated reference pages. */
const MAX_LINES = 200;
const MAX_LINES_OF: Readonly<Record<string, number>> = { 'README.md': 150, 'docs/fleet.md': 120 };

test('no page is too long', () => {
  const long = HAND_WRITTEN.filter(({ path }) => !path.startsWith('test/'))
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
    .filter(({ path, lines }) => lines > (MAX_LINES_OF[path] ?? MAX_LINES));
  assert.deepEqual(long, []);
});
