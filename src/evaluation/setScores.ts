import { IncomparableScoresError } from '../errors';
import type { Measure } from '../measures/measure';

/** One model's scores by one measure on one set, with all that says what they may be compared with. */
export interface SetScores {
  /** 'bicubic', or the model's name. */
  model: string;
  protocol: string;
  scale: number;
  /** The blur before shrinking, in pixels. */
  sigma: number;
  set: string;
  measure: Pick<Measure, 'name' | 'title' | 'unit' | 'better' | 'digits'>;
  pictures: readonly { file: string; value: number }[];
  /** Over the pictures whose score is finite; infinite or NaN where none is. */
  mean: number;
  /** How many pictures these are. */
  finite: number;
}

/** What a score belongs to, in words: "psnr on set5, protocol paper x3, sigma 0". */
export const conditions = ({ measure, set, protocol, scale, sigma }: SetScores): string =>
  `${measure.name} on ${set}, protocol ${protocol} x${scale}, sigma ${sigma}`;

/** Throws IncomparableScoresError unless both are by one measure, under one protocol, and of the same pictures. */
export function checkComparable(a: SetScores, b: SetScores): void {
  const [one, other] = [conditions(a), conditions(b)];
  if (one !== other)
    throw new IncomparableScoresError(
      `${a.model} has ${one}, and ${b.model} has ${other}: these cannot be compared; ` +
        'score both under one protocol and scale, on one set, by one measure',
    );
  const names = (scores: SetScores) => scores.pictures.map(({ file }) => file).join('\n');
  if (names(a) !== names(b))
    throw new IncomparableScoresError(
      `${a.model} was scored on ${a.pictures.length} pictures of ${a.set}, and ${b.model} on ` +
        `${b.pictures.length}, or on others; score both on the same`,
    );
}

/** Throws IncomparableScoresError unless all are under one protocol, scale and blur, as in one table. */
export function checkOneProtocol(scores: readonly SetScores[]): void {
  const text = ({ protocol, scale, sigma }: SetScores) => `protocol ${protocol} x${scale}, sigma ${sigma}`;
  const [first] = scores;
  const other = scores.find((each) => text(each) !== text(first));
  if (other)
    throw new IncomparableScoresError(
      `${first.model} has scores of ${text(first)}, and ${other.model} of ${text(other)}: these cannot stand in ` +
        'one table; make a table of each',
    );
}
