import { OptionError } from '../../errors';
import { axis, type Figure, layoutOf, palette } from '../figure';

/** What a network gains and what it costs. */
export interface FrontierPoint {
  name: string;
  /** One of the runs here, or a network whose numbers somebody has published. */
  kind: 'run' | 'published';
  /** PSNR over the bicubic of the same source, in dB. */
  gain: number;
  /** Multiply-adds for each pixel of the output; null: not known. */
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

/** Where a name can stand, as steps from its point to the middle of the name: in its width, in its height. */
const places = {
  'middle right': [0.5, 0],
  'middle left': [-0.5, 0],
  'top center': [0, 1],
  'bottom center': [0, -1],
} as const;

/** Sizes in parts of the spans that the points take up, across and upwards: of a letter, and of half a mark. */
const LETTER = [0.0115, 0.036] as const;
const MARK = [0.014, 0.02] as const;

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** By how much two boxes lie over each other, as an area. */
const overlap = (a: Box, b: Box) =>
  Math.max(0, (a.width + b.width) / 2 - Math.abs(a.x - b.x)) *
  Math.max(0, (a.height + b.height) / 2 - Math.abs(a.y - b.y));

/** For each point the side on which its name covers the least of other marks and names. */
function placesOf(points: readonly FrontierPoint[], against: FrontierCost): (keyof typeof places)[] {
  const part = (values: number[]) => {
    const span = Math.max(...values) - Math.min(...values) || 1;
    return values.map((value) => value / span);
  };
  const across = part(points.map((point) => Math.log10(point[against]!)));
  const up = part(points.map(({ gain }) => gain));
  const taken = points.map((_, i): Box => ({ x: across[i], y: up[i], width: 2 * MARK[0], height: 2 * MARK[1] }));
  return points.map(({ name }, index) => {
    const [width, height] = [LETTER[0] * name.length, LETTER[1]];
    const free = Object.entries(places).map(([place, [dx, dy]]) => {
      const x = across[index] + dx * (width + 2 * MARK[0]);
      const box: Box = { x, y: up[index] + dy * (height / 2 + MARK[1]), width, height };
      const covered = taken.reduce((sum, other, i) => sum + (i === index ? 0 : overlap(box, other)), 0);
      return { place: place as keyof typeof places, box, covered };
    });
    const best = free.reduce((one, other) => (other.covered < one.covered ? other : one));
    taken.push(best.box);
    return best.place;
  });
}
