import { readFile } from 'node:fs/promises';
import { whyNotRead } from '../disk/whyNotRead';
import { WeightsError } from '../errors';

/** A tensor's entry in the header of a safetensors file; offsets count bytes from the end of the header. */
export interface TensorEntry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** A safetensors file taken apart: texts about the whole file, its tensors by name, and the bytes they lie in. */
export interface Safetensors {
  metadata: Record<string, string>;
  tensors: Record<string, TensorEntry>;
  data: Buffer;
}

export const cannotRead = (file: string, cause: unknown) =>
  new WeightsError(`${file}: cannot be read (${whyNotRead(cause)}); give a .safetensors file`, { cause });

/** The file's bytes. Throws WeightsError. */
export async function readBytes(file: string): Promise<Buffer> {
  return readFile(file).catch((error) => {
    throw cannotRead(file, error);
  });
}

/** The bytes of a safetensors file, its header padded to a multiple of 8. */
export function composeSafetensors({ metadata, tensors, data }: Safetensors): Buffer {
  const json = Buffer.from(JSON.stringify({ __metadata__: metadata, ...tensors }));
  const padded = Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded, data]);
}

/**
 * Takes the bytes of a safetensors file apart; `file` names it in errors. Throws WeightsError unless the tensors fill
 * the data exactly, one after the other, as the format demands: otherwise some would be read from wrong bytes.
 */
export function parseSafetensors(file: string, bytes: Buffer): Safetensors {
  const length = bytes.length >= 8 ? Number(bytes.readBigUInt64LE()) : Infinity;
  if (8 + length > bytes.length)
    throw new WeightsError(`${file}: cut short, or not a safetensors file; copy or train it again`);
  const { __metadata__: metadata = {}, ...tensors } = parseHeader(file, bytes.subarray(8, 8 + length).toString());
  const data = bytes.subarray(8 + length);
  if (!isRecord(metadata) || Object.values(metadata).some((value) => typeof value !== 'string'))
    throw new WeightsError(`${file}: its __metadata__ should hold texts only; write the file again`);
  checkPlaces(file, tensors, data.length);
  return { metadata: metadata as Record<string, string>, tensors, data };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parseHeader(file: string, text: string): Record<string, unknown> {
  try {
    const header = JSON.parse(text);
    if (!isRecord(header)) throw new Error('not an object');
    return header;
  } catch (error) {
    throw new WeightsError(
      `${file}: its header is not a JSON object, so it is not a safetensors file; give another one`,
      { cause: error },
    );
  }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function isEntry(value: unknown): value is TensorEntry {
  if (!isRecord(value)) return false;
  const { dtype, shape, data_offsets: offsets } = value;
  const counts = (list: unknown) => Array.isArray(list) && list.every(isCount);
  return typeof dtype === 'string' && counts(shape) && counts(offsets) && (offsets as number[]).length === 2;
}

/**
 * Each tensor must begin where the one before it ends, have the bytes of its shape, and the last must end with the
 * file.
 */
function checkPlaces(
  file: string,
  tensors: Record<string, unknown>,
  length: number,
): asserts tensors is Record<string, TensorEntry> {
  const entries = Object.entries(tensors).map(([name, entry]) => {
    if (!isEntry(entry))
      throw new WeightsError(
        `${file}: the header's entry of ${name} is damaged: it needs dtype, shape and data_offsets; ` +
          'copy or train it again',
      );
    return { name, ...entry };
  });
  let at = 0;
  for (const { name, dtype, shape, data_offsets: offsets } of entries.sort(byPlace)) {
    const [start, end] = offsets;
    if (end > length)
      throw new WeightsError(
        `${file}: cut short at ${name}, which ends at byte ${end} of ${length}; copy or train it again`,
      );
    if (start !== at)
      throw new WeightsError(
        `${file}: ${name} begins at byte ${start}, but the tensor before it ends at ${at}; write the file again`,
      );
    const size = Object.hasOwn(kinds, dtype) ? kinds[dtype].bytes * count(shape) : undefined;
    if (size !== undefined && end - start !== size)
      throw new WeightsError(
        `${file}: ${name} has ${end - start} bytes, but ${dtype} of shape [${shape}] needs ${size}; ` +
          'write the file again',
      );
    at = end;
  }
  if (at !== length)
    throw new WeightsError(
      `${file}: ${length - at} bytes after its last tensor belong to no tensor, so its header is wrong; ` +
        'copy or train it again',
    );
}

const byPlace = (a: TensorEntry, b: TensorEntry) =>
  a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1];

const count = (shape: readonly number[]) => shape.reduce((product, side) => product * side, 1);

/** The kinds of numbers that are read; all become float32. */
const kinds: Readonly<Record<string, { bytes: number; read: (view: DataView, at: number) => number }>> = {
  F64: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  F32: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  F16: { bytes: 2, read: (view, at) => halfToNumber(view.getUint16(at, true)) },
  BF16: { bytes: 2, read: (view, at) => bfloatToNumber(view.getUint16(at, true)) },
};

/** IEEE 754 binary16: a sign, 5 bits of exponent, 10 of mantissa. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const mantissa = bits & 1023;
  if (exponent === 31) return mantissa ? NaN : sign * Infinity;
  return exponent ? sign * 2 ** (exponent - 25) * (1024 + mantissa) : sign * 2 ** -24 * mantissa;
}

/** bfloat16 is the upper half of a float32. */
function bfloatToNumber(bits: number): number {
  return new Float32Array(Uint32Array.of(bits << 16).buffer)[0];
}

/**
 * One tensor of the given shape as float32, also from float64, float16 and bfloat16. Throws WeightsError, also for
 * NaN and infinite values.
 */
export function tensorOf(file: string, { tensors, data }: Safetensors, name: string, shape: number[]): Float32Array {
  const tensor = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
  if (!tensor)
    throw new WeightsError(
      `${file}: has no tensor ${name} of shape [${shape}]; the file belongs to a different network`,
    );
  if (JSON.stringify(tensor.shape) !== JSON.stringify(shape))
    throw new WeightsError(
      `${file}: ${name} has the shape [${tensor.shape}], not [${shape}]; the file belongs to a different network`,
    );
  const kind = Object.hasOwn(kinds, tensor.dtype) ? kinds[tensor.dtype] : undefined;
  if (!kind)
    throw new WeightsError(
      `${file}: ${name} is of the kind ${tensor.dtype}; convert the file to F32 (or ${Object.keys(kinds).join(', ')})`,
    );
  const view = new DataView(data.buffer, data.byteOffset + tensor.data_offsets[0]);
  const values = Float32Array.from({ length: count(shape) }, (_, i) => kind.read(view, i * kind.bytes));
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0)
    throw new WeightsError(
      `${file}: value ${wrong + 1} of ${name} is ${values[wrong]}, so the network would give no picture; ` +
        'use the weights of an earlier checkpoint, or train it again with a lower learning rate',
    );
  return values;
}
