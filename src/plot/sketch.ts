import type { Figure } from './figure';
import { palette } from './figure';

/** The parts of plotly's layout that a sketch understands. */
interface Axis {
  domain: number[];
  range?: number[];
  type?: 'log';
  rangemode?: 'tozero';
  tickvals?: number[];
  ticktext?: string[];
  tickformat?: string;
  showticklabels?: boolean;
  title?: { text: string };
}

interface Trace {
  name: string;
  mode: string;
  x: number[];
  y: number[];
  xaxis: string;
  yaxis: string;
  line: { color: string; width: number; dash?: string };
  showlegend?: boolean;
  opacity?: number;
}

interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Where a value stands between an axis' ends, 0 to 1, and its ticks. */
interface Scale {
  place(value: number): number;
  ticks: { place: number; text: string }[];
}

const labelSize = 13;

/**
 * A chart of lines as an inline SVG, in about a millisecond, where plotly takes 200: for charts that change several
 * times a second.
 * Draws lines, linear and logarithmic axes, notes, upright lines whose name the pointer shows, title and legend as
 * plotly would; nothing else.
 */
export function sketch({ data, layout }: Figure, width: number): string {
  const { height, margin } = layout as { height: number; margin: { l: number; r: number; t: number; b: number } };
  const area = {
    left: margin.l,
    top: margin.t,
    width: width - margin.l - margin.r,
    height: height - margin.t - margin.b,
  };
  const traces = data as unknown as Trace[];
  const suffixes = Object.keys(layout)
    .filter((key) => /^xaxis\d*$/.test(key))
    .map((key) => key.slice(5));
  const panels = suffixes.map((suffix) =>
    panel(
      layout,
      traces.filter(({ xaxis }) => xaxis === `x${suffix}`),
      suffix,
      area,
    ),
  );
  const notes = (layout.annotations as Note[]).filter(({ xref }) => xref === 'paper');
  const size = `viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`;
  // Only marks answer the pointer: what is drawn above them must not hide them from it.
  const look = `style="max-width:100%;height:auto;pointer-events:none" font-family="Helvetica, Arial, sans-serif"`;
  const content = [
    heading(layout, area),
    ...panels,
    ...notes.map((each) => annotation(each, area)),
    legend(traces, area, height - 20),
  ].join('');
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${look} font-size="${labelSize}" fill="${palette.text}">` +
    `${content}</svg>`
  );
}

function panel(layout: Figure['layout'], traces: Trace[], suffix: string, area: Box): string {
  const [across, up] = [layout[`xaxis${suffix}`], layout[`yaxis${suffix}`]] as Axis[];
  const box = {
    left: area.left + area.width * across.domain[0],
    width: area.width * (across.domain[1] - across.domain[0]),
    top: area.top + area.height * (1 - up.domain[1]),
    height: area.height * (up.domain[1] - up.domain[0]),
  };
  const [x, y] = [
    scaleOf(
      across,
      traces.flatMap((trace) => trace.x),
    ),
    scaleOf(
      up,
      traces.flatMap((trace) => trace.y),
    ),
  ];
  const bottom = box.top + box.height;
  const columns = x.ticks.map(({ place, text }) => ({ at: box.left + place * box.width, text }));
  const rows = y.ticks.map(({ place, text }) => ({ at: bottom - place * box.height, text }));
  const title = across.title ? label(across.title.text, box.left + box.width / 2, bottom + 38, 'middle') : '';
  return [
    ...columns.map(
      ({ at, text }) =>
        stroke([
          [at, box.top],
          [at, bottom + 5],
        ]) + label(text, at, bottom + 20, 'middle'),
    ),
    ...rows.map(
      ({ at, text }) =>
        stroke([
          [box.left - 5, at],
          [box.left + box.width, at],
        ]) + label(text, box.left - 9, at + 4.5, 'end'),
    ),
    stroke(
      [
        [box.left, box.top],
        [box.left, bottom],
        [box.left + box.width, bottom],
      ],
      palette.bicubic,
    ),
    title,
    ...marks(layout, suffix, box, x),
    ...traces.map((trace) =>
      curve(
        trace,
        trace.x.map((value, index) => [
          box.left + x.place(value) * box.width,
          bottom - y.place(trace.y[index]) * box.height,
        ]),
      ),
    ),
  ].join('');
}

/** Upright lines and the notes at them. The name of a line shows at its foot while the pointer is near. */
function marks(layout: Figure['layout'], suffix: string, box: Box, x: Scale): string[] {
  const isHere = ({ xref }: { xref: string }) => xref === `x${suffix}`;
  const at = (value: number) => box.left + x.place(value) * box.width;
  const lines = ((layout.shapes ?? []) as Mark[]).filter(isHere).map(({ x0, name, line }) => {
    const ends = [
      [at(x0), box.top],
      [at(x0), box.top + box.height],
    ];
    const anchor = x.place(x0) < 0.5 ? 'start' : 'end';
    const words = label(name, at(x0) + (anchor === 'start' ? 5 : -5), box.top + box.height - 6, anchor, 11, line.color);
    // Wider than it is seen, so that a pointer finds it.
    const drawn = stroke(ends, 'transparent', 9) + stroke(ends, line.color, 1, line.dash);
    return `<g class="srcnn-mark">${drawn}${words}</g>`;
  });
  const notes = (layout.annotations as Note[]).filter(isHere).map(({ text, x: value, xanchor, font }) => {
    const [anchor, shift] = { left: ['start', 3], right: ['end', -3], center: ['middle', 0] }[xanchor] as [
      Anchor,
      number,
    ];
    return label(text, at(value) + shift, box.top + font.size!, anchor, font.size, font.color);
  });
  const look =
    '<style>.srcnn-mark{pointer-events:auto}.srcnn-mark text{opacity:0;pointer-events:none}' +
    '.srcnn-mark:hover text{opacity:1}</style>';
  return lines.length ? [look, ...lines, ...notes] : notes;
}

function curve({ mode, line, opacity }: Trace, points: number[][]): string {
  const marks = mode.includes('markers')
    ? points.map(([x, y]) => `<circle cx="${pixel(x)}" cy="${pixel(y)}" r="3" fill="${line.color}"/>`).join('')
    : '';
  const drawn = (mode.includes('lines') ? stroke(points, line.color, line.width, line.dash) : '') + marks;
  return opacity === undefined ? drawn : `<g opacity="${opacity}">${drawn}</g>`;
}

function stroke(points: number[][], color = palette.grid, width = 1, dash?: string): string {
  if (!points.length) return '';
  return (
    `<polyline points="${points.map(([x, y]) => `${pixel(x)},${pixel(y)}`).join(' ')}" fill="none" ` +
    `stroke="${color}" stroke-width="${width}"${dash ? ` stroke-dasharray="${dash === 'dot' ? '1,3' : '9,9'}"` : ''}/>`
  );
}

const pixel = (value: number) => Math.round(value * 10) / 10;

function scaleOf(axis: Axis, values: number[]): Scale {
  const log = axis.type === 'log';
  const measure = log ? Math.log10 : (value: number) => value;
  const known = values.filter((value) => Number.isFinite(value) && (!log || value > 0)).map(measure);
  const [least, most] = axis.range ?? ends(known, axis.rangemode === 'tozero');
  const place = (value: number) => (measure(value) - least) / (most - least);
  const step = niceStep(most - least);
  const round = Array.from({ length: 12 }, (_, index) => (Math.ceil(least / step - 1e-9) + index) * step);
  const texts = axis.tickvals
    ? axis.tickvals.map((value, index) => ({ value, text: axis.ticktext![index] }))
    : round.map((value) => ({ value, text: String(Number(value.toPrecision(6))) }));
  const inside =
    axis.showticklabels === false ? [] : texts.filter(({ value }) => place(value) > -1e-6 && place(value) < 1 + 1e-6);
  return {
    place: (value) => Math.max(-0.02, Math.min(1.02, place(value))),
    ticks: inside.map(({ value, text }) => ({ place: place(value), text })),
  };
}

/** The least and the greatest value with a little air. */
function ends(values: number[], fromZero: boolean): number[] {
  if (!values.length) return [0, 1];
  const [least, most] = values.reduce(
    ([a, b], value) => [Math.min(a, value), Math.max(b, value)],
    [fromZero ? 0 : Infinity, fromZero ? 0 : -Infinity],
  );
  const air = 0.05 * (most - least) || Math.abs(most) || 1;
  return [fromZero ? 0 : least - air, most + air];
}

/** 1, 2 or 5 times a power of ten, about six to a range. */
function niceStep(range: number): number {
  const power = 10 ** Math.floor(Math.log10(range / 5));
  return power * [1, 2, 5, 10].find((step) => range / (power * step) <= 6.5)!;
}

function heading(layout: Figure['layout'], area: Box): string {
  const { text, subtitle } = layout.title as { text: string; subtitle: { text: string } };
  return label(text, area.left, 30, 'start', 17) + label(subtitle.text, area.left, 58, 'start', 12);
}

/** A row below the panels that ends at the right, and others above it where it is full: beside the title is no room. */
function legend(traces: Trace[], area: Box, y: number): string {
  const shown = traces.filter(({ x, showlegend }) => x.length && showlegend !== false);
  const right = area.left + area.width;
  let end = right;
  return shown
    .reverse()
    .map((trace) => {
      const width = 44 + [...trace.name].reduce((sum, letter) => sum + (letter < 'a' ? 10 : 6.8), 0);
      if (end - width < area.left) [end, y] = [right, y - 18];
      const start = end - width;
      end = start - 8;
      return (
        curve(trace, [
          [start, y],
          [start + 30, y],
        ]) + label(trace.name, start + 37, y + 4.5, 'start')
      );
    })
    .join('');
}

interface Note {
  text: string;
  x: number;
  y: number;
  xref: string;
  xanchor: 'left' | 'center' | 'right';
  font: { color?: string; size?: number };
}

interface Mark {
  name: string;
  xref: string;
  x0: number;
  line: { color: string; dash: string };
}

type Anchor = 'start' | 'middle' | 'end';

function annotation({ text, x, y, xanchor, font }: Note, area: Box): string {
  return label(
    text,
    area.left + area.width * x,
    area.top + area.height * (1 - y) - 4,
    xanchor === 'left' ? 'start' : 'middle',
    labelSize,
    font.color,
  );
}

function label(text: string, x: number, y: number, anchor: Anchor, size = labelSize, color = palette.text): string {
  const bold = /^<b>(.*)<\/b>$/.exec(text);
  const plain = (bold ? bold[1] : text).replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return (
    `<text x="${pixel(x)}" y="${pixel(y)}" text-anchor="${anchor}" font-size="${size}" ` +
    `fill="${color}"${bold ? ' font-weight="bold"' : ''}>${plain}</text>`
  );
}
