/** One line of a size's figures. */
export interface Row {
  readonly label: string;
  readonly value: string;
}

/** One column of the table: its head, and its lines in the same order for every column. */
export interface Column {
  readonly head: string;
  readonly rows: readonly Row[];
}

/** A Markdown table, aligned so that it can be read as it is. */
export function renderTable(columns: readonly Column[]): string {
  const labels = columns[0]?.rows.map(({ label }) => label) ?? [];
  const lines = [
    ['containers', ...columns.map(({ head }) => head)],
    ...labels.map((label, index) => [label, ...columns.map(({ rows }) => rows[index]?.value ?? '-')]),
  ];
  const widths = (lines[0] ?? []).map((_, index) => Math.max(...lines.map((line) => line[index]?.length ?? 0)));
  const [head = '', ...body] = lines.map((line) => {
    const cells = line.map((cell, index) =>
      index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0),
    );
    return `| ${cells.join(' | ')} |`;
  });
  const rule = `| ${widths.map((width, index) => (index === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [head, rule, ...body, ''].join('\n');
}
