/** A Markdown table; the first row is its head. */
export function markdownTable(rows: readonly (readonly (string | number)[])[]): string {
  return [rows[0], rows[0].map(() => '---'), ...rows.slice(1)].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
