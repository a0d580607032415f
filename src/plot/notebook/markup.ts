/** The text as HTML, also inside of quotes. */
export const escaped = (text: string) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** A PNG as an element. Notebooks that are not trusted show it, too. */
export function pngImage(png: Buffer, words: string, width?: number): string {
  const size = width === undefined ? '' : ` width="${width}"`;
  return `<img${size} alt="${escaped(words)}" src="data:image/png;base64,${png.toString('base64')}">`;
}

/** PNGs side by side, each with its caption below, all of one width in CSS pixels. */
export function besideEachOther(pictures: readonly { png: Buffer; caption: string }[], width: number): string {
  const cells = pictures.map(({ png, caption }) => `<td>${pngImage(png, caption, width)}<br>${escaped(caption)}</td>`);
  return `<table><tr>${cells.join('')}</tr></table>`;
}
