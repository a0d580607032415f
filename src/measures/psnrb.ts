import type { Image, Plane } from '../image/image';
import { type Grid, checkSides, luminancePair, meanOf } from './analysis/grid';
import type { CompareOptions, Measure } from './measure';

/** Side of the blocks of JPEG, whose edges the measure looks for. */
const BLOCK = 8;

/**
 * PSNR-B in dB (Yim and Bovik, IEEE TIP 20(1), 2011): 10 log10(dataRange² / (MSE + BEF)). The blocking effect factor
 * BEF is by how much the restored picture's steps across the edges of 8x8 blocks exceed its other steps. It is at most
 * the PSNR; Infinity for equal pictures without blocks. On luminance; the blocks start at the border. The counts of
 * steps are those that the paper prints, as in sewar and torchmetrics. ImageTooSmallError for a side below 9.
 */
export function psnrb(restored: Plane | Image, truth: Plane | Image, options: CompareOptions = {}): number {
  const [original, compared] = luminancePair(restored, truth, options);
  checkSides(compared, BLOCK + 1, 'PSNR-B');
  const error = meanOf(original.data.map((value, i) => (value - compared.data[i]) ** 2));
  return 10 * Math.log10(255 ** 2 / (error + blockingEffect(compared)));
}

function blockingEffect(grid: Grid): number {
  const { width, height } = grid;
  const across = squaredSteps(grid, 1, width, height, width);
  const down = squaredSteps(grid, width, height, width, 1);
  const edges = height * (width / BLOCK) - 1 + (width * (height / BLOCK) - 1);
  const steps = height * (width - 1) + width * (height - 1);
  const atEdges = (across.edges + down.edges) / edges;
  const elsewhere = (across.others + down.others) / (steps - edges);
  if (atEdges <= elsewhere) return 0;
  return (Math.log2(BLOCK) / Math.log2(Math.min(width, height))) * (atEdges - elsewhere);
}

/** The sums of squared differences along lines of `length` samples, across the edges of blocks and elsewhere. */
function squaredSteps({ data }: Grid, stride: number, length: number, lines: number, lineStride: number) {
  let edges = 0,
    others = 0;
  for (let line = 0; line < lines; line++) {
    for (let k = 0, at = line * lineStride; k < length - 1; k++, at += stride) {
      const squared = (data[at + stride] - data[at]) ** 2;
      if (k % BLOCK === BLOCK - 1) edges += squared;
      else others += squared;
    }
  }
  return { edges, others };
}

/** PSNR-B as a measure. */
export const psnrbMeasure: Measure = {
  name: 'psnrb',
  title: 'PSNR-B',
  unit: 'dB',
  better: 'higher',
  digits: 2,
  compare: psnrb,
};
