import { degradationNamed, degradationNames } from '../degradations/degradations';
import { OptionError, UnknownNameError } from '../errors';
import type { Convention } from '../image/color';
import type { Image } from '../image/image';
import { psnrMeasure } from '../measures/psnr';
import { ssimMeasure } from '../measures/ssim';
import { compareColour } from './compareColour';
import { compareLuminance, showLuminance } from './compareLuminance';
import { cropToScale } from './planes';
import type { Protocol } from './protocol';

/** What is compared: Y of 16..235, Y of 0..255, MATLAB's rgb2gray, or red, green and blue. */
export const scored = ['y', 'y-full', 'grey', 'rgb'] as const;

export interface ByHand {
  /** How the small picture is made: 'matlab' (the default), 'matlab-8-bit', 'pillow' or 'area'. */
  shrink?: string;
  /** Standard deviation of the blur before shrinking, in pixels, 0 to 100; 0 by default. */
  sigma?: number;
  /** What is compared; 'y' by default. */
  score?: (typeof scored)[number];
  /** Pixels at each edge that do not count, a whole number from 0; 0 by default. */
  border?: number;
}

const conventions: Readonly<Record<string, Convention>> = { y: 'studio', 'y-full': 'full', grey: 'grey' };

/** The protocols made so far, by name, so that the same parts give the same object. */
const made = new Map<string, Protocol>();

/**
 * A protocol put together from its parts: pictures are cropped to a multiple of the scale, and scored by PSNR and SSIM.
 * Its name says its parts, as in "shrink=matlab,sigma=0,score=y,border=3", and stands for it wherever a protocol's name
 * does. Throws UnknownNameError and OptionError for parts that do not exist.
 */
export function byHand({ shrink = 'matlab', sigma = 0, score = 'y', border = 0 }: ByHand = {}): Protocol {
  const name = `shrink=${shrink},sigma=${sigma},score=${score},border=${border}`;
  const known = made.get(name);
  if (known) return known;
  const protocol = { ...build({ shrink, sigma, score, border }), name };
  made.set(name, protocol);
  return protocol;
}

function build({ shrink, sigma, score, border }: Required<ByHand>): Omit<Protocol, 'name'> {
  if (!scored.includes(score)) throw new UnknownNameError('score', score, scored);
  if (!(sigma >= 0 && sigma <= 100)) throw new OptionError(`sigma is ${sigma}; use a number from 0 to 100`);
  if (!Number.isInteger(border) || border < 0)
    throw new OptionError(`border is ${border}; use a whole number of pixels from 0`);
  const degradation = { ...degradationNamed(shrink), sigma };
  const convention = conventions[score] ?? (shrink.startsWith('matlab') ? 'studio' : 'full');
  const rules = { convention, degradation, area: cropToScale };
  return {
    ...rules,
    summary: 'put together by hand',
    channels: score === 'rgb' ? 3 : 1,
    trainingSides: ({ width, height }) => ({ width, height }),
    compare: score === 'rgb' ? compareColour(rules) : compareLuminance(rules),
    show: score === 'rgb' ? showColour : showLuminance(rules),
    border: () => border,
    measures: { psnr: psnrMeasure, ssim: ssimMeasure },
  };
}

const showColour: Protocol['show'] = ({ truth, bicubic, network }) => ({
  original: truth as Image,
  bicubic: bicubic as Image,
  restored: network as Image,
});

/**
 * The protocol that such a name stands for, undefined for other names. Parts may be left out or stand in another order.
 */
export function byHandNamed(name: string): Protocol | undefined {
  if (!/^(shrink|sigma|score|border)=/.test(name)) return undefined;
  const parts = Object.fromEntries(name.split(',').map((part) => part.split('=')));
  const wrong = Object.keys(parts).find((key) => !['shrink', 'sigma', 'score', 'border'].includes(key));
  if (wrong !== undefined)
    throw new OptionError(
      `the protocol "${name}" has a part "${wrong}"; use shrink=${degradationNames.join('|')}, sigma=0, ` +
        `score=${scored.join('|')} and border=0, with commas between`,
    );
  const { shrink, sigma, score, border } = parts;
  return byHand({
    shrink,
    score,
    sigma: sigma === undefined ? undefined : Number(sigma),
    border: border === undefined ? undefined : Number(border),
  });
}

/** Whether `byHand` made it; other threads can then make it again from its name. */
export const isByHand = (protocol: Protocol): boolean => made.get(protocol.name) === protocol;
