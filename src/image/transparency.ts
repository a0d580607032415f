import sharp from 'sharp';
import { OptionError } from '../errors';
import { type Photograph, type Samples, samplesLike } from './photograph';

/** Red, green and blue, 0 to 255 each. */
export type Color = readonly [number, number, number];

export const white: Color = [255, 255, 255];

/** A colour as CSS writes it: a name, #rgb, #rrggbb, rgb(...) or hsl(...). Anything else is an OptionError. */
export async function parseColor(text: string): Promise<Color> {
  try {
    const { data } = await sharp({ create: { width: 1, height: 1, channels: 4, background: text } })
      .raw()
      .toBuffer({ resolveWithObject: true });
    if (data[3] === 255) return [data[0], data[1], data[2]];
  } catch (error) {
    throw new OptionError(`no colour is called "${text}": write a name such as white, or #ffffff`, { cause: error });
  }
  throw new OptionError(`the background "${text}" lets light through, and so would the picture; use an opaque colour`);
}

const whiteOf = (samples: Samples) => (samples instanceof Uint16Array ? 65535 : 255);

/** Whether any pixel of the picture is not wholly opaque. */
export const isTransparent = ({ alpha }: Photograph): boolean =>
  alpha !== undefined && alpha.some((value) => value < whiteOf(alpha));

/** The picture without alpha, laid on a colour; a grey picture on a colour that is not grey becomes RGB. */
export function layOn(photograph: Photograph, color: Color): Photograph {
  const { alpha, ...opaque } = photograph;
  if (!alpha || !isTransparent(photograph)) return opaque;
  const grey = photograph.channels === 1 && color[0] === color[1] && color[0] === color[2];
  const source = photograph.channels;
  const channels = grey ? 1 : 3;
  const full = whiteOf(photograph.data),
    opacity = 1 / whiteOf(alpha);
  const data = samplesLike(photograph.data, alpha.length * channels);
  for (let i = 0; i < alpha.length; i++) {
    const share = alpha[i] * opacity;
    for (let k = 0; k < channels; k++) {
      const value = photograph.data[i * source + (source === 1 ? 0 : k)];
      data[i * channels + k] = Math.round(value * share + ((color[k] * full) / 255) * (1 - share));
    }
  }
  return { ...opaque, data, channels, ...(channels === source ? {} : { profile: undefined }) };
}

/**
 * Below this share of full opacity the colour of a pixel is uncertain: a division by alpha leaves only few different
 * values.
 */
const FAINT = 1 / 16;

/**
 * The picture with the colours of its invisible pixels taken from visible neighbours up to `reach` pixels away, so
 * that enlarging does not mix hidden colours into the edge. Pixels less than a sixteenth opaque take part of theirs
 * from more opaque neighbours.
 */
export function fillTransparent(photograph: Photograph, reach: number): Photograph {
  const { alpha } = photograph;
  if (!alpha || !isTransparent(photograph)) return photograph;
  const faint = whiteOf(alpha) * FAINT;
  const filled = { ...photograph, data: photograph.data.slice() };
  const trusted = Uint8Array.from(alpha, (value) => (value >= faint ? 1 : 0));
  spread(filled, trusted, reach, (i) => (alpha[i] > 0 ? alpha[i] / faint : undefined));
  const visible = Uint8Array.from(alpha, (value) => (value > 0 ? 1 : 0));
  spread(filled, visible, reach, (i) => (alpha[i] === 0 ? 0 : undefined));
  return filled;
}

/**
 * Works outwards from the known pixels, one ring after another: each new pixel keeps the share `trust` of its colour
 * and takes the rest from the mean of its known neighbours. Pixels without a share are left out.
 */
function spread(
  { data, width, height, channels }: Photograph,
  known: Uint8Array,
  reach: number,
  trust: (i: number) => number | undefined,
): void {
  const around = (i: number, visit: (neighbour: number) => void) => {
    const x = i % width,
      y = (i - x) / width;
    for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++)
      for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++)
        if (u !== x || v !== y) visit(v * width + u);
  };
  const queued = known.slice();
  const ringAround = (pixels: Iterable<number>) => {
    const ring: number[] = [];
    for (const i of pixels)
      around(i, (neighbour) => {
        if (queued[neighbour] || trust(neighbour) === undefined) return;
        queued[neighbour] = 1;
        ring.push(neighbour);
      });
    return ring;
  };
  let ring = ringAround(indicesOf(known));
  for (let round = 0; round < reach && ring.length; round++) {
    for (const i of ring) {
      const share = trust(i) ?? 1;
      const sums = [0, 0, 0];
      let count = 0;
      around(i, (neighbour) => {
        if (!known[neighbour]) return;
        count++;
        for (let k = 0; k < channels; k++) sums[k] += data[neighbour * channels + k];
      });
      for (let k = 0; k < channels; k++)
        data[i * channels + k] = Math.round(data[i * channels + k] * share + (sums[k] / count) * (1 - share));
    }
    for (const i of ring) known[i] = 1;
    ring = ringAround(ring);
  }
}

function* indicesOf(flags: Uint8Array): Generator<number> {
  for (let i = 0; i < flags.length; i++) if (flags[i]) yield i;
}
