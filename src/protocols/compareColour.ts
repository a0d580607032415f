import type { Degradation } from '../degradations/degradation';
import { type Convention, luminance, toRgb, toYCbCr } from '../image/color';
import type { Image, Plane } from '../image/image';
import { fitted, imageOf, planesOf, roundPlane } from './planes';
import type { Protocol, Restore } from './protocol';

/** What protocols differ in that compare red, green and blue, each of them degraded. */
interface ColourRules {
  convention: Convention;
  degradation: Degradation;
  area: Protocol['area'];
}

/**
 * Compares red, green and blue. A network on luminance gets that of the degraded picture, and its result is given the
 * chroma of bicubic's picture: nothing but the small picture is known to it.
 */
export function compareColour({ convention, degradation, area }: ColourRules): Protocol['compare'] {
  return async (image, { scale, sigma, bicubic, restore }) => {
    const planes = planesOf(image).map((plane) => area(plane, scale));
    const enlarged = planes.map((plane) => degradation.degrade(plane, scale, sigma));
    const small = () => planes.map((plane) => degradation.shrink(plane, scale, sigma));
    return {
      truth: imageOf(planes),
      bicubic: bicubic ? imageOf(enlarged) : undefined,
      network: restore && (await restoreColour(restore, { small, enlarged: () => enlarged }, convention)),
    };
  };
}

/** What the network makes of a picture that was degraded in red, green and blue. */
async function restoreColour(
  restore: Restore,
  { small, enlarged }: { small(): Plane[]; enlarged(): Plane[] },
  convention: Convention,
): Promise<Image> {
  const large = imageOf(enlarged());
  if (restore.channels === 3) {
    const out = await restore.restore({ small, enlarged });
    return imageOf(out.map((plane) => fitted(plane, large)));
  }
  const [y] = await restore.restore({
    small: () => [luminance(imageOf(small()), convention)],
    enlarged: () => [luminance(large, convention)],
  });
  const { cb, cr } = toYCbCr(large, convention);
  return toRgb({ y: roundPlane(fitted(y, large)), cb, cr }, convention);
}
