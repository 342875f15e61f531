/** A figure. */
export interface Row {
  readonly label: string;
  readonly value: string;
}

/** A column of a table. Rows have the same order in every column. */
export interface Column {
  readonly head: string;
  readonly rows: readonly Row[];
}

/** An aligned Markdown table. The first line is the header. */
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

/** Columns side by side, with the labels of the first one. A missing value is `-`. */
export function renderTable(corner: string, columns: readonly Column[]): string {
  const labels = columns[0]?.rows.map(({ label }) => label) ?? [];
  return renderGrid([
    [corner, ...columns.map(({ head }) => head)],
    ...labels.map((label, index) => [label, ...columns.map(({ rows }) => rows[index]?.value ?? '-')]),
  ]);
}
