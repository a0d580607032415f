import { OptionError } from '../../errors';
import { type Evaluated, gainOver, pictureScores, type PictureScores } from '../../evaluation/pictureScores';
import type { Measure } from '../../measures/measure';
import { axis, type Figure, layoutOf, markOf, palette } from '../figure';
import { conditionsText, measureTitle, signed } from '../measureText';
import { textWidth } from '../textSize';

/** The scores of one picture: bicubic's, those of the networks in their order, and their mean gain. */
interface Row {
  file: string;
  bicubic: number;
  networks: number[];
  gain: number;
}

/** More pictures than these stand in thin rows without names; the name of each is shown under the pointer. */
const NAMED = 120;

/**
 * The scores of bicubic and of one or more networks on each picture, joined by a line. The picture with the largest
 * gain is at the top; with several networks, the mean of their gains counts. With one network, its gain is written
 * beside the line. `evaluated` is what `evaluateModels` found on one set, or results of `evaluate` by the names of
 * their networks; `measure` is 'psnr' by default. Pictures with an infinite score are left out. Throws as
 * `pictureScores`, and OptionError where no picture has finite scores.
 */
export function dumbbell(evaluated: Evaluated, measure: string | Measure = 'psnr'): Figure {
  const scores = pictureScores(evaluated, measure);
  const { measure: shown } = scores.bicubic;
  const rows = rowsOf(scores);
  const named = rows.length <= NAMED;
  const rowHeight = rows.length <= 40 ? 20 : named ? 13 : 5;
  const margin = { l: named ? namesWidth(rows) : 40, r: 60, t: 115, b: 55 };
  const names = named ? { tickvals: rows.map((_, i) => i), ticktext: rows.map(({ file }) => file) } : { tickvals: [] };
  const order = scores.networks.length > 1 ? 'largest mean gain' : 'largest gain';
  const better = shown.better === 'lower' ? '; lower is better' : '';
  return {
    data: [
      joints(rows),
      ...marks(rows, scores),
      ...(named && scores.networks.length === 1 ? [gains(rows, scores)] : []),
    ],
    layout: layoutOf(
      `${shown.title} of each picture`,
      `${order} at the top; ${conditionsText(scores.bicubic, rows.length)}${better}`,
      {
        xaxis: axis(measureTitle(shown)),
        yaxis: axis('', {
          ...names,
          range: [rows.length - 0.5, -0.5],
          tickfont: { size: rows.length <= 40 ? 12 : 10 },
          ticks: '',
          showgrid: named,
          showline: false,
        }),
        showlegend: true,
        legend: { orientation: 'h', x: 0, xanchor: 'left', y: 1, yanchor: 'bottom' },
        height: Math.min(10_000, rows.length * rowHeight + margin.t + margin.b),
        margin,
      },
    ),
  };
}

function rowsOf({ bicubic, networks }: PictureScores): Row[] {
  const rows = bicubic.pictures.map(({ file, value }, i) => {
    const values = networks.map(({ pictures }) => pictures[i].value);
    const sum = values.reduce((total, each) => total + gainOver(value, each, bicubic.measure), 0);
    return { file, bicubic: value, networks: values, gain: sum / values.length };
  });
  const finite = rows.filter(({ gain }) => Number.isFinite(gain));
  if (!finite.length)
    throw new OptionError(`no picture has a finite ${bicubic.measure.name} of bicubic and of all networks`);
  return finite.sort((one, other) => other.gain - one.gain);
}

const namesWidth = (rows: readonly Row[]) => 18 + Math.max(...rows.map(({ file }) => textWidth(file, 12)));

/** The lines between the marks of a picture, with gaps between the pictures. */
function joints(rows: readonly Row[]): Record<string, unknown> {
  const ends = rows.map(({ bicubic, networks }) => [Math.min(bicubic, ...networks), Math.max(bicubic, ...networks)]);
  return {
    type: 'scatter',
    mode: 'lines',
    x: ends.flatMap(([least, most]) => [least, most, null]),
    y: ends.flatMap((_, i) => [i, i, null]),
    line: { color: palette.bicubic, width: 2 },
    opacity: 0.5,
    hoverinfo: 'skip',
    showlegend: false,
  };
}

function marks(rows: readonly Row[], { bicubic, networks }: PictureScores): Figure['data'] {
  const size = rows.length <= NAMED ? 9 : 5;
  const { digits, unit } = bicubic.measure;
  const trace = (name: string, x: number[], marker: Record<string, unknown>) => ({
    type: 'scatter',
    mode: 'markers',
    name,
    x,
    y: rows.map((_, i) => i),
    text: rows.map(({ file }) => file),
    marker: { size, ...marker },
    cliponaxis: false,
    hovertemplate: `%{text}: %{x:.${digits}f} ${unit}<extra>${name}</extra>`,
  });
  return [
    trace(
      'bicubic',
      rows.map((row) => row.bicubic),
      { color: palette.bicubic, symbol: 'circle-open', line: { width: 2 } },
    ),
    ...networks.map(({ model }, index) =>
      trace(
        model,
        rows.map((row) => row.networks[index]),
        markOf(index, networks.length),
      ),
    ),
  ];
}

/** The gain of each picture, written beside its right mark. */
function gains(rows: readonly Row[], { bicubic }: PictureScores): Record<string, unknown> {
  const all = rows.flatMap((row) => [row.bicubic, ...row.networks]);
  // Plotly removes spaces at the start of a text, and without a distance the mark would cover its sign.
  const distance = 0.014 * (Math.max(...all) - Math.min(...all));
  return {
    type: 'scatter',
    mode: 'text',
    x: rows.map((row) => Math.max(row.bicubic, ...row.networks) + distance),
    y: rows.map((_, i) => i),
    text: rows.map(({ gain }) => signed(gain, bicubic.measure)),
    textposition: 'middle right',
    textfont: { size: rows.length <= 40 ? 12 : 10, color: palette.text },
    cliponaxis: false,
    hoverinfo: 'skip',
    showlegend: false,
  };
}
