import { join } from 'node:path';
import type { Engine } from '../engine/engine';
import { OptionError } from '../errors';
import type { Model } from '../network/network';
import { multiplyAdds } from '../network/geometry';
import type { FrontierPoint } from '../plot/figures/frontier';
import { reached } from '../runs/reached';
import { readPublished } from './published';
import { resultRuns } from './resultRun';
import { meanOfSet, readScores } from './scoreRows';

export interface FrontierOptions {
  /** The folder with the runs' folders and published.csv; 'results' by default. */
  results?: string;
  /** The scale; 3 by default. */
  scale?: number;
  /** The data set; 'Set5' by default. */
  set?: string;
  /** Measures how long each run's network takes for an output of 512x512; without it, no times. */
  engine?: Engine;
}

/**
 * The gain over bicubic and the cost of each run under the protocol paper, beside published networks. Each gain is over
 * the bicubic of the same source. Throws DatasetError for a folder without runs, OptionError where no run has scores of
 * this scale and set.
 */
export async function frontierPoints(options: FrontierOptions = {}): Promise<FrontierPoint[]> {
  const { results = 'results', scale = 3, set = 'Set5', engine } = options;
  const own: FrontierPoint[] = [];
  let bicubic: number | undefined;
  for (const run of await resultRuns(results)) {
    if (run.protocol !== 'paper' || run.scale !== scale) continue;
    const mean = meanOfSet(await readScores(join(run.folder, 'scores.csv')), set);
    if (!mean?.network) continue;
    bicubic = mean.bicubic.psnr;
    own.push({
      name: run.name,
      kind: 'run',
      gain: mean.network.psnr - bicubic,
      multiplyAdds: multiplyAdds(run.model.network),
      minutes: reached(run.history).minutes,
      milliseconds: engine ? await outputTime(run.model, engine, scale) : null,
    });
  }
  if (bicubic === undefined)
    throw new OptionError(`no run in ${results} has scores on ${set} under protocol paper x${scale}`);
  const published = await readPublished(join(results, 'published.csv'));
  const others = published.filter((each) => each.protocol === 'paper' && each.scale === scale && each.set === set);
  return [
    ...own,
    ...others.map(({ method, psnr, bicubic: theirs, multiplyAdds }): FrontierPoint => ({
      name: method,
      kind: 'published',
      gain: psnr - (theirs ?? bicubic!),
      multiplyAdds,
      minutes: null,
      milliseconds: null,
    })),
  ];
}

/** Milliseconds for an output of 512x512 or, where the scale does not divide it, of as many pixels: median of five. */
async function outputTime(model: Model, engine: Engine, scale: number): Promise<number> {
  const { channels, reads } = model.network;
  const side = reads === 'small' ? Math.ceil(512 / scale) : 512;
  const share = reads === 'small' ? 512 ** 2 / (side * scale) ** 2 : 1;
  const data = new Float32Array(channels * side ** 2);
  const times: number[] = [];
  for (let turn = 0; turn < 6; turn++) {
    const began = performance.now();
    await engine.predict(model, { data, count: 1, channels, height: side, width: side });
    times.push(performance.now() - began);
  }
  // The first one takes memory and compiles.
  return times.slice(1).sort((a, b) => a - b)[2] * share;
}
