import { type FileHandle, open } from 'node:fs/promises';
import { crc } from './metadata/png';
import { perMetre, type Resolution } from './metadata/resolution';

/**
 * Sets the resolution in a file that sharp wrote from a picture without one: sharp itself writes 25.4 dots an inch.
 * `kind` is '.png', '.jpg' or '.tif'; other files stay as they are. Only a few bytes are written, however large the
 * file is.
 */
export async function setFileResolution(file: string, kind: string, resolution?: Resolution): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    if (kind === '.png') await inPng(handle, resolution);
    else if (kind === '.jpg') await inJpeg(handle, resolution);
    else if (kind === '.tif') await inTiff(handle, resolution);
  } finally {
    await handle.close();
  }
}

async function bytesAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/** The chunk pHYs stands before the samples; unit 0 says only that pixels are square. */
async function inPng(handle: FileHandle, resolution?: Resolution): Promise<void> {
  const head = await bytesAt(handle, 0, 65536);
  const at = head.indexOf('pHYs', 0, 'latin1');
  if (at < 0) return;
  const chunk = Buffer.alloc(17);
  chunk.write('pHYs', 'latin1');
  chunk.writeUInt32BE(resolution ? perMetre(resolution.x) : 1, 4);
  chunk.writeUInt32BE(resolution ? perMetre(resolution.y) : 1, 8);
  chunk[12] = resolution ? 1 : 0;
  chunk.writeUInt32BE(crc(chunk.subarray(0, 13)), 13);
  await handle.write(chunk, 0, chunk.length, at);
}

/** JFIF's density: dots an inch in 16 bits, or unit 0 and a ratio of 1 to 1. */
async function inJpeg(handle: FileHandle, resolution?: Resolution): Promise<void> {
  const head = await bytesAt(handle, 0, 20);
  if (head.toString('latin1', 6, 10) !== 'JFIF') return;
  const density = Buffer.alloc(5);
  density[0] = resolution ? 1 : 0;
  density.writeUInt16BE(resolution ? Math.round(resolution.x) : 1, 1);
  density.writeUInt16BE(resolution ? Math.round(resolution.y) : 1, 3);
  await handle.write(density, 0, density.length, 13);
}

/** Fields of a TIFF's directory. */
const X_RESOLUTION = 282;
const Y_RESOLUTION = 283;
const RESOLUTION_UNIT = 296;

/** In TIFF and BigTIFF of this machine's byte order, little endian on all that the lab runs on. */
async function inTiff(handle: FileHandle, resolution?: Resolution): Promise<void> {
  const head = await bytesAt(handle, 0, 16);
  if (head.toString('latin1', 0, 2) !== 'II') return;
  const big = head.readUInt16LE(2) === 43;
  const directory = big ? Number(head.readBigUInt64LE(8)) : head.readUInt32LE(4);
  const entry = big ? 20 : 12;
  const first = directory + (big ? 8 : 2);
  const count = await bytesAt(handle, directory, big ? 8 : 2);
  const fields = await bytesAt(handle, first, entry * (big ? Number(count.readBigUInt64LE()) : count.readUInt16LE()));
  for (let at = 0; at < fields.length; at += entry) {
    const tag = fields.readUInt16LE(at);
    const value = at + (big ? 12 : 8);
    if (tag === RESOLUTION_UNIT) {
      // 2: inches; 1: no unit.
      fields.writeUInt16LE(resolution ? 2 : 1, value);
      await handle.write(fields, value, 2, first + value);
    } else if (resolution && (tag === X_RESOLUTION || tag === Y_RESOLUTION)) {
      const dots = Buffer.alloc(8);
      dots.writeUInt32LE(Math.round(1000 * (tag === X_RESOLUTION ? resolution.x : resolution.y)), 0);
      dots.writeUInt32LE(1000, 4);
      // BigTIFF holds the two numbers in the field itself.
      await handle.write(dots, 0, 8, big ? first + value : fields.readUInt32LE(value));
    }
  }
}
