import { measureNames } from '../measures/measures';

// JSON has no infinity: JSON.stringify writes null, which elsewhere means that there is no score.

const infinite: Readonly<Record<string, number>> = { Infinity: Infinity, '-Infinity': -Infinity };

/** JSON.stringify, but an infinite number, as the PSNR of equal pictures, becomes the text "Infinity". */
export function scoresToJson(content: unknown, indent?: number): string {
  return JSON.stringify(
    content,
    (_, value) => (value === Infinity || value === -Infinity ? String(value) : value),
    indent,
  );
}

/** JSON.parse for what scoresToJson wrote: the text "Infinity" as a score becomes the number again. */
export function scoresFromJson(text: string): unknown {
  return JSON.parse(text, (key, value) => (isScore(key) && value in infinite ? infinite[value] : value));
}

/** Keys such as psnr, and bicubicPsnr of version 0.1. */
const isScore = (key: string) => measureNames.includes(key) || /psnr$/i.test(key);
