// Fits the model of NIQE to a folder of natural pictures and writes src/measures/analysis/niqeModel.ts.
// Run: node --import tsx scripts/fitNiqe.ts data/bsds500/train
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { imageFiles, readImage } from '../src/image/files';
import { luminanceGrid } from '../src/measures/analysis/grid';
import { multivariateOf } from '../src/measures/analysis/multivariate';
import { blockFeatures } from '../src/measures/analysis/naturalScene';

/** A block counts where it is as sharp as this part of the sharpest one of its picture, as in the paper. */
const SHARP = 0.75;
const LINE = 100;

async function sharpBlocks(file: string): Promise<Float64Array[]> {
  const blocks = blockFeatures(luminanceGrid(await readImage(file)));
  const least = SHARP * Math.max(...blocks.map(({ sharpness }) => sharpness));
  return blocks.filter(({ sharpness }) => sharpness > least).map(({ values }) => values);
}

async function main(folder: string): Promise<void> {
  const files = await imageFiles(folder);
  const rows: Float64Array[] = [];
  for (const file of files) rows.push(...(await sharpBlocks(file)));
  const { mean, covariance } = multivariateOf(rows);
  const size = mean.length;
  const upper = covariance.filter((_, i) => i % size >= Math.floor(i / size));
  const text = Buffer.from(Float64Array.of(...mean, ...upper).buffer).toString('base64');
  const lines = text.match(new RegExp(`.{1,${LINE}}`, 'g'))!.map((line) => `  '${line}',`);
  writeFileSync(
    join(__dirname, '../src/measures/analysis/niqeModel.ts'),
    `import type { Multivariate } from './multivariate';
import { FEATURES } from './naturalScene';

// Written by scripts/fitNiqe.ts: ${rows.length} sharp blocks of ${files.length} pictures.
// The means and the upper half of the covariance, float64 in base64.
const text = [
${lines.join('\n')}
].join('');

/** The features of natural pictures. */
export function niqeModel(): Multivariate {
  const numbers = new Float64Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer);
  const covariance = new Float64Array(FEATURES * FEATURES);
  for (let i = 0, at = FEATURES; i < FEATURES; i++)
    for (let j = i; j < FEATURES; j++, at++)
      covariance[i * FEATURES + j] = covariance[j * FEATURES + i] = numbers[at];
  return { mean: numbers.slice(0, FEATURES), covariance };
}
`,
  );
}

void main(process.argv[2]);
