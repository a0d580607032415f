import type { DOMWindow } from 'jsdom';

/**
 * Widths in units of the font size, for DejaVu Sans: it is the widest of the fonts that a figure may get, so text
 * fits with all of them.
 */
const characterWidths: [RegExp, number][] = [
  [/[iIjl.,:;|!'`]/, 0.3],
  [/[ frt()[\]-]/, 0.39],
  [/[mwMW%@]/, 0.95],
  [/[A-Z]/, 0.7],
];

/** The estimated width of a line of text, in pixels. */
export function textWidth(text: string, fontSize: number): number {
  return [...text].reduce(
    (sum, character) => sum + fontSize * (characterWidths.find(([pattern]) => pattern.test(character))?.[1] ?? 0.62),
    0,
  );
}

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/**
 * Teaches a jsdom window, which lays nothing out, to answer what plotly.js asks for: sizes of text,
 * estimated from its length, and canvas and object URLs, which no figure of ours draws with.
 */
export function answerMeasurements(window: DOMWindow): void {
  const element = window.Element.prototype as unknown as Record<string, unknown>;
  const vector = window.SVGElement.prototype as unknown as Record<string, unknown>;
  vector.getBBox = function (this: Element) {
    return rectangle(boxOf(this, this));
  };
  vector.getComputedTextLength = function (this: Element) {
    return textWidth(this.textContent ?? '', fontSize(this));
  };
  element.getBoundingClientRect = function (this: Element) {
    return rectangle(boxOf(this, null));
  };
  const context = new Proxy(
    {},
    {
      get: (_, name) => (name === 'measureText' ? (text: string) => ({ width: textWidth(text, 12) }) : () => undefined),
      set: () => true,
    },
  );
  window.HTMLCanvasElement.prototype.getContext = (() => context) as never;
  // jsdom has none of these, and plotly's maps ask for them as they load.
  Object.assign(window, { TextDecoder, TextEncoder });
  window.URL.createObjectURL = () => '';
  window.URL.revokeObjectURL = () => undefined;
}

function fontSize(node: Element): number {
  for (let at: Element | null = node; at; at = at.parentElement) {
    const size = parseFloat((at as SVGElement).style?.fontSize || at.getAttribute('font-size') || '');
    if (size) return size;
  }
  return 12;
}

/** The box around all the text in an element, in the coordinates of `frame` (its own, or the page's when null). */
function boxOf(node: Element, frame: Element | null): Box {
  const texts = node.tagName === 'text' ? [node as SVGElement] : [...node.querySelectorAll<SVGElement>('text')];
  const points = texts
    .filter((text) => text.style.display !== 'none')
    .flatMap((text) => corners(text).map((corner) => moved(corner, text, frame)));
  if (!points.length) return { left: 0, top: 0, right: 0, bottom: 0 };
  const x = points.map((point) => point[0]),
    y = points.map((point) => point[1]);
  return { left: Math.min(...x), top: Math.min(...y), right: Math.max(...x), bottom: Math.max(...y) };
}

type Point = [number, number];

function corners(text: SVGElement): Point[] {
  const spans = [...text.querySelectorAll('tspan.line')];
  const lines = (spans.length ? spans : [text]).map((line) => line.textContent ?? '');
  const size = fontSize(text);
  const boldness = text.querySelector('[style*="bold"]') ? 1.12 : 1;
  const width = boldness * Math.max(...lines.map((line) => textWidth(line, size)));
  const x = parseFloat(text.getAttribute('x') ?? '') || 0;
  const lowered = text.getAttribute('dy') ?? '';
  const y =
    (parseFloat(text.getAttribute('y') ?? '') || 0) + (parseFloat(lowered) || 0) * (lowered.endsWith('em') ? size : 1);
  const anchor = text.style.textAnchor || text.getAttribute('text-anchor');
  const left = x - (anchor === 'middle' ? width / 2 : anchor === 'end' ? width : 0);
  const top = y - 0.95 * size,
    bottom = y + (1.3 * lines.length - 0.95) * size;
  return [
    [left, top],
    [left + width, top],
    [left, bottom],
    [left + width, bottom],
  ];
}

/** A point carried by the transformations of an element and of all around it, up to `frame`. */
function moved(point: Point, node: Element, frame: Element | null): Point {
  let [x, y] = point;
  for (let at: Element | null = node; at && at !== frame; at = at.parentElement) {
    const steps = [...(at.getAttribute('transform') ?? '').matchAll(/(translate|rotate)\(([^)]*)\)/g)].reverse();
    for (const [, kind, list] of steps) {
      const [a = 0, b = 0, c = 0] = list.split(/[\s,]+/).map(Number);
      if (kind === 'translate') [x, y] = [x + a, y + b];
      else [x, y] = rotated(x - b, y - c, (a * Math.PI) / 180).map((value, axis) => value + (axis ? c : b)) as Point;
    }
  }
  return [x, y];
}

const rotated = (x: number, y: number, angle: number): Point => [
  x * Math.cos(angle) - y * Math.sin(angle),
  x * Math.sin(angle) + y * Math.cos(angle),
];

function rectangle({ left, top, right, bottom }: Box): object {
  return { left, top, right, bottom, x: left, y: top, width: right - left, height: bottom - top };
}
