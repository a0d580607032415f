import { OptionError } from '../../errors';
import type { Image } from '../../image/image';
import { checkCrop, type Crop, cut } from '../../image/crop';
import { emptyTrace, type Figure, layoutOf, note, palette, pictureUri, tile } from '../figure';

export interface SliderOptions {
  /** What the two pictures are called; "before" and "after" without it. */
  names?: readonly [string, string];
  /** The part of the larger picture to show; by default its middle, if the picture is larger than the figure. */
  crop?: Crop;
}

/** The greatest width that is shown pixel for pixel: that of a notebook. */
const MOST = { width: 720, height: 420 };
/** The line between the pictures moves by this part of the width. */
const STEP = 0.02;
const POSITIONS = Array.from({ length: 49 }, (_, i) => Number(((i + 1) * STEP).toFixed(2)));

/**
 * Shows two pictures in one frame with a slider that moves the line between them; in print and on GitHub, where
 * nothing can be moved, the line stands in the middle. `before` may be smaller by a whole factor, as a picture is
 * than its enlargement: its pixels are then shown as squares. Throws OptionError for other sizes.
 */
export async function slider(before: Image, after: Image, options: SliderOptions = {}): Promise<Figure> {
  const times = after.width / before.width;
  if (!Number.isInteger(times) || after.height !== times * before.height) {
    throw new OptionError(
      `before is ${before.width}x${before.height}, after ${after.width}x${after.height}; give pictures of one ` +
        'size, or an enlargement by a whole number',
    );
  }
  const crop = options.crop ?? middle(after);
  checkCrop(after, crop);
  const [left, right] = await Promise.all([
    pictureUri(cut(enlarge(before, times), crop)),
    pictureUri(cut(after, crop)),
  ]);
  return {
    data: [emptyTrace(), { ...emptyTrace(), xaxis: 'x2', yaxis: 'y2' }],
    layout: layout(crop, [left, right], options.names ?? ['before', 'after']),
  };
}

function middle({ width, height }: Image): Crop {
  const size = { width: Math.min(width, MOST.width), height: Math.min(height, MOST.height) };
  return { x: (width - size.width) >> 1, y: (height - size.height) >> 1, ...size };
}

/**
 * Each picture has its own axes, which show it up to the line: the slider moves only the axes, and each picture is
 * stored once.
 */
function layout(
  { width, height }: Crop,
  sources: readonly [string, string],
  names: readonly [string, string],
): Figure['layout'] {
  const magnify = Math.max(1, Math.floor(MOST.width / width / 1.5));
  const shown = { width: width * magnify, height: height * magnify };
  const margin = { l: 20, r: 20, t: 90, b: 60 };
  const hidden = { visible: false, showgrid: false, zeroline: false, fixedrange: true };
  const at = placed(0.5, width);
  const pictures = sources.map((source, i) => ({
    ...tile(source, 0, 0, width, height),
    ...(i ? { xref: 'x2', yref: 'y2' } : {}),
  }));
  return layoutOf('Before and after', 'move the line with the slider', {
    xaxis: { ...hidden, domain: at['xaxis.domain'], range: at['xaxis.range'], anchor: 'y' },
    xaxis2: { ...hidden, domain: at['xaxis2.domain'], range: at['xaxis2.range'], anchor: 'y2' },
    yaxis: { ...hidden, range: [height, 0] },
    yaxis2: { ...hidden, range: [height, 0], anchor: 'x2' },
    images: pictures,
    shapes: [
      {
        type: 'line',
        xref: 'paper',
        yref: 'paper',
        x0: 0.5,
        x1: 0.5,
        y0: 0,
        y1: 1,
        line: { color: palette.mark, width: 2 },
      },
    ],
    annotations: names.map((name, i) =>
      note(`<b>${name}</b>`, i, 1, { xref: 'paper', yref: 'paper', xanchor: i ? 'right' : 'left' }),
    ),
    sliders: [
      {
        active: POSITIONS.indexOf(0.5),
        x: 0,
        len: 1,
        y: 0,
        yanchor: 'top',
        pad: { t: 8, b: 0, l: 0, r: 0 },
        bgcolor: palette.bicubic,
        bordercolor: palette.bicubic,
        activebgcolor: palette.mark,
        ticklen: 0,
        minorticklen: 0,
        font: { color: 'rgba(0,0,0,0)', size: 1 },
        currentvalue: { visible: false },
        steps: POSITIONS.map((position) => ({ label: '', method: 'relayout', args: [placed(position, width)] })),
      },
    ],
    showlegend: false,
    width: shown.width + margin.l + margin.r,
    height: shown.height + margin.t + margin.b,
    margin,
  });
}

/** The layout with the line at this part of the width. */
function placed(position: number, width: number) {
  return {
    'xaxis.domain': [0, position],
    'xaxis.range': [0, position * width],
    'xaxis2.domain': [position, 1],
    'xaxis2.range': [position * width, width],
    'shapes[0].x0': position,
    'shapes[0].x1': position,
  };
}

function enlarge(image: Image, times: number): Image {
  if (times === 1) return image;
  const { channels } = image;
  const width = image.width * times,
    height = image.height * times;
  const data = new Uint8Array(width * height * channels);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (Math.floor(y / times) * image.width + Math.floor(x / times)) * channels;
      for (let k = 0; k < channels; k++, at++) data[at] = image.data[from + k];
    }
  }
  return { data, width, height, channels };
}
