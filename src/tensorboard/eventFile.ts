/**
 * TensorBoard's event files: TFRecord framing (tensorflow/core/lib/io/record_writer.h) around protocol buffers of
 * tensorflow/core/util/event.proto and framework/summary.proto. Only the few fields that are needed here are written.
 */
export type EventContent =
  | { kind: 'version' }
  /**
   * At every start except a run's first, TensorBoard forgets its data from this step on: these steps are trained and
   * written again.
   */
  | { kind: 'start' }
  | { kind: 'scalar'; tag: string; value: number }
  | { kind: 'image'; tag: string; png: Uint8Array; width: number; height: number };

/** One record of an event file; `time` in seconds since 1970, `step` a whole number from 0. */
export function eventRecord(time: number, step: number, content: EventContent): Buffer {
  return framed(Buffer.concat([key(1, 1), double(time), key(2, 0), varint(step), contentField(content)]));
}

/** CRC-32 by Castagnoli's polynomial, reflected, as in RFC 3720, appendix B.4. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ table[(crc ^ byte) & 255];
  return ~crc >>> 0;
}

const table = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

/** A checksum of data that itself holds checksums is rotated and shifted, as the format asks. */
function maskedCrc(bytes: Uint8Array): Buffer {
  const crc = crc32c(bytes);
  const masked = (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(masked);
  return buffer;
}

function framed(data: Buffer): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(data.length));
  return Buffer.concat([length, maskedCrc(length), data, maskedCrc(data)]);
}

function contentField(content: EventContent): Buffer {
  if (content.kind === 'version') return field(3, Buffer.from('brain.Event:2'));
  if (content.kind === 'start') return field(7, Buffer.concat([key(1, 0), varint(1)]));
  const value = content.kind === 'scalar' ? Buffer.concat([key(2, 5), float(content.value)]) : field(4, image(content));
  return field(5, field(1, Buffer.concat([field(1, Buffer.from(content.tag)), value])));
}

function image({ png, width, height }: { png: Uint8Array; width: number; height: number }): Buffer {
  return Buffer.concat([
    key(1, 0),
    varint(height),
    key(2, 0),
    varint(width),
    key(3, 0),
    varint(channelsOf(png)),
    field(4, png),
  ]);
}

/** The number of channels of a PNG, from its colour type in byte 25; a palette counts as RGB. */
function channelsOf(png: Uint8Array): number {
  return { 0: 1, 2: 3, 3: 3, 4: 2, 6: 4 }[png[25]] ?? 3;
}

/** A field's number and wire type: 0 a varint, 1 eight bytes, 2 bytes with their length, 5 four bytes. */
const key = (number: number, type: number) => varint(number * 8 + type);

const field = (number: number, bytes: Uint8Array) => Buffer.concat([key(number, 2), varint(bytes.length), bytes]);

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  return Buffer.from([...bytes, value]);
}

function double(value: number): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeDoubleLE(value);
  return buffer;
}

function float(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeFloatLE(value);
  return buffer;
}
