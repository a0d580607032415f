import { join } from 'node:path';
import { loadWeights } from '../../formats/weights';
import { countWeights } from '../../network/parameters';
import { reached } from '../../runs/reached';
import { loadRun } from '../../runs/readRun';
import { colourMeasures } from './colourMeasures';
import { coloursFile } from './colourScores';
import { readMeans } from './meansFile';
import { PUBLISHED_FILE, readPublishedCells } from './publishedCells';
import { type Study, studyOf } from './study';

/** One line of a study's table. */
export type StudyRow = Readonly<Record<string, string | number | undefined>>;

/**
 * The results of a study's runs in a folder, beside the published numbers if the folder has their file. Throws
 * CheckpointError for a run that is not there.
 */
export async function studyRows(named: string | Study, folder: string): Promise<StudyRow[]> {
  const study = studyOf(named);
  return study.scored === 'colours' ? colourRows(study, folder) : luminanceRows(study, folder);
}

/** PSNR on Y of the evaluation pictures in dB, the gain over bicubic's, and the published PSNR. */
async function luminanceRows(study: Study, folder: string): Promise<StudyRow[]> {
  const published = (await readPublishedCells(join(folder, PUBLISHED_FILE))).filter(
    (cell) => cell.study === study.name,
  );
  const own = await Promise.all(
    study.runs.map(async ({ name }): Promise<StudyRow> => {
      const { history } = await loadRun(name, join(folder, study.name));
      const { psnr, bicubicPsnr, minutes } = reached(history);
      const { network } = await loadWeights(join(folder, study.name, name, 'weights.safetensors'));
      return {
        run: name,
        weights: countWeights(network),
        minutes,
        updates: history.epochs.at(-1)?.step,
        PSNR: psnr!,
        gain: psnr! - bicubicPsnr!,
        ...(published.length ? { published: published.find(({ run }) => run === name)?.value } : {}),
      };
    }),
  );
  const others = published.filter(({ run }) => !study.runs.some(({ name }) => name === run));
  return [...own, ...others.map(({ run, value }) => ({ run, published: value }))];
}

/** PSNR in dB of each colour, bicubic first, and the published rows below. */
async function colourRows(study: Study, folder: string): Promise<StudyRow[]> {
  const means = await readMeans(coloursFile(join(folder, study.name)));
  const published = (await readPublishedCells(join(folder, PUBLISHED_FILE))).filter(
    (cell) => cell.study === study.name,
  );
  const own = ['bicubic', ...study.runs.map(({ name }) => name)].map((run) => ({
    run,
    ...Object.fromEntries(
      colourMeasures.map(({ name, title }) => [
        title,
        means.find(({ model, measure }) => model === run && measure === name)?.mean,
      ]),
    ),
  }));
  const theirs = [...new Set(published.map(({ run }) => run))].map((run) => ({
    run: `${run}, as published`,
    ...Object.fromEntries(
      colourMeasures.map(({ name, title }) => [
        title,
        published.find((cell) => cell.run === run && cell.measure === name)?.value,
      ]),
    ),
  }));
  return [...own, ...theirs];
}
