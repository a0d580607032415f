import assert from 'node:assert/strict';
import { chain } from '../../src/network/families/srcnn';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { OptionError, UnknownNameError, WeightsError, WriteError } from '../../src/errors';
import { loadWeights, parseWeights, saveWeights } from '../../src/formats/weights';
import { countWeights } from '../../src/network/parameters';
import { newOptimizerState } from '../../src/optimizers/optimizers';
import { initialize } from '../../src/network/initialize';
import { networkNamed } from '../../src/network/families/families';

let folder: string;
before(async () => void (folder = await mkdtemp(join(tmpdir(), 'srcnn-weights-'))));
after(() => rm(folder, { recursive: true }));

test('9-1-7 has 8,897 weights and biases, 9-1-5 has 8,129, 9-5-5 has 57,281 as in the paper plus biases', () => {
  assert.deepEqual(
    ['9-1-7', '9-1-5', '9-5-5'].map((name) => countWeights(networkNamed(name))),
    [8897, 8129, 57281],
  );
});

test('the same seed draws the same weights, another seed others, with the deviation asked for', () => {
  assert.deepEqual(initialize('9-1-7', { seed: 4 }).weights, initialize('9-1-7', { seed: 4 }).weights);
  assert.notDeepEqual(initialize('9-1-7', { seed: 4 }).weights, initialize('9-1-7', { seed: 5 }).weights);
  const deviation = (initialization: 'gaussian' | 'he') =>
    Math.sqrt(
      initialize('9-1-7', { initialization })
        .weights.subarray(0, 5184)
        .reduce((sum, w) => sum + w * w, 0) / 5184,
    );
  assert.ok(Math.abs(deviation('gaussian') / 0.001 - 1) < 0.05);
  assert.ok(Math.abs(deviation('he') / Math.sqrt(2 / 81) - 1) < 0.05);
});

test('weights of an impossible network are refused by name', () => {
  assert.throws(() => initialize('9-1-6'), UnknownNameError);
  assert.throws(() => initialize(chain([{ filters: 1, kernel: 4, activation: 'linear' }])), OptionError);
  assert.throws(() => initialize(chain([{ filters: 2, kernel: 3, activation: 'linear' }])), OptionError);
});

test('weights come back from safetensors as they were saved, and the file follows the format', async () => {
  const file = join(folder, 'model.safetensors');
  const model = initialize('9-5-5', { seed: 9 });
  await saveWeights(file, model, { run: 'a test' });
  assert.deepEqual(await loadWeights(file, model), model);
  const bytes = await readFile(file);
  const length = Number(bytes.readBigUInt64LE());
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString());
  assert.equal(length % 8, 0);
  assert.equal(header.__metadata__.run, 'a test');
  assert.deepEqual(header['conv2.weight'].shape, [32, 64, 5, 5]);
  assert.equal(header['conv3.bias'].data_offsets[1], bytes.length - 8 - length);
});

test('a file that is missing, cut short, foreign or of another network is refused by name', async () => {
  const file = join(folder, 'bad.safetensors');
  await assert.rejects(loadWeights(join(folder, 'none.safetensors')), WeightsError);
  await saveWeights(file, initialize('9-1-7'));
  await assert.rejects(loadWeights(file, initialize('9-5-5')), WeightsError);
  const bytes = await readFile(file);
  for (const part of [
    bytes.subarray(0, 4),
    bytes.subarray(0, 100),
    bytes.subarray(0, -4),
    Buffer.from('this is no safetensors file at all'),
  ]) {
    await writeFile(file, part);
    await assert.rejects(loadWeights(file), WeightsError);
  }
});

type Header = Record<string, { dtype: string; shape: number[]; data_offsets: number[] }>;

/** A safetensors file with this header and this data, whatever they are. */
function fileOf(header: object | null, data: Buffer): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, data]);
}

test('a header that is not JSON, and a network that the engines do not compute, are refused by name', async () => {
  const file = join(folder, 'odd.safetensors');
  const write = (header: object | null) =>
    writeFile(file, fileOf(header, Buffer.alloc((header as Header)?.['conv1.bias']?.data_offsets[1] ?? 40)));
  const tensors = (filters: number, kernel: number) => {
    const weights = 4 * filters * kernel ** 2;
    return {
      'conv1.weight': { dtype: 'F32', shape: [filters, 1, kernel, kernel], data_offsets: [0, weights] },
      'conv1.bias': { dtype: 'F32', shape: [filters], data_offsets: [weights, weights + 4 * filters] },
    };
  };
  await write(tensors(1, 3));
  await loadWeights(file);
  const { 'conv1.weight': weight, 'conv1.bias': bias } = tensors(1, 3);
  for (const header of [
    null,
    [],
    tensors(9, 3),
    tensors(1, 2),
    { ...tensors(1, 3), __metadata__: { layers: '[]' } },
    { ...tensors(1, 3), __metadata__: { layers: '{}' } },
    { 'conv1.weight': { ...weight, data_offsets: undefined }, 'conv1.bias': bias },
    { 'conv1.weight': { ...weight, data_offsets: [-36, 0] }, 'conv1.bias': bias },
  ]) {
    await write(header);
    await assert.rejects(
      loadWeights(file),
      (error: Error) => error instanceof WeightsError && error.message.startsWith(file),
      JSON.stringify(header),
    );
  }
});

/** A 3-3 network of two filters as other programs write it, and its bytes in float32. */
const smallShapes = {
  'conv1.weight': [2, 1, 3, 3],
  'conv1.bias': [2],
  'conv2.weight': [1, 2, 3, 3],
  'conv2.bias': [1],
};
const smallValues = Float32Array.from({ length: 39 }, (_, i) => (i - 20) / 8);

function smallHeader(bytes = 4, dtype = 'F32'): Header {
  let at = 0;
  return Object.fromEntries(
    Object.entries(smallShapes).map(([name, shape]) => {
      const start = at;
      at += bytes * shape.reduce((a, b) => a * b, 1);
      return [name, { dtype, shape, data_offsets: [start, at] }];
    }),
  );
}

const smallData = () => Buffer.from(smallValues.slice().buffer);

const refused = (header: object | null, data: Buffer, pattern: RegExp) =>
  assert.throws(
    () => parseWeights('x.safetensors', fileOf(header, data)),
    (error: Error) =>
      error instanceof WeightsError && error.message.startsWith('x.safetensors: ') && pattern.test(error.message),
    String(pattern),
  );

test('float64, float16 and bfloat16 weights are read as float32, other kinds are refused by name', () => {
  const writers: Record<string, (view: DataView, at: number, value: number) => void> = {
    F64: (view, at, value) => view.setFloat64(8 * at, value, true),
    F16: (view, at, value) => view.setUint16(2 * at, halfBits(value), true),
    // All values here are whole eighths below 4: the lower half of their float32 is zero.
    BF16: (view, at, value) => {
      view.setUint16(2 * at, new Uint32Array(Float32Array.of(value).buffer)[0] >>> 16, true);
    },
  };
  for (const [dtype, write] of Object.entries(writers)) {
    const bytes = dtype === 'F64' ? 8 : 2;
    const data = Buffer.alloc(bytes * smallValues.length);
    smallValues.forEach((value, at) => write(new DataView(data.buffer, data.byteOffset), at, value));
    assert.deepEqual(
      parseWeights('x.safetensors', fileOf(smallHeader(bytes, dtype), data)).weights,
      smallValues,
      dtype,
    );
  }
  refused(smallHeader(1, 'I8'), Buffer.alloc(39), /conv1\.weight is of the kind I8; convert the file to F32/);
});

/** An exact multiple of 1/8 as IEEE 754 binary16. */
function halfBits(value: number): number {
  if (value === 0) return 0;
  const exponent = Math.floor(Math.log2(Math.abs(value)));
  return (value < 0 ? 0x8000 : 0) + ((exponent + 15) << 10) + (Math.abs(value) / 2 ** exponent - 1) * 1024;
}

test('the smallest, the largest and the subnormal float16 have their values', () => {
  const header = smallHeader(2, 'F16');
  const data = Buffer.alloc(78);
  [0x0001, 0x03ff, 0x0400, 0x7bff, 0xfbff, 0x8000].forEach((bits, i) => data.writeUInt16LE(bits, 2 * i));
  const { weights } = parseWeights('x.safetensors', fileOf(header, data));
  assert.deepEqual([...weights.subarray(0, 6)], [2 ** -24, 1023 * 2 ** -24, 2 ** -14, 65504, -65504, -0]);
  data.writeUInt16LE(0x7c00, 4);
  refused(header, data, /value 3 of conv1\.weight is Infinity/);
});

test('NaN and infinite weights are refused with their place, in a file and on the way into one', async () => {
  for (const [at, value, pattern] of [
    [0, NaN, /value 1 of conv1\.weight is NaN/],
    [19, -Infinity, /value 2 of conv1\.bias is -Infinity/],
    [38, Infinity, /value 1 of conv2\.bias is Infinity/],
  ] as const) {
    const data = smallData();
    data.writeFloatLE(value, 4 * at);
    refused(smallHeader(), data, pattern);
    const model = initialize('9-1-5');
    model.weights[at] = value;
    await assert.rejects(saveWeights(join(folder, 'ruined.safetensors'), model), WeightsError);
  }
  assert.ok(!(await readdir(folder)).includes('ruined.safetensors'));
  const double = Buffer.alloc(8 * 39);
  double.writeDoubleLE(1e300, 8);
  refused(smallHeader(8, 'F64'), double, /value 2 of conv1\.weight is Infinity/);
});

test('tensors that are shifted, overlap, are short, leave bytes over or are foreign are refused by name', () => {
  assert.deepEqual(parseWeights('x.safetensors', fileOf(smallHeader(), smallData())).weights, smallValues);
  const change = (name: string, entry: object) => ({ ...smallHeader(), [name]: { ...smallHeader()[name], ...entry } });
  const shifted = Object.fromEntries(
    Object.entries(smallHeader()).map(([name, entry]) => [
      name,
      { ...entry, data_offsets: entry.data_offsets.map((at) => at + 4) },
    ]),
  );
  refused(shifted, Buffer.concat([Buffer.alloc(4), smallData()]), /conv1\.weight begins at byte 4, .* ends at 0/);
  refused(smallHeader(), Buffer.concat([smallData(), Buffer.alloc(4)]), /4 bytes after its last tensor/);
  refused(smallHeader(), smallData().subarray(4), /cut short at conv2\.bias/);
  refused(change('conv1.bias', { data_offsets: [68, 76] }), smallData(), /conv1\.bias begins at byte 68/);
  refused(change('conv1.bias', { data_offsets: [72, 79] }), smallData(), /conv1\.bias has 7 bytes/);
  refused(change('conv1.bias', { data_offsets: [72.5, 80] }), smallData(), /entry of conv1\.bias is damaged/);
  refused(change('conv1.bias', { data_offsets: ['72', 80] }), smallData(), /entry of conv1\.bias is damaged/);
  refused(change('conv1.bias', { shape: null }), smallData(), /entry of conv1\.bias is damaged/);
  refused({ ...smallHeader(), 'conv1.bias': null }, smallData(), /entry of conv1\.bias is damaged/);
  refused(change('conv1.weight', { shape: [1e9, 1, 9, 9] }), smallData(), /conv1\.weight has 72 bytes, .* needs 3240/);
  const more = { dtype: 'F32', shape: [1], data_offsets: [156, 160] };
  const oneMore = Buffer.concat([smallData(), Buffer.alloc(4)]);
  refused({ ...smallHeader(), 'bn1.weight': more }, oneMore, /holds the tensor bn1\.weight/);
  const { 'conv2.bias': last, ...rest } = smallHeader();
  refused({ ...rest, 'conv9.bias': last }, smallData(), /holds the tensor conv9\.bias|has no tensor conv2\.bias/);
});

test('a description that the lab does not know is refused, not replaced by a default', () => {
  const layers = JSON.stringify([
    { filters: 2, kernel: 3, activation: 'relu' },
    { filters: 1, kernel: 3, activation: 'linear' },
  ]);
  const saved = (metadata: object) => ({ __metadata__: metadata, ...smallHeader() });
  const network = (changes: object, layer: object | null = {}) =>
    JSON.stringify({
      ...{ name: 'mine', channels: 1, reads: 'enlarged', scale: 1, ...changes },
      layers: [
        { kind: 'convolution', filters: 2, kernel: 3, activation: 'relu' },
        layer && { kind: 'convolution', filters: 1, kernel: 3, activation: 'linear', ...layer },
      ],
    });
  assert.equal(parseWeights('x', fileOf(saved({ layers, padding: 'reflect' }), smallData())).padding, 'reflect');
  assert.equal(parseWeights('x', fileOf(saved({ network: network({}) }), smallData())).network.name, 'mine');
  for (const [metadata, pattern] of [
    [{ layers: layers.replace('relu', 'gelu') }, /activation is gelu; use one of linear, relu/],
    [{ layers: layers.replace(',"activation":"relu"', '') }, /activation is undefined/],
    [{ layers: '[null]' }, /description of its layers is damaged/],
    [{ layers: layers.replace('"filters":2', '"filters":1000000000') }, /conv1\.weight has the shape \[2,1,3,3\]/],
    [{ layers, padding: 'same' }, /padding is "same"/],
    [{ layers, protocol: 'paper', scale: '2.5' }, /protocol paper x2\.5/],
    [{ layers, protocol: 'paper' }, /protocol paper xNaN/],
    [{ layers, name: 5 }, /__metadata__ should hold texts/],
    [{ network: network({}), padding: 'mirror' }, /padding is "mirror"/],
    [{ network: network({ name: [] }) }, /the name of its network is \[\], not a text/],
    [{ network: 'null' }, /description "network" is damaged/],
    [{ network: network({}, null) }, /layer 2: is null/],
    [{ network: network({}, { activation: 'gelu' }) }, /layer 2: activation is gelu/],
    [{ network: network({}, { kernel: 1e7 + 1 }) }, /conv2\.weight has the shape/],
    [{ network: network({}), normalization: '{"mean":0,"deviation":0}' }, /deviation 0/],
    [{ network: network({}), normalization: '{"mean":null,"deviation":1}' }, /mean null/],
    [{ network: network({}), trainedFor: '{"protocol":"paper","scale":9}' }, /protocol paper x9/],
    [{ network: network({}), trainedFor: '{"protocol":"paper","scale":2}' }, /sigma undefined/],
  ] as const)
    refused(saved(metadata), smallData(), pattern);
});

test('a network too large to train is refused by name before there is room for it', () => {
  const giant = (filters: number, kernel: number) =>
    chain([
      { filters, kernel, activation: 'relu' },
      { filters: 1, kernel: 3, activation: 'linear' },
    ]);
  for (const [filters, kernel] of [
    [2e9, 9],
    [64, 100_001],
    [1e9, 1],
  ])
    assert.throws(() => initialize(giant(filters, kernel)), OptionError, `${filters} ${kernel}`);
  const model = initialize(giant(4, 401));
  for (const large of [model, initialize(giant(1, 109))])
    assert.throws(
      () => newOptimizerState(large, 'soap'),
      (error: Error) => error instanceof OptionError && /soap would need \d+\.\d GB .* use adam/.test(error.message),
    );
  assert.equal(newOptimizerState(model, 'adam').moments.length, 2);
});

test('a failed write is named and leaves nothing behind', async () => {
  await assert.rejects(saveWeights(join(folder, 'bad.safetensors', 'inside-a-file'), initialize('9-1-7')), WriteError);
  assert.ok((await readdir(folder)).every((name) => !name.endsWith('.tmp')));
});
