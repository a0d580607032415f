import { readFile } from 'node:fs/promises';
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

/** The file's bytes. Throws WeightsError. */
export async function readBytes(file: string): Promise<Buffer> {
  return readFile(file).catch((error) => {
    throw new WeightsError(`${file}: cannot be read (${error.message}); give a .safetensors file`, { cause: error });
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

/** Takes the bytes of a safetensors file apart; `file` names it in errors. Throws WeightsError. */
export function parseSafetensors(file: string, bytes: Buffer): Safetensors {
  const length = bytes.length >= 8 ? Number(bytes.readBigUInt64LE()) : Infinity;
  if (8 + length > bytes.length)
    throw new WeightsError(`${file}: cut short, or not a safetensors file; copy or train it again`);
  const header = parseHeader(file, bytes.subarray(8, 8 + length).toString());
  const { __metadata__: metadata = {}, ...tensors } = header;
  return {
    metadata: metadata as Record<string, string>,
    tensors: tensors as Record<string, TensorEntry>,
    data: bytes.subarray(8 + length),
  };
}

function parseHeader(file: string, text: string): Record<string, unknown> {
  try {
    const header = JSON.parse(text);
    if (typeof header !== 'object' || header === null || Array.isArray(header)) throw new Error('not an object');
    return header;
  } catch (error) {
    throw new WeightsError(
      `${file}: its header is not a JSON object, so it is not a safetensors file; give another one`,
      { cause: error },
    );
  }
}

/** One float32 tensor of the given shape. Throws WeightsError. */
export function tensorOf(file: string, { tensors, data }: Safetensors, name: string, shape: number[]): Float32Array {
  const tensor = tensors[name];
  const bytes = 4 * shape.reduce((a, b) => a * b, 1);
  if (!tensor || tensor.dtype !== 'F32' || JSON.stringify(tensor.shape) !== JSON.stringify(shape)) {
    throw new WeightsError(
      `${file}: ${name} should be float32 of shape [${shape}]; the file belongs to a different network`,
    );
  }
  const [start, end] = Array.isArray(tensor.data_offsets) ? tensor.data_offsets : [NaN, NaN];
  if (end - start !== bytes || !(start >= 0) || end > data.length)
    throw new WeightsError(`${file}: cut short at ${name}; copy or train it again`);
  return new Float32Array(data.buffer.slice(data.byteOffset + start, data.byteOffset + end));
}
