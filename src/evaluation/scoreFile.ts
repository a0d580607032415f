import { readImage } from '../image/files';
import type { Image, Plane } from '../image/image';
import type { Measure } from '../measures/measure';
import { measureOf } from '../measures/measures';
import type { Model } from '../network/network';
import type { Protocol, Scores } from '../protocols/protocol';
import { protocolOf } from '../protocols/protocols';
import { restoreBy } from './restore';

/** Plain data where another thread scores: it knows protocols and measures by their names. */
export interface ScoreJob {
  file: string;
  protocol: string | Protocol;
  scale: number;
  sigma: number;
  /** By the names that the scores have. */
  measures: Record<string, string | Measure>;
  /** Whether bicubic is scored. */
  bicubic: boolean;
  /** Given where a network is scored too. */
  model?: Pick<Model, 'network' | 'normalization'>;
}

/** The scores of one picture. */
export interface FileScores {
  bicubic?: Scores;
  network?: Scores;
}

/**
 * Reads one picture and scores it; `predict` computes the network's output, normalised planes for normalised planes.
 */
export async function scoreFile(job: ScoreJob, predict: (input: Plane[]) => Promise<Plane[]>): Promise<FileScores> {
  const { file, scale, sigma, bicubic, model, measures } = job;
  const protocol = protocolOf(job.protocol);
  const restore = model && restoreBy(predict, model);
  const compared = await protocol.compare(await readImage(file), { scale, sigma, bicubic, restore });
  const border = protocol.border(scale);
  const score = (picture?: Plane | Image) =>
    picture &&
    Object.fromEntries(
      Object.entries(measures).map(([name, measure]) => [
        name,
        measureOf(measure).compare(picture, compared.truth, { border, scale }),
      ]),
    );
  return { bicubic: score(compared.bicubic), network: score(compared.network) };
}
