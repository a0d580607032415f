import { OptionError } from '../../errors';
import { axis, type Figure, layoutOf, palette } from '../figure';

/** What a network gains and what it costs. */
export interface FrontierPoint {
  name: string;
  /** One of the runs here, or a network whose numbers somebody has published. */
  kind: 'run' | 'published';
  /** PSNR over the bicubic of the same source, in dB. */
  gain: number;
  /** Multiplications and additions in pairs for each output pixel; null: not known. */
  multiplyAdds: number | null;
  /** Minutes of training here; null for networks that were not trained here. */
  minutes: number | null;
  /** For an output of 512x512 pixels here; null: not measured. */
  milliseconds: number | null;
}

/** The costs that a gain can be shown against. */
export const frontierCosts = ['multiplyAdds', 'milliseconds', 'minutes'] as const;
export type FrontierCost = (typeof frontierCosts)[number];

const titles: Readonly<Record<FrontierCost, string>> = {
  multiplyAdds: 'multiply-adds for an output pixel',
  milliseconds: 'milliseconds for an output of 512x512, on this machine',
  minutes: 'minutes of training',
};

/**
 * Gain over bicubic against a cost on a logarithmic axis, each point with its name; networks above and to the left are
 * better. Points that lack the cost are left out. Throws OptionError where all do.
 */
export function frontier(points: readonly FrontierPoint[], against: FrontierCost = 'multiplyAdds'): Figure {
  const shown = points.filter((point) => point[against] !== null && point[against]! > 0);
  if (!shown.length) throw new OptionError(`no point has ${against}; measure it, or choose another cost`);
  const sides = placesOf(shown, against);
  const trace = (kind: FrontierPoint['kind'], name: string, color: string, symbol: string) => {
    const own = shown.filter((point) => point.kind === kind);
    return {
      type: 'scatter',
      mode: 'markers+text',
      name,
      x: own.map((point) => point[against]),
      y: own.map(({ gain }) => gain),
      text: own.map((point) => point.name),
      textposition: own.map((point) => sides[shown.indexOf(point)]),
      textfont: { size: 11, color },
      marker: { color, symbol, size: 9 },
      hovertemplate: '%{text}: %{y:+.2f} dB<extra></extra>',
      cliponaxis: false,
    };
  };
  const costs = shown.map((point) => Math.log10(point[against]!));
  const room = 0.12 * Math.max(1, Math.max(...costs) - Math.min(...costs));
  const kinds = [
    trace('run', 'trained here', palette.model, 'circle'),
    trace('published', 'as published', palette.bicubic, 'diamond-open'),
  ];
  return {
    data: kinds.filter(({ x }) => x.length),
    layout: layoutOf('Gain against cost', 'PSNR over the same source’s bicubic; above and to the left is better', {
      xaxis: axis(titles[against], {
        type: 'log',
        range: [Math.min(...costs) - room, Math.max(...costs) + 2 * room],
      }),
      yaxis: axis('gain over bicubic (dB)'),
      showlegend: true,
      legend: { orientation: 'h', x: 1, xanchor: 'right', y: 1.02, yanchor: 'bottom' },
      height: 560,
      margin: { l: 70, r: 20, t: 90, b: 60 },
    }),
  };
}

/** Where a name can stand beside its point, in parts of the figure's width and height. */
const places = {
  'middle right': [0.1, 0],
  'middle left': [-0.1, 0],
  'top center': [0, 0.04],
  'bottom center': [0, -0.04],
} as const;

/** For each point the side on which the nearest other point or name is farthest away. */
function placesOf(points: readonly FrontierPoint[], against: FrontierCost): (keyof typeof places)[] {
  const part = (values: number[]) => {
    const span = Math.max(...values) - Math.min(...values) || 1;
    return values.map((value) => value / span);
  };
  const across = part(points.map((point) => Math.log10(point[against]!)));
  const up = part(points.map(({ gain }) => gain));
  const names: (readonly [number, number])[] = [];
  return points.map((_, index) => {
    const taken = [...points.flatMap((_, i) => (i === index ? [] : [[across[i], up[i]] as const])), ...names];
    const free = Object.entries(places).map(([place, [dx, dy]]) => {
      const at = [across[index] + dx, up[index] + dy] as const;
      // A name is wider than it is high.
      const distances = taken.map(([x, y]) => Math.hypot(x - at[0], 2 * (y - at[1])));
      return { place: place as keyof typeof places, at, distance: Math.min(...distances, Infinity) };
    });
    const best = free.reduce((one, other) => (other.distance > one.distance ? other : one));
    names.push(best.at);
    return best.place;
  });
}
