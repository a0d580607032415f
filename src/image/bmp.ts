import type { Image } from './image';

interface Header {
  width: number;
  height: number;
  topDown: boolean;
  bits: number;
  start: number;
  palette: Uint8Array;
}

/** BITMAPINFOHEADER and its longer successors; throws an Error for what is compressed or masked in unusual ways. */
function readHeader(file: Buffer): Header {
  const headerSize = file.readUInt32LE(14);
  if (headerSize < 40) throw new Error('its BMP header is of a kind older than Windows 3');
  const signedHeight = file.readInt32LE(22);
  const bits = file.readUInt16LE(28);
  const compression = file.readUInt32LE(30);
  const masksAreBgr =
    compression === 3 && [0xff0000, 0xff00, 0xff].every((mask, i) => file.readUInt32LE(54 + 4 * i) === mask);
  if (![1, 4, 8, 24, 32].includes(bits)) throw new Error(`it has ${bits} bits a pixel`);
  if (compression !== 0 && !(bits === 32 && masksAreBgr))
    throw new Error(`its BMP compression ${compression} is not read`);
  const colors = bits > 8 ? 0 : file.readUInt32LE(46) || 1 << bits;
  const paletteStart = 14 + headerSize;
  const palette = file.subarray(paletteStart, paletteStart + 4 * colors);
  return {
    width: file.readInt32LE(18),
    height: Math.abs(signedHeight),
    topDown: signedHeight < 0,
    bits,
    start: file.readUInt32LE(10),
    palette,
  };
}

/** Uncompressed BMP of 1, 4, 8, 24 or 32 bits; a palette without colour gives a grey image. Throws an Error that says what is wrong. */
export function decodeBmp(file: Buffer): Image {
  if (file.length < 54 || file.toString('latin1', 0, 2) !== 'BM') throw new Error('it does not begin like a BMP file');
  const header = readHeader(file);
  const { width, height, topDown, bits, start, palette } = header;
  const stride = Math.ceil((width * bits) / 32) * 4;
  if (width < 1 || height < 1) throw new Error('it has no pixels');
  if (start + stride * height > file.length) throw new Error('it is cut short');
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const from = start + (topDown ? y : height - 1 - y) * stride;
    const line = file.subarray(from, from + stride);
    const target = data.subarray(y * width * 3, (y + 1) * width * 3);
    if (bits > 8) copyColors(line, bits / 8, target);
    else lookUpColors(line, bits, palette, target);
  }
  const grey = bits <= 8 && data.every((value, i) => value === data[i - (i % 3)]);
  return grey
    ? { data: data.filter((_, i) => i % 3 === 0), width, height, channels: 1 }
    : { data, width, height, channels: 3 };
}

function copyColors(line: Uint8Array, bytes: number, target: Uint8Array): void {
  for (let at = 0, from = 0; at < target.length; at += 3, from += bytes) {
    target[at] = line[from + 2];
    target[at + 1] = line[from + 1];
    target[at + 2] = line[from];
  }
}

function lookUpColors(line: Uint8Array, bits: number, palette: Uint8Array, target: Uint8Array): void {
  const perByte = 8 / bits;
  for (let x = 0; x * 3 < target.length; x++) {
    const shift = 8 - bits - (x % perByte) * bits;
    const index = (line[Math.floor(x / perByte)] >> shift) & ((1 << bits) - 1);
    if (4 * index + 2 >= palette.length) throw new Error(`its palette has no colour ${index}`);
    copyColors(palette.subarray(4 * index), 4, target.subarray(x * 3, x * 3 + 3));
  }
}

/** A BMP of 24 bits a pixel; the alpha channel is left out. */
export function encodeBmp({ data, width, height, channels }: Image): Buffer {
  const stride = Math.ceil((width * 24) / 32) * 4;
  const file = Buffer.alloc(54 + stride * height);
  file.write('BM', 0, 'latin1');
  for (const [at, value] of [
    [2, file.length],
    [10, 54],
    [14, 40],
    [18, width],
    [22, height],
    [34, stride * height],
  ])
    file.writeUInt32LE(value, at);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  for (let y = 0; y < height; y++) {
    const start = 54 + (height - 1 - y) * stride;
    for (let i = 0; i < width * 3; i++) {
      const [x, blueFirst] = [Math.floor(i / 3), 2 - (i % 3)];
      file[start + i] = data[(y * width + x) * channels + (channels === 3 ? blueFirst : 0)];
    }
  }
  return file;
}
