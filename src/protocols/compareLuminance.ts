import type { Degradation } from '../degradations/degradation';
import { type Convention, luminance, toRgb, toYCbCr } from '../image/color';
import type { Image, Plane } from '../image/image';
import { clipPlane, fitted, imageOf, planesOf, roundPlane } from './planes';
import type { Protocol } from './protocol';

/** What protocols differ in that compare one 8-bit plane of luminance. */
interface LuminanceRules {
  convention: Convention;
  degradation: Degradation;
  area: Protocol['area'];
}

/**
 * Compares luminance: it is degraded as one plane, bicubic and the network bring it back, and all three are whole
 * numbers of 0..255. A network on red, green and blue gets those three planes degraded alike, and the luminance of its
 * picture counts.
 */
export function compareLuminance({ convention, degradation, area }: LuminanceRules): Protocol['compare'] {
  return async (image, { scale, sigma, bicubic, restore }) => {
    const truth = area(luminance(image, convention), scale);
    const restored = async (): Promise<Plane> => {
      const rgb = restore!.channels === 3;
      const planes = rgb ? planesOf(image).map((plane) => area(plane, scale)) : [truth];
      const out = await restore!.restore({
        small: () => planes.map((plane) => degradation.shrink(plane, scale, sigma)),
        enlarged: () => planes.map((plane) => degradation.degrade(plane, scale, sigma)),
      });
      const whole = out.map((plane) => fitted(plane, truth));
      return rgb ? luminance(imageOf(whole), convention) : clipPlane(roundPlane(whole[0]));
    };
    return {
      truth,
      bicubic: bicubic ? degradation.degrade(truth, scale, sigma) : undefined,
      network: restore && (await restored()),
    };
  };
}

/** Luminance as it is compared, with the true chroma for the original and bicubic's for the others. */
export function showLuminance({ convention, degradation, area }: LuminanceRules): Protocol['show'] {
  return ({ truth, bicubic, network }, image: Image, scale: number) => {
    const { cb, cr } = toYCbCr(image, convention);
    const [blue, red] = [cb, cr].map((plane) => area(plane, scale));
    const [lowBlue, lowRed] = [blue, red].map((plane) => degradation.degrade(plane, scale, 0));
    const picture = (y: Plane | Image) => toRgb({ y: y as Plane, cb: lowBlue, cr: lowRed }, convention);
    return {
      original: toRgb({ y: truth as Plane, cb: blue, cr: red }, convention),
      bicubic: picture(bicubic),
      restored: picture(network),
    };
  };
}
