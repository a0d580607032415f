import { OptionError } from '../errors';
import type { Measure } from '../measures/measure';
import { measureOf } from '../measures/measures';
import type { Scores } from '../protocols/protocol';

/** Scores of pictures shown side by side, by the names of the pictures, as the rows of an evaluation have them. */
export interface ScoreLineOptions {
  /** The scores of each picture, by its name; none by default. */
  scores?: Readonly<Record<string, Scores>>;
  /** The measures that are written, in this order; PSNR and SSIM by default, where the scores have them. */
  measures?: readonly (string | Measure)[];
}

/** What stands below pictures: the measures below the truth ('PSNR / SSIM'), scores below others ('25.74 / 0.7293'). */
export interface ScoreLines {
  head: string;
  of(name: string): string;
}

/**
 * The lines of scores for pictures of these names, '' where one has none. Throws OptionError for scores of a picture
 * that is not shown, or that lack a measure, UnknownNameError for a measure.
 */
export function scoreLines(names: readonly string[], { scores = {}, measures }: ScoreLineOptions): ScoreLines {
  const given = Object.entries(scores);
  const shown = (measures ?? ['psnr', 'ssim'].filter((name) => given.some(([, of]) => name in of))).map(measureOf);
  for (const [name, of] of given) {
    if (!names.includes(name))
      throw new OptionError(`there are scores of ${name}, but no such picture; the pictures are ${names.join(', ')}`);
    const lacking = shown.find((measure) => !(measure.name in of));
    if (lacking) throw new OptionError(`the scores of ${name} have no ${lacking.name}; leave it out of measures`);
  }
  return {
    head: given.length ? shown.map(({ title }) => title).join(' / ') : '',
    of: (name) =>
      name in scores ? shown.map((measure) => scores[name][measure.name].toFixed(measure.digits)).join(' / ') : '',
  };
}
