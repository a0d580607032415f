import { type Locator } from 'playwright-core';
import { browser, type Lab, startLab } from './lab';
import { writeNotebook } from './notebook';

interface CellsOptions {
  /** Its first cell has an output of somebody else's, so that the notebook is not trusted. */
  stranger?: boolean;
  /** Of the server and its kernels. */
  environment?: Record<string, string>;
}

/** JupyterLab with one notebook of these cells, opened. */
export async function openCells(
  name: string,
  sources: Record<string, string>,
  { stranger = false, environment = {} }: CellsOptions = {},
): Promise<Lab> {
  const lab = await startLab(browser!, [], {}, environment);
  writeNotebook(lab.folder, name, Object.values(sources), stranger);
  await lab.open(name);
  return lab;
}

/** Takes a picture of the window, scrolled to the top of a cell. */
export async function keepPicture(of: Locator, path: string): Promise<void> {
  await of.evaluate((element) => element.scrollIntoView({ block: 'start' }));
  await of.page().screenshot({ path });
}

/** A few patches of the sample: `training`, `validation` and the `files` they are of. */
export const samplePatches = [
  "const files = await loadDataset('sample');",
  'const { patches: training } = await preparePatches(files.training.slice(0, 2), { stride: 60 });',
  'const { patches: validation } = await preparePatches(files.validation.slice(0, 1));',
];

/** A `session` that trains on these patches until it is stopped. */
export const longTraining = (folder: string, options = 'settings') => [
  'const data = { training: training, validation: validation };',
  `const folder = process.env.SRCNN_RUNS + '/${folder}';`,
  "const settings = { network: '9-1-5', batchSize: 16, epochs: 4000, folder: folder, resume: true };",
  `const session = train(data, ${options});`,
];
