/** One line of a size's figures. */
export interface Row {
  readonly label: string;
  readonly value: string;
}

/** One column of a table: its head, and its lines in the same order for every column. */
export interface Column {
  readonly head: string;
  readonly rows: readonly Row[];
}

/** A Markdown table of lines of cells, the first of them its head; aligned so that it can be read as it is. */
export function renderGrid(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, index) => Math.max(3, ...lines.map((line) => line[index]?.length ?? 0)));
  const [head = '', ...body] = lines.map((line) => {
    const cells = widths.map((width, index) => {
      const cell = line[index] ?? '-';
      return index === 0 ? cell.padEnd(width) : cell.padStart(width);
    });
    return `| ${cells.join(' | ')} |`;
  });
  const rules = widths.map((width, index) => (index === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [head, `| ${rules.join(' | ')} |`, ...body, ''].join('\n');
}

/** Columns side by side, with the labels of the first one. A value that a column does not have is `-`. */
export function renderTable(corner: string, columns: readonly Column[]): string {
  const labels = columns[0]?.rows.map(({ label }) => label) ?? [];
  return renderGrid([
    [corner, ...columns.map(({ head }) => head)],
    ...labels.map((label, index) => [label, ...columns.map(({ rows }) => rows[index]?.value ?? '-')]),
  ]);
}
