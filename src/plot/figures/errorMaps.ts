import { BLACKEST, errorMap } from '../../evaluation/errorMap';
import type { Image, Plane } from '../../image/image';
import { canvasAxes, emptyTrace, type Figure, layoutOf, note, palette, pictureUri, previewUri, tile } from '../figure';
import { checkSizes, gridOf, titled } from '../pictureGrid';
import { scoreLines, type ScoreLineOptions } from '../scoreLine';

/**
 * Where restored pictures differ from the truth, side by side on one scale, with their scores below: white where equal,
 * black from 32 levels of 0..255. `restored` are bicubic and the networks by their names, as `restoreImage` compares
 * them (`compared`) or as images. Throws OptionError for pictures of another size or other channels, none at all, or
 * scores that do not belong to the pictures.
 */
export async function errorMaps(
  truth: Image | Plane,
  restored: Readonly<Record<string, Image | Plane>>,
  options: ScoreLineOptions = {},
): Promise<Figure> {
  checkSizes(truth, restored);
  const names = Object.keys(restored);
  const lines = scoreLines(names, options);
  const tall = truth.height / truth.width;
  const grid = gridOf(names.length, tall, lines.head !== '', 70);
  const magnify = Math.max(1, Math.round((2 * grid.pixels) / truth.width));
  // A large map keeps three pixels for two on the page: all of its noise would be megabytes.
  const most = Math.round(1.5 * grid.side);
  const uriOf = (map: Image) =>
    Math.max(map.width, map.height) > most ? previewUri(map, most) : pictureUri(map, magnify);
  const images = await Promise.all(
    Object.values(restored).map(async (picture, index) => {
      const { x, y } = grid.place(index);
      return tile(await uriOf(errorMap(picture, truth)), x, y, 1, tall);
    }),
  );
  return {
    data: [{ ...emptyTrace(), marker: { opacity: 0, color: [0], ...scaleOf() } }],
    layout: layoutOf('Error maps', `difference from the original${lines.head && `; below: ${lines.head}`}`, {
      ...canvasAxes(grid.width, grid.height, grid.air),
      images,
      shapes: images.map(({ x, y }) => outline(x as number, y as number, tall)),
      annotations: names.map((name, index) => {
        const { x, y } = grid.place(index);
        return note(titled(name, lines.of(name)), x + 0.5, y + tall + 0.02, { yanchor: 'top', font: { size: 12 } });
      }),
      ...grid.layout,
    }),
  };
}

/** The scale from white to black with its levels. */
function scaleOf(): Record<string, unknown> {
  const levels = [0, 8, 16, 24, BLACKEST];
  return {
    cmin: 0,
    cmax: BLACKEST,
    colorscale: [
      [0, '#fff'],
      [1, '#000'],
    ],
    showscale: true,
    colorbar: {
      thickness: 12,
      tickvals: levels,
      ticktext: levels.map((level) => (level === BLACKEST ? `≥ ${level}` : `${level}`)),
      outlinecolor: palette.bicubic,
      outlinewidth: 1,
    },
  };
}

/** A white map needs an edge on a white page. */
const outline = (x: number, y: number, tall: number) => ({
  type: 'rect',
  xref: 'x',
  yref: 'y',
  x0: x,
  y0: y,
  x1: x + 1,
  y1: y + tall,
  line: { color: palette.bicubic, width: 1 },
});
