import type { RateSearch } from '../../training/findRate';
import { axis, type Figure, layoutOf, lossAxis, palette } from '../figure';

/** The loss at growing learning rates, and the rate to begin with. */
export function rateCurve({ points, learningRate }: RateSearch): Figure {
  const losses = points.map(({ loss }) => loss);
  const line = { type: 'scatter', showlegend: false };
  const rates = points.map((point) => point.learningRate);
  const ends = [Math.min(...losses), Math.max(...losses)];
  return {
    data: [
      { ...line, mode: 'lines', name: 'loss', x: rates, y: losses, line: { color: palette.model, width: 2 } },
      {
        ...line,
        mode: 'lines',
        name: 'suggested',
        x: [learningRate, learningRate],
        y: ends,
        line: { color: palette.mark, width: 2, dash: 'dash' },
      },
    ],
    layout: layoutOf('Learning rate', `begin with about ${learningRate.toPrecision(2)}`, {
      xaxis: axis('learning rate', { type: 'log', exponentformat: 'e' }),
      yaxis: lossAxis('loss', losses),
      height: 380,
      margin: { l: 70, r: 20, t: 80, b: 55 },
    }),
  };
}
