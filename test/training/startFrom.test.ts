import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { OptionError, WeightsError } from '../../src/errors';
import { saveWeights } from '../../src/formats/weights';
import { initialize } from '../../src/network/initialize';
import { layerSlices } from '../../src/network/parameters';
import { recipes } from '../../src/recipes/recipes';
import { modelFor } from '../../src/training/train';

let folder: string;
before(async () => void (folder = await mkdtemp(join(tmpdir(), 'srcnn-from-'))));
after(() => rm(folder, { recursive: true }));

/** Weights of this network in a file. */
async function weightsOf(network: string, scale: number): Promise<{ file: string; weights: Float32Array }> {
  const model = { ...initialize(network, { seed: 5, scale }), normalization: { mean: 0.5, deviation: 0.25 } };
  const file = join(folder, `${network}-x${scale}.safetensors`);
  await saveWeights(file, model);
  return { file, weights: model.weights };
}

const started = (network: string, scale: number, from: string) => modelFor({ ...recipes.small, network, from }, scale);

test('training starts from the weights and the normalisation of a file', async () => {
  const { file, weights } = await weightsOf('plain-4x2', 3);
  const model = started('plain-4x2', 3, file);
  assert.deepEqual(model.weights, weights);
  assert.deepEqual(model.normalization, { mean: 0.5, deviation: 0.25 });
});

test('where the scale differs, the last layer begins anew', async () => {
  for (const network of ['plain-4x2', 'fsrcnn', 'espcn']) {
    const { file, weights } = await weightsOf(network, 2);
    const model = started(network, 4, file);
    const { kernelStart } = layerSlices(model.network).at(-1)!;
    assert.deepEqual(model.weights.subarray(0, kernelStart), weights.subarray(0, kernelStart), network);
    const fresh = initialize(network, { scale: 4 }).weights;
    assert.deepEqual(model.weights.subarray(kernelStart), fresh.subarray(kernelStart), network);
  }
});

test('weights of another network, or of none, are refused by name', async () => {
  const { file } = await weightsOf('plain-4x2', 3);
  for (const network of ['plain-4x3', 'plain-8x2', 'espcn', '9-1-7'])
    assert.throws(
      () => started(network, 3, file),
      (error: Error) =>
        error instanceof OptionError && error.message.includes(`whose network plain-4x2 has other layers than`),
      network,
    );
  assert.throws(() => started('plain-4x2', 3, join(folder, 'none.safetensors')), WeightsError);
});
