import { OptionError } from '../../errors';
import { differenceText, pairedDifference } from '../../evaluation/pairedDifference';
import { type Evaluated, gainOver, pictureScores, type PictureScores } from '../../evaluation/pictureScores';
import type { Measure } from '../../measures/measure';
import { axis, type Figure, layoutOf, markOf, note, palette } from '../figure';
import { conditionsText, signed } from '../measureText';

const ROW_HEIGHT = 95;

/**
 * How the gains over bicubic are distributed over the pictures: for each network a box (quartiles, median) with every
 * picture as a point, and the mean with its 95 % bootstrap interval in words. `evaluated` is what `evaluateModels`
 * found on one set, or results of `evaluate` by the names of their networks; `measure` is 'psnr' by default. A gain
 * above 0 is always better than bicubic. Pictures with an infinite score are left out. Throws as `pictureScores`, and
 * OptionError where a network has no finite gain.
 */
export function gainDistribution(evaluated: Evaluated, measure: string | Measure = 'psnr'): Figure {
  const scores = pictureScores(evaluated, measure);
  const { bicubic, networks } = scores;
  const { title, unit } = bicubic.measure;
  const gains = networks.map((_, index) => gainsOf(scores, index));
  const margin = { l: 30, r: 30, t: 90, b: 55 };
  const least = Math.min(...gains.map((each) => each.length));
  return {
    data: gains.map((each, index) => box(each, index, scores)),
    layout: layoutOf(`Gain in ${title} over bicubic`, conditionsText(bicubic, least), {
      xaxis: axis(`gain${unit && ` (${unit})`}; above 0 is better than bicubic`),
      yaxis: axis('', { range: [networks.length - 0.4, -0.75], visible: false }),
      shapes: networks.map((_, index) => zeroLine(index)),
      annotations: networks.map((network, index) =>
        note(`<b>${network.model}</b>  ${meanText(scores, index)}`, 0, index - 0.36, {
          xref: 'paper',
          xanchor: 'left',
          align: 'left',
          font: { size: 13 },
        }),
      ),
      showlegend: false,
      height: networks.length * ROW_HEIGHT + margin.t + margin.b,
      margin,
    }),
  };
}

interface Gain {
  file: string;
  gain: number;
}

function gainsOf({ bicubic, networks }: PictureScores, index: number): Gain[] {
  const { pictures, model } = networks[index];
  const gains = pictures
    .map(({ file, value }, i) => ({ file, gain: gainOver(bicubic.pictures[i].value, value, bicubic.measure) }))
    .filter(({ gain }) => Number.isFinite(gain));
  if (!gains.length)
    throw new OptionError(`no picture has a finite ${bicubic.measure.name} of both ${model} and bicubic`);
  return gains;
}

/** The mean gain in words, above 0 where the network is better, also by a measure whose lower values are better. */
function meanText({ bicubic, networks }: PictureScores, index: number): string {
  const network = networks[index];
  const [a, b] = bicubic.measure.better === 'higher' ? [network, bicubic] : [bicubic, network];
  const gain = pairedDifference(a, b);
  const better = gain.pictures.filter(({ difference }) => difference > 0).length;
  return differenceText({ ...gain, better }, bicubic);
}

function box(gains: readonly Gain[], index: number, { bicubic, networks }: PictureScores): Record<string, unknown> {
  const { color, symbol } = markOf(index, networks.length);
  return {
    type: 'box',
    orientation: 'h',
    name: networks[index].model,
    x: gains.map(({ gain }) => gain),
    y: gains.map(() => index),
    text: gains.map(({ file, gain }) => `${file}: ${signed(gain, bicubic.measure)}`),
    boxpoints: 'all',
    jitter: 0.6,
    pointpos: 0,
    width: 0.5,
    marker: { color, symbol, size: gains.length > 100 ? 4 : 7, opacity: 0.9 },
    line: { color: palette.bicubic, width: 1.5 },
    fillcolor: 'rgba(128,128,128,0.15)',
    hoveron: 'points',
    hovertemplate: '%{text}<extra></extra>',
  };
}

/** Where the network is as good as bicubic, beside its box only, so that the words above stay free. */
const zeroLine = (index: number) => ({
  type: 'line',
  xref: 'x',
  yref: 'y',
  x0: 0,
  x1: 0,
  y0: index - 0.32,
  y1: index + 0.32,
  line: { color: palette.bicubic, width: 1.5, dash: 'dash' },
});
