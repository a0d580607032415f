import { LiveOutput, type Still } from './liveOutput';
import { htmlView } from './page/html';
import { Recent } from './recent';
import { send } from './show';

/** Rows of flat values, or a danfojs DataFrame. */
export type Table = readonly object[] | { columns: string[]; values: unknown };

export interface TableOptions {
  /** Columns whose best number is bold: whether the highest or the lowest is the best. */
  best?: Readonly<Record<string, 'higher' | 'lower'>>;
  /** A column: the best is that among the rows with the same value there, such as those of one data set. */
  within?: string;
  /** Digits after the point, for columns of numbers that have their own. */
  digits?: Readonly<Record<string, number>>;
}

/**
 * Shows rows as a table below the cell. The numbers of a column have the same digits after the point, six significant
 * ones at most in the largest. A click on a column's head sorts by it where scripts run.
 * Throws NoNotebookError outside of a notebook.
 */
export function showTable(table: Table, options: TableOptions = {}): void {
  send(forms(table, options));
}

/** Milliseconds without a change after which the picture for the saved notebook is renewed. */
const stillness = 2000;
/** Milliseconds between two of these while a page shows each change. */
const stillInterval = 20_000;

const recent = new Recent<{ output: LiveOutput }>();
let liveTables = 0;

/**
 * Makes a table that changes: the function returned shows rows below the cell the first time, and replaces them after
 * that, also in a page that was loaded anew. It throws NoNotebookError outside of a notebook.
 */
export function liveTable(options: TableOptions = {}): (table: Table) => void {
  const name = String(++liveTables);
  let still: Still = { html: '', text: '' };
  let timer: NodeJS.Timeout | undefined;
  let keptAt = 0;
  const keep = (output: LiveOutput) => {
    keptAt = Date.now();
    output.keep();
  };
  return (table) => {
    const { 'text/html': html, 'text/plain': text } = forms(table, options);
    still = { html, text };
    const { output } = recent.get(name, () => ({ output: new LiveOutput(htmlView, { html }, {}, () => still) }));
    clearTimeout(timer);
    if (!keptAt) {
      output.show();
      keptAt = Date.now();
      return;
    }
    const { model } = output;
    const isWatched = model?.isWatched;
    model?.stream({ html });
    // Pages that cannot draw it, and nbconvert, have nothing but the picture.
    if (!model?.drawn || (isWatched && Date.now() - keptAt >= stillInterval)) return keep(output);
    // For a page that was closed, each picture would cost the server memory.
    timer = setTimeout(keep, isWatched ? stillness : stillInterval, output).unref();
  };
}

const forms = (table: Table, options: TableOptions) => ({
  'text/html': tableHtml(table, options) + csvLink(table),
  'text/plain': tableText(table, options),
});

/** All cells as comma-separated values (RFC 4180), numbers in full precision, empty ones as nothing. */
export function tableCsv(table: Table): string {
  const { columns, values } = contents(table);
  const cell = (value: unknown) => {
    const text = isEmpty(value) ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns, ...values].map((row) => row.map(cell).join(',') + '\r\n').join('');
}

/** The file is in the link: it needs neither kernel nor server. */
function csvLink(table: Table): string {
  const source = `data:text/csv;base64,${Buffer.from(tableCsv(table)).toString('base64')}`;
  return `\n<a download="table.csv" href="${source}">CSV</a>`;
}

/** Sorts the rows of the table whose head was clicked; a second click reverses the order, and empty cells stay last. */
const sortOnClick = `const h=event.target.closest('th'),t=this,b=t.tBodies[0];if(!h)return;
const i=h.cellIndex,up=t.dataset.sorted!==String(i);t.dataset.sorted=up?i:'';
const v=r=>r.cells[i].textContent,n=s=>s.trim()===''?NaN:Number(s);
b.append(...[...b.rows].sort((p,q)=>{const x=v(p),y=v(q);if(x===''||y==='')return (x==='')-(y==='');
const d=isNaN(n(x))||isNaN(n(y))?x.localeCompare(y):n(x)-n(y);return up?d:-d}))`;

/** The table as an HTML element. Without scripts, as on GitHub, it is the same table and only does not sort. */
export function tableHtml(table: Table, options: TableOptions = {}): string {
  const { columns, rows, isNumber, isBest } = cells(table, options);
  const cell = (content: string, i: number, tag: 'th' | 'td') =>
    `<${tag} style="text-align:${isNumber[i] ? 'right' : 'left'}">${content}</${tag}>`;
  const head = `<tr>${columns.map((name, i) => cell(escape(name), i, 'th')).join('')}</tr>`;
  const content = (text: string, best: boolean) => (best ? `<b>${escape(text)}</b>` : escape(text));
  const line = (texts: string[], row: number) =>
    `<tr>${texts.map((text, i) => cell(content(text, isBest[i][row]), i, 'td')).join('')}</tr>`;
  const body = rows.map(line).join('\n');
  return `<table onclick="${escape(sortOnClick)}">\n<thead>${head}</thead>\n<tbody>\n${body}\n</tbody>\n</table>`;
}

/** The table in columns of equal width, text at the left and numbers at the right, for whoever reads without HTML. */
export function tableText(table: Table, options: TableOptions = {}): string {
  const { columns, rows, isNumber } = cells(table, options);
  const widths = columns.map((name, index) => Math.max(name.length, ...rows.map((row) => row[index].length)));
  const pad = (text: string, i: number) => (isNumber[i] ? text.padStart(widths[i]) : text.padEnd(widths[i]));
  return [columns, ...rows].map((row) => row.map(pad).join('  ').trimEnd()).join('\n');
}

interface Cells {
  columns: string[];
  rows: string[][];
  isNumber: boolean[];
  /** By column, then by row. */
  isBest: boolean[][];
}

function contents(table: Table): { columns: string[]; values: unknown[][] } {
  const columns = 'columns' in table ? table.columns : [...new Set(table.flatMap((row) => Object.keys(row)))];
  const values =
    'columns' in table
      ? (table.values as unknown[][])
      : table.map((row) => columns.map((column) => (row as Record<string, unknown>)[column]));
  return { columns, values };
}

function cells(table: Table, { best = {}, within, digits = {} }: TableOptions): Cells {
  const { columns, values } = contents(table);
  const written = columns.map((name, index) =>
    writtenColumn(
      values.map((row) => row[index]),
      digits[name],
    ),
  );
  const group = within === undefined ? -1 : columns.indexOf(within);
  const groups = values.map((row) => row[group]);
  return {
    columns,
    rows: values.map((_, row) => written.map(({ texts }) => texts[row])),
    isNumber: written.map(({ isNumber }) => isNumber),
    isBest: columns.map((name, index) => {
      const numbers = values.map((row) => (typeof row[index] === 'number' ? row[index] : NaN));
      return bestOf(numbers, written[index].texts, groups, best[name]);
    }),
  };
}

/** Where the best numbers of a column stand, none in a group of one; those that read alike are equally good. */
function bestOf(numbers: number[], texts: string[], groups: unknown[], better?: 'higher' | 'lower'): boolean[] {
  return numbers.map((_, row) => {
    const rivals = numbers.flatMap((value, i) => (groups[i] === groups[row] && !Number.isNaN(value) ? [i] : []));
    if (!better || rivals.length < 2 || !rivals.includes(row)) return false;
    const best = rivals.reduce((one, other) => {
      const isBetter = better === 'higher' ? numbers[other] > numbers[one] : numbers[other] < numbers[one];
      return isBetter ? other : one;
    });
    return texts[row] === texts[best];
  });
}

const isEmpty = (value: unknown) => value === null || value === undefined || Number.isNaN(value);

/**
 * A column's cells. In a column of numbers only, all have the same digits after the point. Numbers beside text, as in a
 * list of options, have nothing to do with each other: each is written by itself.
 */
function writtenColumn(values: unknown[], digits?: number): { texts: string[]; isNumber: boolean } {
  const filled = values.filter((value) => !isEmpty(value));
  const isNumber = filled.length > 0 && filled.every((value) => typeof value === 'number');
  const withDigits = (value: number) => fixed(value, digits!);
  const write = !isNumber ? String : digits === undefined ? numberWriter(filled as number[]) : withDigits;
  const texts = values.map((value) => (isEmpty(value) ? '' : write(value as number)));
  return { texts, isNumber };
}

/**
 * Writes numbers with fixed digits if the smallest number keeps three significant ones that way, otherwise with
 * powers of ten in the whole column.
 */
function numberWriter(numbers: number[]): (value: number) => string {
  const sizes = numbers.map(Math.abs).filter((size) => size > 0 && Number.isFinite(size));
  if (!sizes.length || numbers.every((value) => Number.isInteger(value) || !Number.isFinite(value))) return String;
  const most = Math.max(...sizes);
  const least = Math.min(...sizes);
  const needed = Math.max(...sizes.map((size) => decimals(Number(size.toPrecision(6)))));
  const digits = Math.min(needed, Math.max(0, 5 - Math.floor(Math.log10(most))));
  const isFixed = most < 1e9 && (digits === needed || least >= 10 ** (2 - digits)) && digits <= 10;
  return (value) => (!Number.isFinite(value) || value === 0 || isFixed ? fixed(value, digits) : value.toExponential(3));
}

const fixed = (value: number, digits: number) => (Number.isFinite(value) ? value.toFixed(digits) : String(value));

/** Digits after the point in the shortest writing of a number. */
function decimals(value: number): number {
  const [mantissa, exponent = '0'] = String(value).split('e');
  return Math.max(0, (mantissa.split('.')[1] ?? '').length - Number(exponent));
}

const escape = (text: string) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
