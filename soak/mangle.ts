import { createHash } from 'node:crypto';
import { type RandomState, uniform } from '../src/random';
import type { Sample } from './samples';
import { oneOf, whole } from './tally';

/** A damaged copy of a file: its bytes, or a value of its JSON with all lengths and digests right. */
export function mangle(sample: Sample, random: RandomState): Buffer {
  const inside = uniform(random) < 0.5;
  if (inside && ['run', 'lock'].includes(sample.kind))
    return Buffer.from(JSON.stringify(mangleJson(JSON.parse(sample.bytes.toString()), random)));
  if (inside && sample.kind === 'weights') return mangleSafetensors(sample.bytes, random);
  if (inside && sample.kind === 'checkpoint') return mangleCheckpoint(sample.bytes, random);
  let bytes = sample.bytes;
  for (let times = 1 + whole(random, 3); times > 0; times--) bytes = mangleBytes(bytes, random);
  return bytes;
}

function mangleBytes(bytes: Buffer, random: RandomState): Buffer {
  const at = whole(random, bytes.length + 1),
    end = Math.min(bytes.length, at + 1 + whole(random, oneOf(random, [1, 8, 64])));
  const cut = (middle: Uint8Array) => Buffer.concat([bytes.subarray(0, at), middle, bytes.subarray(end)]);
  const noise = (length: number) => Uint8Array.from({ length }, () => whole(random, 256));
  // Headers lie at the front: half of the changes of single bits are there.
  const front = whole(random, Math.min(bytes.length, 64));
  switch (whole(random, 8)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return cut(new Uint8Array());
    case 2:
      return cut(new Uint8Array(end - at).fill(oneOf(random, [0, 255])));
    case 3:
      return cut(noise(end - at));
    case 4:
      return Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]);
    case 5:
      return Buffer.concat([bytes, noise(1 + whole(random, 64))]);
    default: {
      const copy = Buffer.from(bytes);
      const place = uniform(random) < 0.5 ? front : Math.min(at, bytes.length - 1);
      if (place >= 0) copy[place] ^= 1 << whole(random, 8);
      return copy;
    }
  }
}

const VALUES = [
  null,
  -1,
  0,
  1,
  1.5,
  1e99,
  2 ** 31,
  '',
  'text',
  [],
  {},
  true,
  [null],
  { a: 1 },
  '../..',
  'x'.repeat(5000),
];

/** The same with one value, somewhere in it, changed or taken out. */
function mangleJson(value: unknown, random: RandomState): unknown {
  const deeper = typeof value === 'object' && value !== null && Object.keys(value).length > 0;
  if (!deeper || uniform(random) < 0.1) return oneOf(random, VALUES);
  const copy: Record<string, unknown> = Array.isArray(value) ? ([...value] as never) : { ...value };
  const key = oneOf(random, Object.keys(copy));
  if (uniform(random) < 0.15) delete copy[key];
  else copy[key] = mangleJson(copy[key], random);
  return copy;
}

/** The JSON has its length before it. */
function mangleSafetensors(bytes: Buffer, random: RandomState): Buffer {
  const end = 8 + Number(bytes.readBigUInt64LE());
  const header = Buffer.from(JSON.stringify(mangleJson(JSON.parse(bytes.toString('utf8', 8, end)), random)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, bytes.subarray(end)]);
}

/** A line that says what it is, a line of JSON, arrays, and a digest of it all, which is made anew. */
function mangleCheckpoint(bytes: Buffer, random: RandomState): Buffer {
  const begin = bytes.indexOf(10) + 1,
    end = bytes.indexOf(10, begin);
  const header = JSON.stringify(mangleJson(JSON.parse(bytes.toString('utf8', begin, end)), random));
  const body = Buffer.concat([bytes.subarray(0, begin), Buffer.from(header), bytes.subarray(end, -32)]);
  return Buffer.concat([body, createHash('sha256').update(body).digest()]);
}
