import { OptionError } from '../../errors';
import { type Evaluated, pictureScores } from '../../evaluation/pictureScores';
import type { SetScores } from '../../evaluation/setScores';
import type { Measure } from '../../measures/measure';
import { axis, type Figure, layoutOf, markOf, palette } from '../figure';
import { conditionsText, measureTitle } from '../measureText';

/** Each method's scores by both measures, of the pictures where all of them are finite. */
interface Method {
  name: string;
  x: number[];
  y: number[];
  mark: { color: string; symbol: string };
}

/**
 * One measure against another: each picture as a small point for bicubic and for each network, their means as large
 * ones. `evaluated` is what `evaluateModels` found on one set, or results of `evaluate` by the names of their networks;
 * `across` is 'psnr' and `up` 'ssim' by default. Pictures with an infinite score are left out. Throws as
 * `pictureScores`, and OptionError where no picture has finite scores.
 */
export function measureScatter(
  evaluated: Evaluated,
  across: string | Measure = 'psnr',
  up: string | Measure = 'ssim',
): Figure {
  const horizontal = pictureScores(evaluated, across);
  const vertical = pictureScores(evaluated, up);
  const xs = [horizontal.bicubic, ...horizontal.networks];
  const ys = [vertical.bicubic, ...vertical.networks];
  const kept = finiteIn([...xs, ...ys]);
  const [one, other] = [xs[0].measure, ys[0].measure];
  const methods = xs.map(({ model }, i): Method => {
    const values = (scores: SetScores) => kept.map((at) => scores.pictures[at].value);
    const mark = i === 0 ? { color: palette.bicubic, symbol: 'circle-open' } : markOf(i - 1, xs.length - 1);
    return { name: model, x: values(xs[i]), y: values(ys[i]), mark };
  });
  const files = kept.map((at) => xs[0].pictures[at].file);
  return {
    data: [
      ...methods.map((method) => points(method, files, one, other)),
      ...methods.map((each) => mean(each, one, other)),
    ],
    layout: layoutOf(
      `${other.title} against ${one.title}`,
      `small: pictures, large: their mean; ${conditionsText(xs[0], kept.length)}`,
      {
        xaxis: axis(direction(one)),
        yaxis: axis(direction(other)),
        showlegend: true,
        legend: { orientation: 'h', x: 0, xanchor: 'left', y: 1.01, yanchor: 'bottom' },
        height: 560,
        margin: { l: 75, r: 25, t: 115, b: 60 },
      },
    ),
  };
}

const direction = (measure: SetScores['measure']) => `${measureTitle(measure)}, ${measure.better} is better`;

/** The pictures whose scores are all finite, by their place. */
function finiteIn(all: readonly SetScores[]): number[] {
  const kept = all[0].pictures
    .map((_, i) => i)
    .filter((i) => all.every((each) => Number.isFinite(each.pictures[i].value)));
  if (!kept.length) throw new OptionError('no picture has finite scores of bicubic and all networks by both measures');
  return kept;
}

type Shown = SetScores['measure'];

function points({ name, x, y, mark }: Method, files: string[], across: Shown, up: Shown): Record<string, unknown> {
  return {
    type: 'scatter',
    mode: 'markers',
    name,
    legendgroup: name,
    x,
    y,
    text: files,
    marker: { ...mark, size: files.length > 100 ? 4 : 7, opacity: 0.85, line: { width: 1.5, color: mark.color } },
    hovertemplate: `%{text}: ${hoverOf(across, up)}<extra>${name}</extra>`,
  };
}

function mean({ name, x, y, mark }: Method, across: Shown, up: Shown): Record<string, unknown> {
  const of = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    type: 'scatter',
    mode: 'markers',
    name: `mean of ${name}`,
    legendgroup: name,
    x: [of(x)],
    y: [of(y)],
    marker: {
      color: mark.color,
      symbol: mark.symbol.replace('-open', ''),
      size: 15,
      line: { color: '#fff', width: 2 },
    },
    hovertemplate: `mean: ${hoverOf(across, up)}<extra>${name}</extra>`,
    showlegend: false,
  };
}

const hoverOf = (across: Shown, up: Shown) =>
  `${across.title} %{x:.${across.digits}f}, ${up.title} %{y:.${up.digits}f}`;
