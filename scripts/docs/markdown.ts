/** Plain text for a cell of a table or a sentence: nothing in it is read as Markdown or HTML. */
export function plainText(text: string): string {
  return text.replace(/[\\*`[\]|]/g, '\\$&').replaceAll('<', '&lt;');
}

/** As a code span; nothing stays nothing. */
export function code(text: string): string {
  return text === '' ? '' : `\`${text.replaceAll('|', '\\|')}\``;
}

/** A table; the cells are Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

export function fenced(text: string, language = ''): string {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;
}
