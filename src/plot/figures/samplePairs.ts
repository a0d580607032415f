import { type PatchSet, timesOf } from '../../data/patches';
import { OptionError } from '../../errors';
import type { Plane } from '../../image/image';
import { cut } from '../../image/crop';
import { type RandomState, shuffled } from '../../random';
import { canvasAxes, emptyTrace, type Figure, layoutOf, note, pictureUri, tile } from '../figure';
import { protocolOf } from '../../protocols/protocols';

export interface SamplePairsOptions {
  /** How many pairs are drawn; 10 by default. */
  count?: number;
  /** Seed of the random numbers that choose them; 0 by default. */
  seed?: number;
}

const gap = 0.08;

/** The first plane is shown. */
const shown = { y: 'luminance', rgb: 'red', ycbcr: 'luminance' } as const;

/**
 * Training pairs drawn at random, degraded above and original below; the same seed draws the same ones. Throws
 * OptionError for a count out of range.
 */
export async function samplePairs(
  patches: PatchSet,
  { count = 10, seed = 0 }: SamplePairsOptions = {},
): Promise<Figure> {
  if (!Number.isInteger(count) || count < 1 || count > patches.count)
    throw new OptionError(`count is ${count}; use a whole number from 1 to the ${patches.count} patches there are`);
  const random: RandomState = { seed, draws: 0 };
  const drawn = [...shuffled(patches.count, random).subarray(0, count)];
  const left = 0.35;
  const images = await Promise.all(
    drawn.flatMap((index, column) =>
      (['input', 'target'] as const).map(async (which, row) => {
        const magnify = Math.max(1, Math.round(160 / patches.size));
        return tile(
          await pictureUri(patch(patches, index, which), magnify),
          left + column * (1 + gap),
          row * (1 + gap),
          1,
          1,
        );
      }),
    ),
  );
  const width = left + count * (1 + gap) - gap;
  const height = 2 + gap;
  const pixels = Math.round(Math.min(820, 80 + 180 * width));
  const label = (text: string, row: number) =>
    note(text, left - gap, row * (1 + gap) + 0.5, { textangle: -90, xanchor: 'right', yanchor: 'middle' });
  const margin = { l: 10, r: 10, t: 80, b: 10 };
  return {
    data: [emptyTrace()],
    layout: layoutOf(
      `${count} random training ${count === 1 ? 'pair' : 'pairs'}`,
      `${patches.size} x ${patches.size} pixels of ${shown[patches.colours ?? 'y']}, ` +
        `protocol ${protocolOf(patches.protocol).name}, ` +
        `x${patches.scale}`,
      {
        ...canvasAxes(width, height),
        images,
        annotations: [label('degraded', 0), label('original', 1)],
        width: pixels,
        height: Math.round(((pixels - 20) * height) / width) + margin.t + margin.b,
        margin,
      },
    ),
  };
}

/** The degraded or the original side of one pair, values 0..255. */
function patch(patches: PatchSet, index: number, which: 'input' | 'target'): Plane {
  const { pictures, picture, x, y, size } = patches;
  const times = timesOf(patches);
  const { [which]: data, width, height } = pictures[picture[index]];
  const whole = which === 'target' ? { data, width, height } : { data, width: width / times, height: height / times };
  const factor = which === 'target' ? times : 1;
  const side = size * factor;
  const part = cut(whole, { x: factor * x[index], y: factor * y[index], width: side, height: side });
  return { ...part, data: Float32Array.from(part.data) };
}
