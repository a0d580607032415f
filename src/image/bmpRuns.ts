import type { BmpHeader } from './bmpHeader';

/**
 * The pixels of run-length compression as if they were uncompressed, one byte a pixel (three, blue first, for 24 bits),
 * without padding, the lines in the order of the file. Pixels that the file leaves out have colour 0.
 */
export function expandRuns(file: Buffer, { width, height, bits, start }: BmpHeader): Uint8Array {
  const bytes = bits === 24 ? 3 : 1;
  const pixels = new Uint8Array(width * height * bytes);
  let x = 0,
    y = 0,
    at = start;
  const put = (value: number, from: number) => {
    if (x < width && y < height) {
      const to = (y * width + x) * bytes;
      if (bytes === 3) pixels.set(file.subarray(from, from + 3), to);
      else pixels[to] = value;
    }
    x++;
  };
  const nibble = (byte: number, i: number) => (i % 2 ? byte & 15 : byte >> 4);
  while (y < height) {
    if (at + 2 > file.length) {
      // The mark of the end may be missing in a file, but no pixels may be.
      if (y === height - 1 && x >= width) break;
      throw new Error('it is cut short');
    }
    const count = file[at],
      value = file[at + 1];
    if (count > 0) {
      if (at + 1 + bytes > file.length) throw new Error('it is cut short');
      for (let i = 0; i < count; i++) put(bits === 4 ? nibble(value, i) : value, at + 1);
      at += 1 + bytes;
    } else if (value === 0) {
      [x, y] = [0, y + 1];
      at += 2;
    } else if (value === 1) break;
    else if (value === 2) {
      if (at + 4 > file.length) throw new Error('it is cut short');
      [x, y] = [x + file[at + 2], y + file[at + 3]];
      at += 4;
    } else {
      const length = bits === 4 ? Math.ceil(value / 2) : value * bytes;
      if (at + 2 + length > file.length) throw new Error('it is cut short');
      for (let i = 0; i < value; i++)
        put(bits === 4 ? nibble(file[at + 2 + (i >> 1)], i) : file[at + 2 + i], at + 2 + i * bytes);
      at += 2 + length + (length % 2);
    }
  }
  return pixels;
}
