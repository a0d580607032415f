import { checkCrop, type Crop, cut } from '../../image/crop';
import type { Image } from '../../image/image';
import { canvasAxes, emptyTrace, type Figure, layoutOf, note, palette, pictureUri, previewUri, tile } from '../figure';
import { checkSizes, gridOf, titled } from '../pictureGrid';
import { scoreLines, type ScoreLineOptions } from '../scoreLine';
import { detailedCrop } from './beforeAfter';

export interface PaperStripOptions extends ScoreLineOptions {
  /** The part to show enlarged in each picture; without it, a square with much fine detail. */
  crop?: Crop;
}

/** How much of the picture's shorter side the enlarged part takes up. */
const INSET = 0.48;

/**
 * The strip that papers print: the truth and its restorations, each whole with a part enlarged in its corner and its
 * scores below. `restored` are bicubic and the networks by their names, all of the truth's size. Throws OptionError
 * for pictures of another size, none at all, a crop outside, or scores that do not belong to the pictures.
 */
export async function paperStrip(
  truth: Image,
  restored: Readonly<Record<string, Image>>,
  options: PaperStripOptions = {},
): Promise<Figure> {
  checkSizes(truth, restored);
  const crop = options.crop ?? detailedCrop(truth);
  checkCrop(truth, crop);
  const lines = scoreLines(Object.keys(restored), options);
  const pictures = [
    { title: titled('original', lines.head), image: truth },
    ...Object.entries(restored).map(([name, image]) => ({ title: titled(name, lines.of(name)), image })),
  ];
  const grid = gridOf(pictures.length, truth.height / truth.width, lines.head !== '');
  const inset = insetOf(truth, crop);
  const unit = 1 / truth.width;
  const magnify = Math.max(1, Math.round((inset.width * unit * grid.pixels * 2) / crop.width));
  const images = await Promise.all(
    pictures.map(async ({ image }, index) => {
      const { x, y } = grid.place(index);
      const [left, top] = [x + inset.x * unit, y + inset.y * unit];
      return [
        tile(await previewUri(image, 2 * grid.side), x, y, 1, truth.height * unit),
        tile(await pictureUri(cut(image, crop), magnify), left, top, inset.width * unit, inset.height * unit),
      ];
    }),
  );
  return {
    data: [emptyTrace()],
    layout: layoutOf('Restored pictures', `the marked ${crop.width} x ${crop.height} pixels, enlarged in the corner`, {
      ...canvasAxes(grid.width, grid.height, grid.air),
      images: images.flat(),
      shapes: pictures.flatMap((_, index) => [crop, inset].map((part) => frameOf(part, grid.place(index), unit))),
      annotations: pictures.map(({ title }, index) => {
        const { x, y } = grid.place(index);
        return note(title, x + 0.5, y + truth.height * unit + 0.02, { yanchor: 'top', font: { size: 12 } });
      }),
      ...grid.layout,
    }),
  };
}

/** Where the enlarged part stands, in pixels of the picture: in the corner where it covers the least of the crop. */
function insetOf({ width, height }: Image, crop: Crop): Crop {
  const factor = (INSET * Math.min(width, height)) / Math.max(crop.width, crop.height);
  const size = { width: crop.width * factor, height: crop.height * factor };
  const [right, bottom] = [width - size.width, height - size.height];
  const corners = [
    { x: right, y: bottom },
    { x: 0, y: bottom },
    { x: right, y: 0 },
    { x: 0, y: 0 },
  ].map((corner) => ({ ...corner, ...size }));
  return corners.reduce((best, corner) => (overlap(corner, crop) < overlap(best, crop) ? corner : best));
}

function overlap(a: Crop, b: Crop): number {
  const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return Math.max(0, across) * Math.max(0, down);
}

const frameOf = (part: Crop, { x, y }: { x: number; y: number }, unit: number) => ({
  type: 'rect',
  xref: 'x',
  yref: 'y',
  x0: x + part.x * unit,
  y0: y + part.y * unit,
  x1: x + (part.x + part.width) * unit,
  y1: y + (part.y + part.height) * unit,
  line: { color: palette.mark, width: 1.5 },
});
