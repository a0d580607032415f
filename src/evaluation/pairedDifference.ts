import { OptionError } from '../errors';
import { type RandomState, uniform } from '../random';
import { checkComparable, type SetScores } from './setScores';

/** How much better one model is than another, picture by picture. */
export interface PairedDifference {
  /** The mean of the differences, in the measure's unit. */
  mean: number;
  /** The ends of the bootstrap's 95 % interval of the mean. */
  low: number;
  high: number;
  /** On how many pictures the first model is better, in the measure's own direction. */
  better: number;
  /** Pictures that count: those on which both scores are finite. */
  of: number;
  /** Sorted by how much better the first model is, the worst first. */
  pictures: { file: string; difference: number }[];
}

const RESAMPLES = 10_000;
const SEED = 1;

/**
 * The differences `a - b`, with the interval of the percentile bootstrap (Efron 1979): the pictures are drawn 10,000
 * times with replacement, always by the same random numbers. Throws IncomparableScoresError where the scores do not
 * belong together, OptionError where no picture has a finite score of both.
 */
export function pairedDifference(a: SetScores, b: SetScores): PairedDifference {
  checkComparable(a, b);
  const differences = a.pictures
    .map(({ file, value }, i) => ({ file, difference: value - b.pictures[i].value }))
    .filter(({ difference }) => Number.isFinite(difference));
  if (!differences.length)
    throw new OptionError(`no picture of ${a.set} has a finite ${a.measure.name} of both ${a.model} and ${b.model}`);
  const sign = a.measure.better === 'higher' ? 1 : -1;
  const values = differences.map(({ difference }) => difference);
  const means = resampledMeans(values);
  return {
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    low: means[Math.floor(0.025 * RESAMPLES)],
    high: means[Math.ceil(0.975 * RESAMPLES) - 1],
    better: values.filter((value) => sign * value > 0).length,
    of: values.length,
    pictures: differences.sort((one, other) => sign * (one.difference - other.difference)),
  };
}

function resampledMeans(values: readonly number[]): Float64Array {
  const random: RandomState = { seed: SEED, draws: 0 };
  const means = Float64Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[Math.floor(uniform(random) * values.length)];
    return sum / values.length;
  });
  return means.sort();
}

/** The difference in words: "+0.41 dB, 95 % 0.33 to 0.49, better on 14 of 14". */
export function differenceText(difference: PairedDifference, { measure }: Pick<SetScores, 'measure'>): string {
  const { mean, low, high, better, of } = difference;
  const [by, from, to] = [mean, low, high].map((value) => value.toFixed(measure.digits));
  const unit = measure.unit ? ` ${measure.unit}` : '';
  return `${mean > 0 ? '+' : ''}${by}${unit}, 95 % ${from} to ${to}, better on ${better} of ${of}`;
}
