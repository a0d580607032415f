import { OptionError } from '../../errors';
import type { Image } from '../../image/image';
import { checkCrop, type Crop, cut } from '../../image/crop';
import { canvasAxes, emptyTrace, type Figure, layoutOf, note, palette, pictureUri, previewUri, tile } from '../figure';

export interface BeforeAfterOptions {
  /** The part to show enlarged; without it, a square with much fine detail. */
  crop?: Crop;
  /** PSNR in dB, shown in the titles. */
  scores?: { bicubic?: number; restored?: number };
}

const gap = 0.04;
/** Room for the frames' lines at the edge. */
const air = 0.01;

/**
 * Shows the whole picture with the crop marked, and below it the crop of bicubic, SRCNN and original side by side,
 * pixel by pixel. Throws OptionError when sizes differ or the crop lies outside.
 */
export async function beforeAfter(
  images: { original: Image; bicubic: Image; restored: Image },
  options: BeforeAfterOptions = {},
): Promise<Figure> {
  const { original, bicubic, restored } = images;
  const crop = options.crop ?? detailedCrop(original);
  check(images, crop);
  const tileHeight = crop.height / crop.width;
  const width = 3 + 2 * gap;
  const whole = fitted(original, width, 1.35);
  const left = (width - whole.width) / 2;
  const top = whole.height + 0.22;
  const magnify = Math.max(1, Math.round(560 / crop.width));
  const enlarged = await Promise.all(
    [bicubic, restored, original].map((image) => pictureUri(cut(image, crop), magnify)),
  );
  const columns = ['bicubic', 'network', 'original'].map((name, index) => ({
    x: index * (1 + gap),
    title: titleOf(name, [options.scores?.bicubic, options.scores?.restored][index]),
  }));
  const height = top + tileHeight;
  const margin = { l: 15, r: 15, t: 80, b: 15 };
  return {
    data: [emptyTrace()],
    layout: layoutOf('Before and after', `the marked ${crop.width} x ${crop.height} pixels, enlarged below`, {
      ...canvasAxes(width, height, air),
      images: [
        tile(await previewUri(original, 800), left, 0, whole.width, whole.height),
        ...columns.map(({ x }, index) => tile(enlarged[index], x, top, 1, tileHeight)),
      ],
      shapes: [
        marked(left + crop.x * whole.scale, crop.y * whole.scale, crop.width * whole.scale, crop.height * whole.scale),
        ...columns.map(({ x }) => marked(x, top, 1, tileHeight)),
      ],
      annotations: columns.map(({ x, title }) => note(title, x + 0.5, top - 0.03)),
      width: 820,
      height: Math.round((790 * (height + 2 * air)) / (width + 2 * air)) + margin.t + margin.b,
      margin,
    }),
  };
}

const titleOf = (name: string, score?: number) =>
  `<b>${name}</b>${score === undefined ? '' : `  ${score.toFixed(2)} dB`}`;

const marked = (x: number, y: number, width: number, height: number) => ({
  type: 'rect',
  xref: 'x',
  yref: 'y',
  x0: x,
  y0: y,
  x1: x + width,
  y1: y + height,
  line: { color: palette.mark, width: 2 },
});

function fitted(image: Image, width: number, height: number): { width: number; height: number; scale: number } {
  const scale = Math.min(width / image.width, height / image.height);
  return { width: image.width * scale, height: image.height * scale, scale };
}

function check(
  { original, bicubic, restored }: { original: Image; bicubic: Image; restored: Image },
  crop: Crop,
): void {
  const { width, height } = original;
  for (const [name, other] of Object.entries({ bicubic, restored })) {
    if (other.width !== width || other.height !== height)
      throw new OptionError(
        `${name} is ${other.width}x${other.height}, original ${width}x${height}; give pictures of the same size`,
      );
  }
  checkCrop(original, crop);
}

/**
 * Takes squares on a grid of half their side and returns the one whose neighbouring pixels differ most: fine detail
 * rather than one strong edge.
 */
export function detailedCrop(image: Image): Crop {
  const shorter = Math.min(image.width, image.height);
  const side = Math.min(shorter, Math.max(32, Math.min(96, Math.round(shorter / 4))));
  const step = Math.max(1, side >> 1);
  let best = { crop: { x: 0, y: 0, width: side, height: side }, detail: -1 };
  for (let y = 0; y + side <= image.height; y += step) {
    for (let x = 0; x + side <= image.width; x += step) {
      const crop = { x, y, width: side, height: side };
      const detail = detailOf(cut(image, crop));
      if (detail > best.detail) best = { crop, detail };
    }
  }
  return best.crop;
}

/**
 * The sum of squared differences between neighbours in the green channel: green stands for the luminance, because no
 * exact score is needed here.
 */
function detailOf({ data, width, height, channels }: Image): number {
  const at = (x: number, y: number) => data[(y * width + x) * channels + (channels >> 1)];
  let sum = 0;
  for (let y = 1; y < height; y++)
    for (let x = 1; x < width; x++) sum += (at(x, y) - at(x - 1, y)) ** 2 + (at(x, y) - at(x, y - 1)) ** 2;
  return sum;
}
