import { checkCrop, type Crop, cut } from '../image/crop';
import type { Image, Plane } from '../image/image';
import type { Measure } from '../measures/measure';
import { measureOf } from '../measures/measures';

/** The scores of a part of a picture or of the whole, in a flat row: its measures by their titles. */
export type CropRow = Readonly<Record<string, string | number>>;

/**
 * Scores a part of restored pictures against the same part of the truth, and below it the whole pictures. `restored`
 * are pictures by their names, such as `restoreImage` compares them (`compared`). Throws OptionError for a part outside
 * or pictures of another size, UnknownNameError for a measure.
 */
export function cropScores(
  truth: Plane | Image,
  restored: Readonly<Record<string, Plane | Image>>,
  crop: Crop,
  measures: readonly (string | Measure)[] = ['psnr', 'ssim'],
): CropRow[] {
  checkCrop(truth, crop);
  const parts = {
    [`${crop.width} x ${crop.height}`]: (picture: Plane | Image) => cut(picture, crop),
    whole: (picture: Plane | Image) => picture,
  };
  return Object.entries(parts).flatMap(([part, take]) =>
    Object.entries(restored).map(([name, picture]) => ({
      part,
      picture: name,
      ...Object.fromEntries(
        measures.map(measureOf).map(({ title, compare }) => [title, compare(take(picture), take(truth))]),
      ),
    })),
  );
}
