import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bar, line } from '../../../src/status/html/charts.ts';
import { escapeHtml, html } from '../../../src/status/html/html.ts';
import { SCRIPT } from '../../../src/status/html/script.ts';

test('text is escaped for content and attributes', () => {
  assert.equal(escapeHtml(`<b title="x">'&amp;'</b>`), '&lt;b title=&quot;x&quot;&gt;&#39;&amp;amp;&#39;&lt;/b&gt;');
  assert.equal(escapeHtml('a\u202eb\u0000'), 'a\\u{202e}b\\u{0}');
});

test('a template escapes text and keeps markup', () => {
  const inner = html`<i>${'<'}</i>`;
  assert.equal(
    html`<b>${'"'}${inner}${[inner, undefined]}${undefined}${0}</b>`.markup,
    '<b>&quot;<i>&lt;</i><i>&lt;</i>0</b>',
  );
});

test('a bar shows at most 100% of a limit', () => {
  assert.match(bar(0.481).markup, /class="fill" width="48\.1"/);
  assert.match(bar(3.5).markup, /class="fill" width="100\.0"/);
  assert.match(bar(0.9, true).markup, /class="fill warn"/);
  assert.match(bar(0.97, true).markup, /class="fill bad"/);
  assert.equal(bar(undefined).markup, '');
});

const cores = (value: number) => `${value} cores`;

test('a line ends at the right, from 0 to its maximum, and is interrupted by missing values', () => {
  const { markup } = line('CPU', [1, 2, null, 2, 1], [40, 30, 20, 10, 0], cores);
  assert.match(markup, /class="stroke" d="M86 12\.0L87 1\.5M89 1\.5L90 12\.0"/);
  assert.match(markup, /aria-label="CPU, last 15 minutes: 1 cores to 2 cores"/);
});

test('a line has one point for each place', () => {
  assert.match(line('CPU', [1, 2, 4], [2, 1, 0], cores).markup, /class="stroke" d="M90 1\.5"/);
});

test('a line of zeros lies at the bottom', () => {
  assert.match(line('CPU', [0, 0], [10, 0], cores).markup, /d="M89 22\.5L90 22\.5"/);
});

test('without values there is no line', () => {
  assert.equal(line('CPU', [null, null], [10, 0], cores).markup, '');
  assert.equal(line('CPU', undefined, undefined, cores).markup, '');
});

test('the script is valid', () => {
  assert.doesNotThrow(() => new Function(SCRIPT));
});
