import { type BmpHeader, readBmpHeader } from './bmpHeader';
import { bmpProfile } from './bmpColors';
import { expandRuns } from './bmpRuns';
import { checkPlausible } from './plausible';
import type { Photograph } from './photograph';
import { type Resolution, perInch, perMetre } from './metadata/resolution';

/** A whole JPEG or PNG file inside a BMP, as drivers of printers write it. */
export interface EmbeddedFile {
  embedded: Buffer;
}

/**
 * BMP of OS/2 and Windows: 1, 2, 4 and 8 bits with a palette, 16, 24 and 32 bits with masks, run lengths. A palette
 * without colour gives a grey picture. An alpha channel that is 0 everywhere is taken as absent, as browsers do.
 * Colours that the header describes get a profile that says the same. Throws an Error that says what is wrong; what
 * is not taken over is said to `onNote`.
 */
export function decodeBmp(file: Buffer, onNote: (note: string) => void = () => undefined): Photograph | EmbeddedFile {
  const header = readBmpHeader(file);
  const { compression, start, perMetre: density } = header;
  if (compression === 'jpeg' || compression === 'png') return { embedded: file.subarray(start) };
  checkPlausible(header, file.length);
  const picture = compression.startsWith('runs') ? decodeRuns(file, header) : decodePlain(file, header);
  const profile = header.profile ?? bmpProfile(file, picture.channels, onNote);
  return {
    ...picture,
    ...(density.x && density.y ? { resolution: { x: perInch(density.x), y: perInch(density.y) } } : {}),
    ...(profile && (picture.channels === 3 || !header.profile) ? { profile } : {}),
  };
}

/** Samples of a picture whose lines stand in the file as `topDown` says. */
type Lines = (y: number) => Uint8Array;

function decodeRuns(file: Buffer, header: BmpHeader): Photograph {
  const { width, height, bits, topDown } = header;
  const pixels = expandRuns(file, header);
  const step = width * (bits === 24 ? 3 : 1);
  const lines: Lines = (y) => {
    const line = topDown ? y : height - 1 - y;
    return pixels.subarray(line * step, (line + 1) * step);
  };
  return bits === 24 ? wholeBytes(header, lines) : lookUp(header, unpacked(header, lines, 8));
}

function decodePlain(file: Buffer, header: BmpHeader): Photograph {
  const { width, height, bits, start, topDown } = header;
  const stride = Math.ceil((width * bits) / 32) * 4;
  // The padding of the last line may be left out.
  if (start + stride * (height - 1) + Math.ceil((width * bits) / 8) > file.length) throw new Error('it is cut short');
  const lines: Lines = (y) => {
    const from = start + (topDown ? y : height - 1 - y) * stride;
    return file.subarray(from, from + stride);
  };
  if (bits <= 8) return lookUp(header, unpacked(header, lines, bits));
  return bits === 24 ? wholeBytes(header, lines) : masked(header, lines);
}

function wholeBytes({ width, height }: BmpHeader, lines: Lines): Photograph {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    const line = lines(y);
    for (let from = 0; from < 3 * width; from += 3, at += 3) {
      data[at] = line[from + 2];
      data[at + 1] = line[from + 1];
      data[at + 2] = line[from];
    }
  }
  return { data, width, height, channels: 3 };
}

/** Moves a channel of any number of bits to 0..255. */
function channel(mask: number): (pixel: number) => number {
  if (mask === 0) return () => 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const largest = mask >>> shift;
  if (largest === 255) return (pixel) => (pixel >>> shift) & 255;
  return (pixel) => Math.round((255 * ((pixel & mask) >>> shift)) / largest);
}

function masked({ width, height, bits, masks }: BmpHeader, lines: Lines): Photograph {
  const data = new Uint8Array(width * height * 3);
  const alpha = new Uint8Array(masks.alpha ? width * height : 0);
  const [red, green, blue, opacity] = [masks.red, masks.green, masks.blue, masks.alpha].map(channel);
  const step = bits / 8;
  for (let y = 0, i = 0; y < height; y++) {
    const line = lines(y);
    for (let from = 0; from < step * width; from += step, i++) {
      const low = line[from] | (line[from + 1] << 8);
      const pixel = step === 2 ? low : low | (line[from + 2] << 16) | (line[from + 3] << 24);
      data[3 * i] = red(pixel);
      data[3 * i + 1] = green(pixel);
      data[3 * i + 2] = blue(pixel);
      if (masks.alpha) alpha[i] = opacity(pixel);
    }
  }
  const picture = { data, width, height, channels: 3 } as const;
  return alpha.some((value) => value > 0) ? { ...picture, alpha } : picture;
}

/** Indices into the palette, one byte each, from pixels of `bits` bits. */
function unpacked({ width, height }: BmpHeader, lines: Lines, bits: number): Uint8Array {
  const indices = new Uint8Array(width * height);
  const perByte = 8 / bits,
    mask = (1 << bits) - 1;
  for (let y = 0, at = 0; y < height; y++) {
    const line = lines(y);
    for (let x = 0; x < width; x++, at++)
      indices[at] = (line[(x / perByte) | 0] >> (8 - bits - (x % perByte) * bits)) & mask;
  }
  return indices;
}

function lookUp({ width, height, palette, paletteStep: step }: BmpHeader, indices: Uint8Array): Photograph {
  const used = new Uint8Array(256);
  for (const index of indices) used[index] = 1;
  const beyond = used.findIndex((value, index) => value > 0 && step * index + 2 >= palette.length);
  if (beyond >= 0) throw new Error(`a pixel has colour ${beyond}, which its palette does not have`);
  const isGrey = used.every(
    (value, i) =>
      !value || (palette[step * i] === palette[step * i + 1] && palette[step * i] === palette[step * i + 2]),
  );
  if (isGrey) return { data: indices.map((index) => palette[step * index]), width, height, channels: 1 };
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < indices.length; i++)
    for (let k = 0; k < 3; k++) data[3 * i + k] = palette[step * indices[i] + 2 - k];
  return { data, width, height, channels: 3 };
}

/** A BMP of 24 bits a pixel, without alpha. */
export function encodeBmp({ data, width, height, channels, resolution }: Photograph & { data: Uint8Array }): Buffer {
  const stride = Math.ceil((width * 24) / 32) * 4;
  const file = Buffer.alloc(54 + stride * height);
  file.write('BM', 0, 'latin1');
  const density: Resolution = resolution ?? { x: 0, y: 0 };
  for (const [at, value] of [
    [2, file.length],
    [10, 54],
    [14, 40],
    [18, width],
    [22, height],
    [34, stride * height],
    [38, perMetre(density.x)],
    [42, perMetre(density.y)],
  ])
    file.writeUInt32LE(value, at);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  const [green, blue] = channels === 3 ? [1, 2] : [0, 0];
  for (let y = 0, from = 0; y < height; y++) {
    const line = 54 + (height - 1 - y) * stride;
    for (let at = line; at < line + 3 * width; at += 3, from += channels) {
      file[at] = data[from + blue];
      file[at + 1] = data[from + green];
      file[at + 2] = data[from];
    }
  }
  return file;
}
