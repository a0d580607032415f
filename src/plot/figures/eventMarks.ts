import { basename } from 'node:path';
import type { History, RunEvent } from '../../runs/history';
import { note, palette } from '../figure';
import { textWidth } from '../textSize';

/** What was done to a run, at its place on the horizontal axis. */
export interface EventMark {
  x: number;
  words: string;
}

/** Where marks are drawn. */
export interface MarkPlace {
  /** The ends of the horizontal axis. */
  range: readonly [number, number];
  /** The panels by the suffix of their axes, '' for x and y; the words stand in the first one. */
  panels: readonly string[];
  /** Width of the first panel, about; null where words would stand upon words, so that only the pointer shows them. */
  pixels: number | null;
  /** Whose marks they are, where several runs share the panels. */
  run?: { name: string; color: string; row: number };
}

/** Events that are closer together than this part of the axis share a mark. */
const closest = 1 / 40;
const fontSize = 11;

/** The events of a run, at the places where `at` puts their steps; what is beyond the range stands at its end. */
export function eventMarks(
  { events = [] }: History,
  at: (step: number) => number,
  [from, to]: readonly [number, number],
): EventMark[] {
  const groups: { x: number; events: RunEvent[] }[] = [];
  for (const event of events) {
    const x = Math.min(to, Math.max(from, at(event.step)));
    const last = groups.at(-1);
    if (last && x - last.x < closest * (to - from)) last.events.push(event);
    else groups.push({ x, events: [event] });
  }
  return groups.map((group) => ({ x: group.x, words: wordsOf(group.events) }));
}

/**
 * A thin dotted line for each mark in each panel. Its words stand at the top where there is room for them; elsewhere
 * there is an ellipsis that shows them to the pointer.
 */
export function markLayout(
  marks: readonly EventMark[],
  { range, panels, pixels, run }: MarkPlace,
): Record<'shapes' | 'annotations', Record<string, unknown>[]> {
  const color = run?.color ?? palette.text;
  const named = (words: string) => (run ? `${run.name}: ${words}` : words);
  const line = ({ x, words }: EventMark, suffix: string) => ({
    type: 'line',
    name: named(words),
    xref: `x${suffix}`,
    yref: `y${suffix} domain`,
    x0: x,
    x1: x,
    y0: 0,
    y1: 1,
    line: { color, width: 1, dash: 'dot' },
    opacity: 0.7,
    layer: 'below',
  });
  const [first] = panels;
  const sides = pixels === null ? marks.map(() => null) : freeSides(marks, range, pixels);
  return {
    shapes: panels.flatMap((suffix) => marks.map((mark) => line(mark, suffix))),
    annotations: marks.map(({ x, words }, index) =>
      note(sides[index] ? words : '…', x, 1, {
        xref: `x${first}`,
        yref: `y${first} domain`,
        xanchor: sides[index] ?? 'center',
        yanchor: 'top',
        yshift: -fontSize * (run?.row ?? 0),
        font: { size: fontSize, color },
        hovertext: named(words),
      }),
    ),
  };
}

/** On which side of each line its words fit: an annotation's left end stands at the line, or its right one. */
function freeSides(
  marks: readonly EventMark[],
  [from, to]: readonly [number, number],
  pixels: number,
): ('left' | 'right' | null)[] {
  let taken = 0;
  const places = marks.map(({ x }) => (pixels * (x - from)) / (to - from));
  return marks.map(({ words }, index) => {
    const place = places[index];
    const width = textWidth(words, fontSize) + 6;
    const before = taken;
    taken = place;
    if (place + width <= (places[index + 1] ?? pixels)) {
      taken = place + width;
      return 'left';
    }
    return place - width >= before ? 'right' : null;
  });
}

const settings: Partial<Record<RunEvent['what'], string>> = {
  learningRate: 'rate',
  epochs: 'epochs',
  minutes: 'minutes',
};

/** Each kind once, in the order in which they came: several changes of one setting are a chain. */
function wordsOf(events: readonly RunEvent[]): string {
  const kinds = [...new Set(events.map(({ what }) => what))];
  return kinds
    .map((what) => {
      const same = events.filter((event) => event.what === what);
      if (settings[what]) return `${settings[what]} ${chain([same[0].from, ...same.map(({ to }) => to)])}`;
      if (what === 'pause') return 'paused';
      if (what === 'stop') return 'stopped';
      if (what === 'fork') return same.map(({ from, to }) => `fork ${text(from)} → ${text(to)}`).join(', ');
      // Who pauses goes on at the same step: that needs no word of its own.
      return kinds.includes('pause') || kinds.includes('stop') ? '' : 'resumed';
    })
    .filter(Boolean)
    .join(', ');
}

function chain(values: readonly RunEvent['to'][]): string {
  const texts = values.map(text);
  return (texts.length > 3 ? [texts[0], '…', texts.at(-1)!] : texts).join(' → ');
}

/** A number as short as it can be written; a folder by its last name. */
function text(value: RunEvent['to']): string {
  if (typeof value === 'string') return basename(value) || 'memory';
  if (typeof value !== 'number') return [...new Set(value.map(text))].join('/');
  const short = Number(value.toPrecision(3));
  return short >= 0.01 ? String(short) : short.toExponential();
}
