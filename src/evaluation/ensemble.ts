import type { Engine } from '../engine/engine';
import type { Plane } from '../image/image';
import type { Model } from '../network/network';
import { predict } from './predict';

/** Symmetry 0 to 7: bit 0 mirrors left and right, bit 1 top and bottom, bit 2 swaps rows and columns. */
function turned({ data, width, height }: Plane, symmetry: number): Plane {
  const swaps = (symmetry & 4) !== 0;
  const [across, down] = swaps ? [height, width] : [width, height];
  const out = new Float32Array(data.length);
  for (let y = 0, at = 0; y < down; y++)
    for (let x = 0; x < across; x++, at++) {
      const [fromX, fromY] = swaps ? [y, x] : [x, y];
      out[at] = data[(symmetry & 2 ? height - 1 - fromY : fromY) * width + (symmetry & 1 ? width - 1 - fromX : fromX)];
    }
  return { data: out, width: across, height: down };
}

/** The symmetry that undoes another one. */
const inverse = (symmetry: number) => (symmetry & 4 ? 4 | ((symmetry & 1) << 1) | ((symmetry & 2) >> 1) : symmetry);

/**
 * The mean of a network's eight outputs for normalised planes that are turned and mirrored, each turned back: the
 * self-ensemble of Timofte, Rothe and Van Gool (2016, arXiv 1511.02228). It takes eight times as long as `predict`
 * and throws what that throws.
 */
export async function predictEnsemble(model: Model, engine: Engine, planes: Plane[]): Promise<Plane[]> {
  let sums: Plane[] | undefined;
  for (let symmetry = 0; symmetry < 8; symmetry++) {
    const output = await predict(
      model,
      engine,
      planes.map((plane) => turned(plane, symmetry)),
    );
    const back = output.map((plane) => turned(plane, inverse(symmetry)));
    sums?.forEach(({ data }, c) => back[c].data.forEach((value, i) => (data[i] += value)));
    sums ??= back;
  }
  return sums!.map((plane) => ({ ...plane, data: plane.data.map((sum) => sum / 8) }));
}
