import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderGrid, renderTable } from '../../bench/table.ts';

test('a table is Markdown, with the first column to the left and the others to the right', () => {
  const columns = [
    { head: '2', rows: [{ label: 'series', value: '143' }] },
    { head: '1000', rows: [{ label: 'series', value: '45053' }] },
  ];
  assert.equal(
    renderTable('containers', columns),
    '| containers |   2 |  1000 |\n| ---------- | --: | ----: |\n| series     | 143 | 45053 |\n',
  );
});

test('a value that a column does not have is a dash', () => {
  const columns = [
    { head: '2', rows: [{ label: 'series', value: '143' }] },
    { head: '10', rows: [] },
  ];
  assert.match(renderTable('containers', columns), /^\| series +\| 143 \| {3}- \|$/m);
});

test('a line that is too short is filled up, and one that is too long cut to the head', () => {
  assert.equal(
    renderGrid([['a', 'b'], ['1'], ['1', '2', '3']]),
    '| a   |   b |\n| --- | --: |\n| 1   |   - |\n| 1   |   2 |\n',
  );
});
