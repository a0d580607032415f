import { join } from 'node:path';
import { loadDataset } from '../data/datasets';
import type { Engine } from '../engine/engine';
import { readImage } from '../image/files';
import { beforeAfter } from '../plot/figures/beforeAfter';
import { epochScores } from '../plot/figures/epochScores';
import type { Figure } from '../plot/figure';
import { filters } from '../plot/figures/filters';
import { lossCurve } from '../plot/figures/lossCurve';
import { saveFigure } from '../plot/picture';
import { readReportEpochs, reportFigure } from './reportEpochs';
import type { ResultRun } from './resultRun';
import { restoredPictures } from './restoredPictures';
import { scoredEpochs } from '../runs/history';

/** Draws into a run's folder the figures that its history and its weights allow, each as .svg and .png. */
export async function saveRunFigures(run: ResultRun, engine: Engine): Promise<void> {
  for (const [name, figure] of Object.entries(await runFigures(run, engine))) {
    // Photographs make large files, and gain nothing from more pixels than they have.
    const scale = name === 'before-after' ? 1 : 2;
    for (const kind of ['svg', 'png']) await saveFigure(join(run.folder, `${name}.${kind}`), figure, { scale });
  }
}

async function runFigures(run: ResultRun, engine: Engine): Promise<Record<string, Figure>> {
  const { history, model, folder } = run;
  const scored = scoredEpochs(history.epochs).length > 0;
  const report = await readReportEpochs(join(folder, 'report-epochs.csv'));
  return {
    filters: await filters(model),
    'before-after': await beforeAndAfter(run, engine),
    ...(history.epochs.length ? { loss: lossCurve(history) } : {}),
    ...(scored ? { scores: epochScores(history) } : {}),
    ...(scored && report.length ? { 'scores-report': reportFigure(history, report) } : {}),
  };
}

/**
 * Shows the sample's evaluation photograph: no run was trained on the sample except the sample's own, and it is in
 * the public domain.
 */
async function beforeAndAfter(run: ResultRun, engine: Engine): Promise<Figure> {
  const [file] = (await loadDataset('sample')).evaluation;
  const { images, scores } = await restoredPictures(await readImage(file), run, engine);
  return beforeAfter(images, { scores });
}
