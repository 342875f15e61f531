import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderGrid, renderTable } from '../../bench/table.ts';

test('a table is Markdown, with the first column left-aligned and the others right-aligned', () => {
  const columns = [
    { head: '2', rows: [{ label: 'series', value: '143' }] },
    { head: '1000', rows: [{ label: 'series', value: '45053' }] },
  ];
  assert.equal(
    renderTable('containers', columns),
    '| containers |   2 |  1000 |\n| ---------- | --: | ----: |\n| series     | 143 | 45053 |\n',
  );
});

test('a missing value is a dash', () => {
  const columns = [
    { head: '2', rows: [{ label: 'series', value: '143' }] },
    { head: '10', rows: [] },
  ];
  assert.match(renderTable('containers', columns), /^\| series +\| 143 \| {3}- \|$/m);
});

test('a row that is too short is padded, and a row that is too long is truncated to the header', () => {
  assert.equal(
    renderGrid([['a', 'b'], ['1'], ['1', '2', '3']]),
    '| a   |   b |\n| --- | --: |\n| 1   |   - |\n| 1   |   2 |\n',
  );
});
