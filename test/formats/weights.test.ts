import assert from 'node:assert/strict';
import { chain } from '../../src/network/families/srcnn';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { OptionError, UnknownNameError, WeightsError, WriteError } from '../../src/errors';
import { loadWeights, saveWeights } from '../../src/formats/weights';
import { countWeights } from '../../src/network/parameters';
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

test('a network that is none is refused by name', () => {
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

test('a header that is no header, and a network that the engines do not compute, are refused by name', async () => {
  const file = join(folder, 'odd.safetensors');
  const write = (header: unknown) => {
    const json = Buffer.from(JSON.stringify(header)),
      length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(json.length));
    return writeFile(file, Buffer.concat([length, json, Buffer.alloc(4096)]));
  };
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

test('a failed write is named and leaves nothing behind', async () => {
  await assert.rejects(saveWeights(join(folder, 'bad.safetensors', 'inside-a-file'), initialize('9-1-7')), WriteError);
  assert.ok((await readdir(folder)).every((name) => !name.endsWith('.tmp')));
});
