/** The bits of a channel in a pixel of 16 or 32 bits; 0 where there is none. */
export type Masks = { red: number; green: number; blue: number; alpha: number };

export type Compression = 'none' | 'runs4' | 'runs8' | 'runs24' | 'jpeg' | 'png';

export interface BmpHeader {
  width: number;
  height: number;
  topDown: boolean;
  /** Bits a pixel. */
  bits: number;
  compression: Compression;
  masks: Masks;
  /** Where the pixels begin. */
  start: number;
  /** Blue, green, red and, unless `paletteStep` is 3, an unused byte. */
  palette: Uint8Array;
  paletteStep: 3 | 4;
  /** Pixels a metre, 0 where the file does not say. */
  perMetre: { x: number; y: number };
  profile?: Buffer;
}

const FILE_HEADER = 14;
const compressions: readonly (Compression | undefined)[] = ['none', 'runs8', 'runs4', 'none', 'jpeg', 'png', 'none'];
/** Values of the field biCompression: masks for red, green and blue; the same and one for alpha. */
const BITFIELDS = 3,
  ALPHA_BITFIELDS = 6;

/**
 * The header of OS/2 1.x (12 bytes), OS/2 2.x (16 to 64) or Windows 3, 4 and 5 (40 to 124). Throws an Error in words.
 */
export function readBmpHeader(file: Buffer): BmpHeader {
  if (file.length < 18 || file.toString('latin1', 0, 2) !== 'BM') throw new Error('it does not begin like a BMP file');
  const size = file.readUInt32LE(FILE_HEADER);
  if (size !== 12 && (size < 16 || size > 124))
    throw new Error(`its BMP header has ${size} bytes, as no kind of BMP does`);
  needs(file, FILE_HEADER + size);
  // A header of OS/2 2.x may end early: the fields that are missing are 0.
  const header = Buffer.alloc(124);
  file.copy(header, 0, FILE_HEADER, FILE_HEADER + size);
  return size === 12 ? oldHeader(file, header) : newHeader(file, header, size);
}

function needs(file: Buffer, length: number): void {
  if (file.length < length) throw new Error('it is cut short');
}

const noMasks: Masks = { red: 0, green: 0, blue: 0, alpha: 0 };

function oldHeader(file: Buffer, header: Buffer): BmpHeader {
  const bits = header.readUInt16LE(10);
  const size = { width: header.readUInt16LE(4), height: header.readUInt16LE(6) };
  return {
    ...checked(size, bits, [1, 4, 8, 24]),
    topDown: false,
    compression: 'none',
    masks: noMasks,
    ...paletteAndStart(file, FILE_HEADER + 12, bits > 8 ? 0 : 1 << bits, 3),
    perMetre: { x: 0, y: 0 },
  };
}

function newHeader(file: Buffer, header: Buffer, size: number): BmpHeader {
  const signedHeight = header.readInt32LE(8),
    bits = header.readUInt16LE(14),
    code = header.readUInt32LE(16);
  const compression = compressionOf(code, bits, size);
  const embedded = compression === 'jpeg' || compression === 'png';
  const room = { width: header.readInt32LE(4), height: Math.abs(signedHeight) };
  const masked = compression === 'none' && (code === BITFIELDS || code === ALPHA_BITFIELDS);
  // Windows 3 puts the masks behind the header, its successors into it, at the same place of the file.
  const masksEnd = masked && size < 52 ? 54 + (code === ALPHA_BITFIELDS ? 16 : 12) : 0;
  needs(file, masksEnd);
  const colors = bits > 8 || embedded ? 0 : Math.min(header.readUInt32LE(32) || 1 << bits, 1 << bits);
  return {
    ...(embedded ? { ...room, bits } : checked(room, bits, masked ? [16, 32] : [1, 2, 4, 8, 16, 24, 32])),
    topDown: signedHeight < 0,
    compression,
    masks: masked ? masksOf(file, Math.max(masksEnd, FILE_HEADER + size)) : usualMasks(bits),
    ...paletteAndStart(file, Math.max(FILE_HEADER + size, masksEnd), colors, 4),
    perMetre: { x: Math.max(0, header.readInt32LE(24)), y: Math.max(0, header.readInt32LE(28)) },
    ...profileOf(file, header, size),
  };
}

function checked(size: { width: number; height: number }, bits: number, known: number[]) {
  if (size.width < 1 || size.height < 1) throw new Error('it has no pixels');
  if (!known.includes(bits)) throw new Error(`it has ${bits} bits per pixel, which a BMP cannot have; save it as PNG`);
  return { ...size, bits };
}

function compressionOf(code: number, bits: number, size: number): Compression {
  // OS/2 2.x gives 3 and 4 other meanings: black and white fax, and runs of colours.
  const isOs2 = size < 40 || size === 64;
  if (code === 3 && bits === 1) throw new Error('it is compressed like a fax (Huffman 1D); save it as PNG');
  const compression = code === 4 && isOs2 ? 'runs24' : compressions[code];
  if (!compression) throw new Error(`it is compressed in a way that the lab does not read (${code}); save it as PNG`);
  const runBits = { runs4: 4, runs8: 8, runs24: 24 } as const;
  if (compression in runBits && runBits[compression as keyof typeof runBits] !== bits)
    throw new Error(`its header contradicts itself: ${bits} bits a pixel do not go with its compression`);
  return compression;
}

function masksOf(file: Buffer, end: number): Masks {
  const mask = (i: number) => (54 + 4 * i + 4 <= end ? file.readUInt32LE(54 + 4 * i) : 0);
  const masks = { red: mask(0), green: mask(1), blue: mask(2), alpha: mask(3) };
  if (!masks.red && !masks.green && !masks.blue) throw new Error('its masks for red, green and blue are empty');
  return masks;
}

/** Without masks of its own a pixel of 16 bits has five bits a colour, and the last byte of 32 bits means nothing. */
const usualMasks = (bits: number): Masks =>
  bits === 16
    ? { red: 0x7c00, green: 0x3e0, blue: 0x1f, alpha: 0 }
    : { red: 0xff0000, green: 0xff00, blue: 0xff, alpha: 0 };

/**
 * Where the file's own start lies inside its header, the pixels follow the palette; else the palette ends there at the
 * latest.
 */
function paletteAndStart(file: Buffer, at: number, colors: number, step: 3 | 4) {
  const said = file.readUInt32LE(10);
  const end = at + step * colors;
  const start = said < at || (said === at && colors > 0) ? end : said;
  return { start, palette: file.subarray(at, Math.min(end, start)), paletteStep: step };
}

/** A colour profile inside of the file, which only the header of Windows 5 can have. */
function profileOf(file: Buffer, header: Buffer, size: number): { profile?: Buffer } {
  if (size < 124 || header.readUInt32LE(56) !== 0x4d424544) return {};
  const at = FILE_HEADER + header.readUInt32LE(112);
  const end = at + header.readUInt32LE(116);
  return end <= file.length && end > at ? { profile: Buffer.from(file.subarray(at, end)) } : {};
}
