import { checkOneProtocol, type SetScores } from '../evaluation/setScores';
import { csvLine } from './csv';
import { markdownTable } from './markdown';

/** All scores as CSV, a line for each picture, measure and model. */
export function scoresCsv(scores: readonly SetScores[]): string {
  const head = ['set', 'file', 'model', 'protocol', 'scale', 'sigma', 'measure', 'value'];
  const lines = scores.flatMap(({ set, model, protocol, scale, sigma, measure, pictures }) =>
    pictures.map(({ file, value }) =>
      csvLine([set, file, model, protocol, String(scale), String(sigma), measure.name, value.toFixed(6)]),
    ),
  );
  return [csvLine(head), ...lines, ''].join('\n');
}

/**
 * Means as a Markdown table: a row for each set and model, a column for each measure, the best of a set in bold. Throws
 * IncomparableScoresError for scores of two protocols, scales or blurs.
 */
export function scoresMarkdown(scores: readonly SetScores[]): string {
  const { head, lines } = table(scores);
  const cell = ({ text, isBest }: Cell) => (isBest ? `**${text}**` : text);
  return `${caption(scores)}\n\n${markdownTable([head, ...lines.map((line) => line.map(cell))])}\n`;
}

/** The same as a LaTeX table, which needs the package booktabs. */
export function scoresLatex(scores: readonly SetScores[]): string {
  const { head, lines } = table(scores);
  const cell = ({ text, isBest }: Cell) => (isBest ? `\\textbf{${escape(text)}}` : escape(text));
  const row = (cells: string[]) => `  ${cells.join(' & ')} \\\\`;
  return [
    '\\begin{table}',
    `  \\caption{${escape(caption(scores))}}`,
    `  \\begin{tabular}{ll${'r'.repeat(head.length - 2)}}`,
    '  \\toprule',
    row(head.map(escape)),
    '  \\midrule',
    ...lines.map((line) => row(line.map(cell))),
    '  \\bottomrule',
    '  \\end{tabular}',
    '\\end{table}',
    '',
  ].join('\n');
}

const caption = ([{ protocol, scale, sigma }]: readonly SetScores[]) =>
  `Means over the pictures, protocol ${protocol}, x${scale}, sigma ${sigma}`;

interface Cell {
  text: string;
  isBest: boolean;
}

function table(scores: readonly SetScores[]): { head: string[]; lines: Cell[][] } {
  checkOneProtocol(scores);
  const measures = [...new Map(scores.map(({ measure }) => [measure.name, measure])).values()];
  const rows = [...new Map(scores.map(({ set, model }) => [`${set}\n${model}`, { set, model }])).values()];
  const lines = rows.map(({ set, model }) => [
    ...[set, model].map((text) => ({ text, isBest: false })),
    ...measures.map(({ name }) => {
      const own = scores.find((each) => each.set === set && each.model === model && each.measure.name === name);
      return own ? meanCell(own, scores) : { text: '', isBest: false };
    }),
  ]);
  const head = measures.map(({ title, unit }) => (unit ? `${title} (${unit})` : title));
  return { head: ['set', 'model', ...head], lines };
}

/** A mean that leaves out pictures says how many it counts. */
function meanCell(own: SetScores, scores: readonly SetScores[]): Cell {
  const { digits, better, name } = own.measure;
  const text = own.mean.toFixed(digits);
  const rivals = scores.filter((each) => each.set === own.set && each.measure.name === name).map(({ mean }) => mean);
  const best = better === 'higher' ? Math.max(...rivals) : Math.min(...rivals);
  const of = own.finite < own.pictures.length ? ` (${own.finite} of ${own.pictures.length})` : '';
  return { text: text + of, isBest: rivals.length > 1 && text === best.toFixed(digits) };
}

const escape = (text: string) =>
  text.replace(/[\\&%$#_{}~^]/g, (sign) =>
    sign === '\\' ? '\\textbackslash{}' : sign === '~' || sign === '^' ? `\\${sign}{}` : `\\${sign}`,
  );
