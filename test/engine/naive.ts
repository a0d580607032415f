import type { Batch } from '../../src/engine/engine';
import type { Model } from '../../src/network/network';
import { layerSlices } from '../../src/network/parameters';

/** The network as its definition reads, in float64 and without any cleverness: the oracle of the fast engines. */
function forward(model: Model, input: Float64Array, width: number, height: number): Float64Array[] {
  const area = width * height;
  const planes = [input];
  for (const { filters, inputs, kernel, kernelStart, biasStart, activation } of layerSlices(model.network)) {
    const from = planes[planes.length - 1];
    const to = new Float64Array(filters * area);
    eachTap({ filters, inputs, kernel, width, height }, (f, weight, source, target) => {
      to[f * area + target] += model.weights[kernelStart + weight] * from[source];
    });
    for (let i = 0; i < to.length; i++) {
      to[i] += model.weights[biasStart + Math.floor(i / area)];
      if (activation === 'relu') to[i] = Math.max(0, to[i]);
    }
    planes.push(to);
  }
  return planes;
}

interface Shape {
  filters: number;
  inputs: number;
  kernel: number;
  width: number;
  height: number;
}

function eachTap(
  { filters, inputs, kernel, width, height }: Shape,
  visit: (f: number, weight: number, source: number, target: number) => void,
): void {
  const pad = (kernel - 1) / 2;
  for (let f = 0; f < filters; f++)
    for (let i = 0; i < inputs; i++)
      for (let r = 0; r < kernel; r++)
        for (let c = 0; c < kernel; c++) {
          const weight = ((f * inputs + i) * kernel + r) * kernel + c;
          for (let y = Math.max(0, pad - r); y < Math.min(height, height + pad - r); y++) {
            for (let x = Math.max(0, pad - c); x < Math.min(width, width + pad - c); x++) {
              visit(f, weight, i * width * height + (y + r - pad) * width + x + c - pad, y * width + x);
            }
          }
        }
}

export function naivePredict(model: Model, input: ArrayLike<number>, width: number, height: number): Float64Array {
  return forward(model, Float64Array.from(input), width, height).at(-1)!;
}

export function naiveLossAndGradient(model: Model, batch: Batch, border = 0): { loss: number; gradient: Float64Array } {
  const { width, height, count } = batch;
  const area = width * height;
  const total = count * (width - 2 * border) * (height - 2 * border);
  const gradient = new Float64Array(model.weights.length);
  let loss = 0;
  for (let n = 0; n < count; n++) {
    const planes = forward(model, Float64Array.from(batch.input.subarray(n * area, (n + 1) * area)), width, height);
    let delta = planes.at(-1)!.map((value, p) => {
      const x = p % width,
        y = Math.floor(p / width);
      const inside = Math.min(x, y, width - 1 - x, height - 1 - y) >= border;
      const difference = inside ? value - batch.target[n * area + p] : 0;
      loss += difference ** 2 / total;
      return (2 * difference) / total;
    });
    const slices = layerSlices(model.network);
    for (let l = slices.length - 1; l >= 0; l--) {
      const { filters, inputs, kernel, kernelStart, biasStart, activation } = slices[l];
      if (activation === 'relu') delta = delta.map((value, p) => (planes[l + 1][p] > 0 ? value : 0));
      delta.forEach((value, p) => (gradient[biasStart + Math.floor(p / area)] += value));
      const below = new Float64Array(inputs * area);
      eachTap({ filters, inputs, kernel, width, height }, (f, weight, source, target) => {
        gradient[kernelStart + weight] += delta[f * area + target] * planes[l][source];
        below[source] += delta[f * area + target] * model.weights[kernelStart + weight];
      });
      delta = below;
    }
  }
  return { loss, gradient };
}
