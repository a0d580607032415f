// Puts layers into a trained network of the family plain that change nothing yet, before its last layer: their kernels
// give each filter itself, and their slopes are 1 (Chen, Goodfellow and Shlens 2016, "Net2Net"). A deeper network then
// begins where the other one ended: srcnn train --network DEEPER --from OUT. Run:
// node --import tsx scripts/deepen.ts WEIGHTS DEEPER OUT, as in best-x2 plain-32x13 deeper.safetensors
import { layerSlices, type Model, networkNamed, pretrained, saveWeights } from 'srcnn-lab';

function deepened(model: Model, name: string): Model {
  const network = networkNamed(name, { scale: model.network.scale });
  const [from, to] = [layerSlices(model.network), layerSlices(network)];
  const weights = new Float32Array(to[to.length - 1].end);
  for (const [index, slice] of to.entries()) {
    const last = index === to.length - 1;
    const source = last ? from[from.length - 1] : index < from.length - 1 ? from[index] : undefined;
    const { inputs, filters, kernel, kernelStart, slopeStart, end } = slice;
    if (source) {
      if (source.end - source.kernelStart !== end - kernelStart)
        throw new Error(`${name} has other layers than ${model.network.name}: only its depth may differ`);
      weights.set(model.weights.subarray(source.kernelStart, source.end), kernelStart);
      continue;
    }
    const middle = (kernel ** 2 - 1) / 2;
    for (let i = 0; i < filters; i++) weights[kernelStart + kernel ** 2 * (i * inputs + i) + middle] = 1;
    weights.fill(1, slopeStart, end);
  }
  return { ...model, network, weights };
}

async function main(): Promise<void> {
  const [weights, name, out] = process.argv.slice(2);
  if (!out) throw new Error('give three arguments: weights (a file or a name such as best-x2), a network, a new file');
  const model = pretrained(weights);
  if (layerSlices(networkNamed(name, { scale: model.network.scale })).length <= layerSlices(model.network).length)
    throw new Error(`${name} is not deeper than ${model.network.name}`);
  await saveWeights(out, deepened(model, name));
}

main().catch((error: Error) => {
  console.error(`${error.name}: ${error.message}`);
  process.exitCode = 1;
});
