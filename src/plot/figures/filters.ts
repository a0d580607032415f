import type { Plane } from '../../image/image';
import { canvasAxes, emptyTrace, type Figure, layoutOf, pictureUri, tile } from '../figure';
import type { Model } from '../../network/network';
import { layerSlices } from '../../network/parameters';

const gap = 0.12;

/**
 * Shows the filters of the first layer in a grid, the strongest (largest norm) first, each with its own grey scale: 0
 * is mid-grey, the filter's largest weight is black or white.
 */
export async function filters(model: Model): Promise<Figure> {
  const { filters: count, kernel, kernelStart } = layerSlices(model.network)[0];
  const all = Array.from({ length: count }, (_, index) =>
    model.weights.slice(kernelStart + index * kernel ** 2, kernelStart + (index + 1) * kernel ** 2),
  );
  const sorted = all.map((weights) => ({ weights, norm: Math.hypot(...weights) })).sort((a, b) => b.norm - a.norm);
  const columns = Math.ceil(Math.sqrt(count));
  const rows = Math.ceil(count / columns);
  const images = await Promise.all(
    sorted.map(async ({ weights }, index) => {
      const column = index % columns,
        row = Math.floor(index / columns);
      return tile(
        await pictureUri(greyScale(weights, kernel), Math.ceil(72 / kernel)),
        column * (1 + gap),
        row * (1 + gap),
        1,
        1,
      );
    }),
  );
  const width = columns * (1 + gap) - gap,
    height = rows * (1 + gap) - gap;
  const margin = { l: 15, r: 15, t: 80, b: 15 };
  return {
    data: [emptyTrace()],
    layout: layoutOf(
      `The ${count} filters of the first layer`,
      `${kernel} x ${kernel}, strongest first; mid-grey is 0, each in its own scale`,
      {
        ...canvasAxes(width, height),
        images,
        width: 600,
        height: Math.round((570 * height) / width) + margin.t + margin.b,
        margin,
      },
    ),
  };
}

function greyScale(weights: Float32Array, kernel: number): Plane {
  const most = weights.reduce((a, b) => Math.max(a, Math.abs(b)), 0) || 1;
  return { data: weights.map((weight) => Math.round(127.5 + (127.5 * weight) / most)), width: kernel, height: kernel };
}
