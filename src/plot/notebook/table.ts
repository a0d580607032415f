import { send } from './show';

/** Rows of flat values, or a danfojs DataFrame. */
export type Table = readonly object[] | { columns: string[]; values: unknown };

let liveTables = 0;

/** Shows rows as a table below the cell, numbers to six significant digits. Throws NoNotebookError outside of a notebook. */
export function showTable(table: Table): void {
  send(forms(table));
}

/** A table that changes: the function it returns shows rows below the cell the first time, and in their place from then on. */
export function liveTable(): (table: Table) => void {
  const id = `srcnn-table-${process.pid}-${++liveTables}`;
  let isUpdate = false;
  return (table) => {
    send(forms(table), { id, isUpdate });
    isUpdate = true;
  };
}

const forms = (table: Table) => ({ 'text/html': tableHtml(table), 'text/plain': tableText(table) });

/** The table as an HTML element. */
export function tableHtml(table: Table): string {
  const { columns, rows } = cells(table);
  const line = (texts: string[], tag: 'th' | 'td') =>
    `<tr>${texts.map((text) => `<${tag}>${escape(text)}</${tag}>`).join('')}</tr>`;
  return `<table>\n<thead>${line(columns, 'th')}</thead>\n<tbody>\n${rows.map((row) => line(row, 'td')).join('\n')}\n</tbody>\n</table>`;
}

/** The table in columns of equal width, for whoever reads without HTML. */
export function tableText(table: Table): string {
  const { columns, rows } = cells(table);
  const widths = columns.map((name, index) => Math.max(name.length, ...rows.map((row) => row[index].length)));
  return [columns, ...rows].map((row) => row.map((text, index) => text.padStart(widths[index])).join('  ')).join('\n');
}

function cells(table: Table): { columns: string[]; rows: string[][] } {
  if ('columns' in table)
    return { columns: table.columns, rows: (table.values as unknown[][]).map((row) => row.map(cell)) };
  const columns = [...new Set(table.flatMap((row) => Object.keys(row)))];
  return { columns, rows: table.map((row) => columns.map((column) => cell((row as Record<string, unknown>)[column]))) };
}

function cell(value: unknown): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '';
  return typeof value === 'number' ? String(Number(value.toPrecision(6))) : String(value);
}

const escape = (text: string) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
