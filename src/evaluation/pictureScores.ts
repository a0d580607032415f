import { OptionError } from '../errors';
import type { Measure } from '../measures/measure';
import { measureOf } from '../measures/measures';
import type { Evaluation } from './evaluate';
import { checkComparable, type SetScores } from './setScores';

/** Scores of the same pictures by one measure: bicubic's, and those of each network. */
export interface PictureScores {
  bicubic: SetScores;
  networks: SetScores[];
}

/** Results of `evaluate` by the names of their networks, or what `evaluateModels` found on one set. */
export type Evaluated = Readonly<Record<string, Evaluation>> | { readonly scores: readonly SetScores[] };

/**
 * What `evaluate` or `evaluateModels` found for networks in one measure. Throws OptionError where there is no network,
 * no score by the measure, or more than one set, IncomparableScoresError where two do not belong together,
 * UnknownNameError for a measure.
 */
export function pictureScores(evaluated: Evaluated, measure: string | Measure): PictureScores {
  const found = measureOf(measure);
  const { scores } = evaluated;
  return Array.isArray(scores)
    ? ofModels(scores, found.name)
    : ofEvaluations(evaluated as Readonly<Record<string, Evaluation>>, found);
}

function ofModels(scores: readonly SetScores[], measure: string): PictureScores {
  const sets = [...new Set(scores.map(({ set }) => set))];
  if (sets.length > 1)
    throw new OptionError(
      `there are scores of ${sets.join(', ')}; give those of one set: ` +
        `{ scores: scores.filter(({ set }) => set === '${sets[0]}') }`,
    );
  const [bicubic, ...networks] = scores.filter((each) => each.measure.name === measure);
  if (!networks.length)
    throw new OptionError(
      bicubic
        ? 'there are scores of bicubic only; give evaluateModels one model or more'
        : `there are no scores by ${measure}; evaluate with measures: ['${measure}']`,
    );
  for (const other of networks) checkComparable(bicubic, other);
  return { bicubic, networks };
}

function ofEvaluations(evaluations: Readonly<Record<string, Evaluation>>, found: Measure): PictureScores {
  const given = Object.entries(evaluations);
  if (!given.length) throw new OptionError('no evaluation to show; give one or more by name: { mine: evaluation }');
  for (const [name, { rows }] of given) check(name, rows[0], found.name);
  const networks = given.map(([name, evaluation]) => setScoresOf(name, 'this set', evaluation, 'network', found));
  for (const other of networks.slice(1)) checkComparable(networks[0], other);
  return { bicubic: setScoresOf('bicubic', 'this set', given[0][1], 'bicubic', found), networks };
}

function check(name: string, row: Evaluation['rows'][number], measure: string): void {
  if (!row.network) throw new OptionError(`${name} has scores of bicubic only; evaluate with a model`);
  if (!(measure in row.network))
    throw new OptionError(
      `${name} has no scores by ${measure}, only by ${Object.keys(row.network).join(', ')}; ` +
        `evaluate with measures: ['${measure}']`,
    );
}

/** The scores by one measure, `measure.name` being their key, of bicubic or of the network of an evaluation. */
export function setScoresOf(
  model: string,
  set: string,
  { protocol, scale, sigma, rows }: Evaluation,
  which: 'bicubic' | 'network',
  { name, title, unit, better, digits }: Measure,
): SetScores {
  const pictures = rows.map((row) => ({ file: row.file, value: row[which]![name] }));
  const finite = pictures.filter(({ value }) => Number.isFinite(value));
  const sum = finite.reduce((total, { value }) => total + value, 0);
  const mean = finite.length ? sum / finite.length : pictures[0].value;
  const measure = { name, title, unit, better, digits };
  return { model, protocol, scale, sigma, set, measure, pictures, mean, finite: finite.length };
}

/** How much better a score is than bicubic's, in the measure's own direction: positive is better. */
export const gainOver = (bicubic: number, value: number, { better }: Pick<Measure, 'better'>): number =>
  better === 'higher' ? value - bicubic : bicubic - value;
