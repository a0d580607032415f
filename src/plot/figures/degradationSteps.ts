import { type DegradeOptions, degrade, lowResolution } from '../../data/degrade';
import { OptionError } from '../../errors';
import { luminance } from '../../image/color';
import type { Image, Plane } from '../../image/image';
import { detailedCrop } from './beforeAfter';
import { checkCrop, type Crop, cut } from '../../image/crop';
import { DEFAULT_PROTOCOL, DEFAULT_SCALE, protocolOf } from '../../protocols/protocols';
import { canvasAxes, emptyTrace, type Figure, layoutOf, note, pictureUri, tile } from '../figure';

export interface DegradationOptions extends DegradeOptions {
  /** The part to show; without it, a square with much fine detail. */
  crop?: Crop;
}

const gap = 0.04;
/** Room for the titles above the tiles. */
const top = 0.1;

/**
 * Shows the steps that a picture passes through on its way to the network, each time the same part: its luminance,
 * the picture at low resolution, and bicubic's enlargement of that. Throws OptionError for a part outside the
 * picture.
 */
export async function degradationSteps(image: Image, { crop, ...options }: DegradationOptions = {}): Promise<Figure> {
  const { scale = DEFAULT_SCALE } = options;
  const protocol = protocolOf(options.protocol ?? DEFAULT_PROTOCOL);
  const part = atScale(crop ?? detailedCrop(image), scale);
  const y = luminance(image, protocol.convention);
  const small = { x: part.x / scale, y: part.y / scale, width: part.width / scale, height: part.height / scale };
  const steps = [
    { name: 'luminance', plane: cutInside(y, part) },
    { name: `low resolution, 1/${scale}`, plane: cutInside(lowResolution(y, options), small) },
    { name: "bicubic: the network's input", plane: cutInside(degrade(y, options), part) },
  ];
  const uris = await Promise.all(
    steps.map(({ plane }) => pictureUri(plane, Math.max(1, Math.round(560 / plane.width)))),
  );
  const width = 3 + 2 * gap;
  const tileHeight = part.height / part.width;
  const height = top + tileHeight;
  const margin = { l: 10, r: 10, t: 80, b: 10 };
  return {
    data: [emptyTrace()],
    layout: layoutOf(
      "From a photograph to the network's input",
      `${part.width} x ${part.height} pixels of it, protocol ${protocol.name}, x${scale}`,
      {
        ...canvasAxes(width, height),
        images: uris.map((uri, index) => tile(uri, index * (1 + gap), top, 1, tileHeight)),
        annotations: steps.map(({ name }, index) => note(`<b>${name}</b>`, index * (1 + gap) + 0.5, top - 0.02)),
        width: 820,
        height: Math.round((800 * height) / width) + margin.t + margin.b,
        margin,
      },
    ),
  };
}

/** The part, moved and cut to whole pixels of the low resolution. */
function atScale(crop: Crop, scale: number): Crop {
  const down = (value: number) => value - (value % scale);
  const part = { x: down(crop.x), y: down(crop.y), width: down(crop.width), height: down(crop.height) };
  if (part.width < scale || part.height < scale)
    throw new OptionError(`crop is ${crop.width}x${crop.height}; use at least ${scale}x${scale} pixels`);
  return part;
}

function cutInside(plane: Plane, crop: Crop): Plane {
  checkCrop(plane, crop);
  return cut(plane, crop);
}
