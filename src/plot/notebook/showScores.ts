import { checkOneProtocol, type SetScores } from '../../evaluation/setScores';
import { showTable, type TableOptions } from './table';

/** A table of means: a row for each set and model, a column for each measure. */
export interface ScoreTable {
  rows: Record<string, string | number>[];
  options: TableOptions;
}

const titleOf = ({ measure: { title, unit } }: SetScores) => (unit ? `${title}, ${unit}` : title);

/**
 * Means of scores as rows, with each measure's digits and direction; the best is that of a set. Throws
 * IncomparableScoresError for scores of two protocols, scales or blurs.
 */
export function scoreTable(scores: readonly SetScores[]): ScoreTable {
  checkOneProtocol(scores);
  const rows = new Map<string, Record<string, string | number>>();
  for (const each of scores) {
    const key = `${each.set}\n${each.model}`;
    if (!rows.has(key)) rows.set(key, { set: each.set, model: each.model });
    rows.get(key)![titleOf(each)] = each.mean;
  }
  const measures = new Map(scores.map((each) => [titleOf(each), each.measure]));
  const column = <Value>(value: (measure: SetScores['measure']) => Value) =>
    Object.fromEntries([...measures].map(([title, measure]) => [title, value(measure)]));
  return {
    rows: [...rows.values()],
    options: { best: column(({ better }) => better), digits: column(({ digits }) => digits), within: 'set' },
  };
}

/**
 * Shows the means that `evaluateModels` found as a table below the cell, sorted by a click on a column's head, with the
 * digits of each measure and the best of each set in bold. Throws as `scoreTable`, and NoNotebookError outside of a
 * notebook.
 */
export function showScores({ scores }: { scores: readonly SetScores[] }): void {
  const { rows, options } = scoreTable(scores);
  showTable(rows, options);
}
