// JSON has no infinity: JSON.stringify writes null, which elsewhere means that there is no score.

const INFINITE = 'Infinity';

/** JSON.stringify, but an infinite number, as the PSNR of equal pictures, becomes the text "Infinity". */
export function scoresToJson(content: unknown, indent?: number): string {
  return JSON.stringify(content, (_, value) => (value === Infinity ? INFINITE : value), indent);
}

/** JSON.parse for what scoresToJson wrote: the text "Infinity" as a PSNR becomes the number again. */
export function scoresFromJson(text: string): unknown {
  return JSON.parse(text, (key, value) => (value === INFINITE && /psnr$/i.test(key) ? Infinity : value));
}
