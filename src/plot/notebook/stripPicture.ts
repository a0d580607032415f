import { palette } from '../figure';
import type { Still } from './liveOutput';
import { escaped } from './markup';

const width = 820;
/** Of a line of text. */
const line = 20;

interface Strip {
  rate: number;
  /** The ends of the slider. */
  least: number;
  most: number;
  unit: string;
  length: number;
  words: string;
  forks: readonly string[];
}

/** The strip of controls as a picture: the slider where it stood, the buttons, and the words below. */
export function stripPicture(strip: Strip, buttons: readonly string[]): Still {
  const { rate, least, most, unit, length, words, forks } = strip;
  const height = 82 + line * forks.length;
  const at = 110 + (170 * Math.log(rate / least)) / Math.log(most / least);
  const pen = `stroke="${palette.bicubic}" fill="none"`;
  const box = (x: number, wide: number) => `<rect x="${x}" y="12" width="${wide}" height="26" rx="3" ${pen}/>`;
  const word = (text: string, x: number, anchor = 'start', y = 30) =>
    `<text x="${x}" y="${y}" text-anchor="${anchor}">${escaped(text)}</text>`;
  const parts = [
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="4" ${pen}/>`,
    word('learning rate', 14),
    `<path d="M110 25h170" ${pen} stroke-width="3"/>`,
    `<circle cx="${at.toFixed(1)}" cy="25" r="7" fill="${palette.model}"/>`,
    box(292, 72) + word(String(rate), 302),
    word(unit, 376) + box(432, 60) + word(String(length), 442),
    ...buttons.map((name, index) => box(506 + 76 * index, 68) + word(name, 540 + 76 * index, 'middle')),
    ...[words, ...forks].map((text, index) => word(text, 14, 'start', 66 + line * index)),
  ];
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
    `font-family="Helvetica, Arial, sans-serif" font-size="13" fill="${palette.text}">${parts.join('')}</svg>`;
  const text = `training controls: learning rate ${rate}, ${length} ${unit}; ${[words, ...forks].join('; ')}`;
  const source = `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
  return { html: `<img alt="${escaped(text)}" src="${source}">`, text };
}
