import { createEngine } from '../../engine/choose';
import type { Engine } from '../../engine/engine';
import { OptionError } from '../../errors';
import { layerOutputs } from '../../evaluation/layerOutputs';
import { luminance } from '../../image/color';
import { checkCrop, type Crop, cut } from '../../image/crop';
import type { Image, Plane } from '../../image/image';
import type { Model } from '../../network/network';
import { DEFAULT_PROTOCOL, DEFAULT_SCALE, protocolOf } from '../../protocols/protocols';
import { canvasAxes, emptyTrace, type Figure, layoutOf, note, pictureUri, tile } from '../figure';
import { detailedCrop } from './beforeAfter';

export interface FeatureMapsOptions {
  /** The part of the photograph to show; without it, a square with much fine detail. */
  crop?: Crop;
  /** How many maps of each layer are shown, 1 to 64; 8 by default. */
  maps?: number;
  /** The engine that computes. Without it, one is chosen, and closed at the end. */
  engine?: Engine;
}

interface Row {
  title: string;
  planes: Plane[];
}

const GAP = 0.06;
/** Room below a row of maps for the title of the next one. */
const STEP = 0.42;

/**
 * The output of each layer of a network on luminance for a photograph, degraded as the network was trained for. The
 * maps that vary most are shown, the strongest first, each from black (its least value) to white. Throws OptionError
 * for a network on colours, a number of maps out of range, or a crop outside.
 */
export async function featureMaps(image: Image, model: Model, options: FeatureMapsOptions = {}): Promise<Figure> {
  const { maps = 8 } = options;
  if (!Number.isInteger(maps) || maps < 1 || maps > 64)
    throw new OptionError(`maps is ${maps}; use a whole number from 1 to 64`);
  const input = inputOf(image, model, options.crop ?? detailedCrop(image));
  const engine = options.engine ?? (await createEngine());
  try {
    const outputs = await layerOutputs(model, input, engine);
    const rows = outputs.map(({ planes }, index): Row => {
      const strongest = planes.map((plane) => ({ plane, deviation: deviationOf(plane) }));
      strongest.sort((a, b) => b.deviation - a.deviation);
      const shown = strongest.slice(0, maps).map(({ plane }) => plane);
      return { title: `layer ${index + 1}: ${countText(shown.length, planes.length)}`, planes: shown };
    });
    return figureOf(model, [{ title: "the network's input", planes: [input] }, ...rows], maps);
  } finally {
    if (!options.engine) await engine.close();
  }
}

const countText = (shown: number, all: number) =>
  all === 1 ? '1 map' : shown < all ? `${shown} of ${all} maps` : `${all} maps`;

/** The part of the degraded luminance, as large as the network reads it. */
function inputOf(image: Image, { network, trainedFor }: Model, crop: Crop): Plane {
  const protocol = protocolOf(trainedFor?.protocol ?? DEFAULT_PROTOCOL);
  const { scale = DEFAULT_SCALE, degradation = { sigma: protocol.degradation.sigma } } = trainedFor ?? {};
  const area = protocol.area(luminance(image, protocol.convention), scale);
  const isSmall = network.reads === 'small';
  const way = isSmall ? protocol.degradation.shrink : protocol.degradation.degrade;
  const times = isSmall ? scale : 1;
  checkCrop(image, crop);
  const input = way(area, scale, degradation.sigma);
  const [x, y] = [crop.x, crop.y].map((corner) => Math.floor(corner / times));
  const [width, height] = [crop.width, crop.height].map((side) => Math.max(1, Math.floor(side / times)));
  const inside = { x, y, width: Math.min(width, input.width - x), height: Math.min(height, input.height - y) };
  checkCrop(input, inside);
  return cut(input, inside);
}

function deviationOf({ data }: Plane): number {
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
  return data.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}

async function figureOf({ network }: Model, rows: Row[], maps: number): Promise<Figure> {
  const columns = Math.min(maps, Math.max(...rows.map(({ planes }) => planes.length)), 8);
  const { width: pixels, height: down } = rows[0].planes[0];
  const tall = down / pixels;
  const magnify = Math.max(1, Math.round(200 / pixels));
  const images: Record<string, unknown>[] = [];
  const titles: Record<string, unknown>[] = [];
  let top = 0;
  for (const { title, planes } of rows) {
    titles.push(note(`<b>${title}</b>`, 0, top + STEP - 0.06, { xanchor: 'left' }));
    top += STEP;
    for (const [index, plane] of planes.entries()) {
      const [column, line] = [index % columns, Math.floor(index / columns)];
      const uri = await pictureUri(greyScale(plane), magnify);
      images.push(tile(uri, column * (1 + GAP), top + line * (tall + GAP), 1, tall));
    }
    top += Math.ceil(planes.length / columns) * (tall + GAP) - GAP;
  }
  const width = columns * (1 + GAP) - GAP;
  const margin = { l: 15, r: 15, t: 80, b: 15 };
  return {
    data: [emptyTrace()],
    layout: layoutOf(
      'Feature maps',
      `network ${network.name}; of each layer those that vary most, each in its own scale`,
      {
        ...canvasAxes(width, top),
        images,
        annotations: titles,
        width: 820,
        height: Math.round((790 * top) / width) + margin.t + margin.b,
        margin,
      },
    ),
  };
}

/** From black, the least value, to white; a flat map is mid-grey. */
function greyScale(plane: Plane): Plane {
  const [least, most] = plane.data.reduce(
    ([a, b], value) => [Math.min(a, value), Math.max(b, value)],
    [Infinity, -Infinity],
  );
  const range = most - least;
  return { ...plane, data: plane.data.map((value) => (range ? (255 * (value - least)) / range : 128)) };
}
