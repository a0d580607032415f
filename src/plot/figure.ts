import sharp from 'sharp';
import type { Image, Plane } from '../image/image';

/** A plotly figure as plain data: plotly.js shows it, JSON carries it. */
export interface Figure {
  data: Record<string, unknown>[];
  layout: Record<string, unknown>;
}

/** Figures have no background of their own, so that they suit a light and a dark page. */
export const transparent = 'rgba(0,0,0,0)';

/**
 * What each colour means, in every figure. All are visible on white and on the #111 of JupyterLab's dark theme: lines
 * have a contrast of 3 and more on both, and text has 4.3, nearly the most that one colour can have on both.
 */
export const palette = {
  model: '#1a7fb0',
  bicubic: '#7a7f87',
  mark: '#e4572e',
  text: '#747a82',
  grid: 'rgba(128,128,128,0.25)',
};

/**
 * Colours of runs shown together, told apart by colour-blind readers too (Okabe and Ito 2008); their orange and sky
 * blue are darker here, because both are too pale for lines on white.
 */
export const runColors = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#bf8400', '#3d9ad1'];

/** Shapes that go with these colours, so that runs differ in a print without colour too. */
const runSymbols = ['circle', 'diamond', 'square', 'triangle-up', 'cross', 'star'];

/** Colour and shape of one of `count` networks; one alone has the network's own colour. */
export function markOf(index: number, count: number): { color: string; symbol: string } {
  const at = index % runColors.length;
  return { color: count === 1 ? palette.model : runColors[at], symbol: runSymbols[at] };
}

const font = {
  family: 'Helvetica, Arial, "Liberation Sans", "DejaVu Sans", sans-serif',
  size: 13,
  color: palette.text,
};

/** The shared look: no background, one font, title at the left, legend in a row below the title. */
export function layoutOf(title: string, subtitle: string, rest: Record<string, unknown>): Record<string, unknown> {
  return {
    title: {
      text: title,
      subtitle: { text: subtitle, font: { size: 12, color: palette.text } },
      x: 0,
      xanchor: 'left',
      xref: 'paper',
      y: 1,
      yref: 'container',
      yanchor: 'top',
      pad: { t: 16 },
      font: { size: 17 },
    },
    font,
    paper_bgcolor: transparent,
    plot_bgcolor: transparent,
    modebar: { bgcolor: transparent, color: palette.text, activecolor: palette.model },
    hovermode: 'closest',
    ...rest,
  };
}

/** An axis of a chart: light grid, thin line, a title where it is not ''. */
export function axis(title: string, rest: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    ...(title ? { title: { text: title, standoff: 8, font: { size: 13 } } } : {}),
    gridcolor: palette.grid,
    linecolor: palette.bicubic,
    showline: true,
    ticks: 'outside',
    tickcolor: palette.bicubic,
    zeroline: false,
    ...rest,
  };
}

/** A logarithmic axis, with the values at its ticks written out; one from 0 where no value is positive. */
export function lossAxis(title: string, values: number[]): Record<string, unknown> {
  const positive = values.filter((value) => value > 0 && Number.isFinite(value));
  if (!positive.length) return axis(title, { rangemode: 'tozero' });
  const [least, most] = positive.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [Infinity, 0]);
  // Plotly's own ticks between the powers of ten are bare digits, read too easily as the values.
  const tickvals = most > 10 * least ? decadeTicks(least, most) : evenTicks(least, most);
  return axis(title, { type: 'log', tickvals, ticktext: tickvals.map(String) });
}

function decadeTicks(least: number, most: number): number[] {
  const steps = most > 1000 * least ? ['1'] : ['1', '2', '5'];
  const powers = Array.from(
    { length: Math.ceil(Math.log10(most / least)) + 2 },
    (_, index) => Math.floor(Math.log10(least)) + index,
  );
  return powers.flatMap((power) => steps.map((step) => Number(`${step}e${power}`)));
}

/** Round values at even distances, some four between the least and the most, and one beyond each. */
function evenTicks(least: number, most: number): number[] {
  const range = most - least || least;
  const power = 10 ** Math.floor(Math.log10(range / 4));
  const step = power * [1, 2, 5, 10].find((factor) => range / (power * factor) <= 5)!;
  const first = Math.floor(least / step);
  return Array.from({ length: Math.ceil(most / step) - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(6)),
  ).filter((value) => value > 0);
}

/** The note at (x, y) of the given axes; 'paper' means fractions of the plot. */
export function note(text: string, x: number, y: number, rest: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    text,
    x,
    y,
    xref: 'x',
    yref: 'y',
    showarrow: false,
    xanchor: 'center',
    yanchor: 'bottom',
    font: { size: 13 },
    ...rest,
  };
}

/** A picture that fills the box from (x, y), its upper left corner, in data units of the axes made by `canvasAxes`. */
export function tile(source: string, x: number, y: number, width: number, height: number): Record<string, unknown> {
  return {
    source,
    x,
    y,
    sizex: width,
    sizey: height,
    xref: 'x',
    yref: 'y',
    xanchor: 'left',
    yanchor: 'top',
    sizing: 'stretch',
    layer: 'below',
  };
}

/**
 * Hidden axes over a canvas of width x height units with a small margin, y downwards as in pictures, with the same
 * scale in both directions.
 */
export function canvasAxes(width: number, height: number, air = 0): Record<string, unknown> {
  const hidden = { visible: false, showgrid: false, zeroline: false };
  return {
    xaxis: { ...hidden, range: [-air, width + air], constrain: 'domain' },
    yaxis: { ...hidden, range: [height + air, -air], scaleanchor: 'x', constrain: 'domain' },
  };
}

/** One invisible point: plotly draws pictures on axes only where there is a trace. */
export function emptyTrace(): Record<string, unknown> {
  return {
    type: 'scatter',
    mode: 'markers',
    x: [0],
    y: [0],
    marker: { opacity: 0 },
    hoverinfo: 'skip',
    showlegend: false,
  };
}

/** 8-bit samples of an image or a plane (values clipped to 0..255), ready for an encoder. */
function encoder(picture: Image | Plane) {
  const { width, height } = picture;
  const channels = 'channels' in picture ? picture.channels : 1;
  const samples = picture.data instanceof Float32Array ? Uint8ClampedArray.from(picture.data) : picture.data;
  return sharp(Buffer.from(samples.buffer, samples.byteOffset, samples.length), { raw: { width, height, channels } });
}

/** The picture as a PNG, each pixel `magnify` pixels wide, so that browsers cannot smooth it away. */
export async function pngOf(picture: Image | Plane, magnify = 1): Promise<Buffer> {
  const { width, height } = picture;
  const enlarged =
    magnify === 1
      ? encoder(picture)
      : encoder(picture).resize(width * magnify, height * magnify, { kernel: 'nearest' });
  return enlarged
    .toColorspace('channels' in picture && picture.channels === 3 ? 'srgb' : 'b-w')
    .png()
    .toBuffer();
}

/** The picture as a PNG data URI for a plotly figure, each pixel `magnify` pixels wide. */
export async function pictureUri(picture: Image | Plane, magnify = 1): Promise<string> {
  return `data:image/png;base64,${(await pngOf(picture, magnify)).toString('base64')}`;
}

/**
 * The picture as a small JPEG data URI, its longer side at most `side` pixels: for overviews, where each byte counts
 * in a notebook.
 */
export async function previewUri(picture: Image | Plane, side: number): Promise<string> {
  const small = encoder(picture).resize(side, side, { fit: 'inside', withoutEnlargement: true });
  return `data:image/jpeg;base64,${(await small.jpeg({ quality: 90 }).toBuffer()).toString('base64')}`;
}
