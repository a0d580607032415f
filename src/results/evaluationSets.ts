import { join } from 'node:path';
import { dataFolder, loadDataset } from '../data/datasets';
import { DatasetError } from '../errors';
import { imageFiles } from '../image/files';

/** The sets that the runs of each protocol are scored on, in the order of the table's columns. */
export const setNames: Readonly<Record<string, readonly string[]>> = {
  report: ['219 of the report', 'BSDS500 val', 'Set5', 'Set14'],
  paper: ['Set5', 'Set14', 'BSD100'],
};

/** The sets that runs of a protocol are scored on: by default the two that all papers use. */
export const setsOf = (protocol: string): readonly string[] => setNames[protocol] ?? ['Set5', 'Set14'];

const readers: Readonly<Record<string, (scale: number) => Promise<string[]>>> = {
  '219 of the report': () => imageFiles(join(dataFolder(), 'eval219')),
  'BSDS500 val': async () => (await loadDataset('bsds500')).validation,
  Set5: async (scale) => (await loadDataset('set5', { scale })).evaluation,
  Set14: async (scale) => (await loadDataset('set14', { scale })).evaluation,
  BSD100: async (scale) => (await loadDataset('bsd100', { scale })).evaluation,
};

/** The images of a set, or, if it is not here, the reason. */
export async function evaluationFiles(set: string, scale: number): Promise<string[] | DatasetError> {
  try {
    return await readers[set](scale);
  } catch (error) {
    if (error instanceof DatasetError) return error;
    throw error;
  }
}
