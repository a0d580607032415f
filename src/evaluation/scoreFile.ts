import type { Protocol } from '../data/degrade';
import { readImage } from '../image/files';
import type { Plane } from '../image/image';
import { type Scores, restoreBy, scorePicture } from '../protocols/protocol';
import type { Normalization } from '../network/network';

export interface ScoreJob {
  file: string;
  protocol: Protocol;
  scale: number;
  /** Whether bicubic is scored. */
  bicubic: boolean;
  /** Given where a network is scored too. */
  normalization?: Normalization;
}

/** Reads one picture and scores it; the network's output is asked of `predict`, normalised plane for normalised plane. */
export async function scoreFile(
  { file, protocol, scale, bicubic, normalization }: ScoreJob,
  predict: (input: Plane) => Promise<Plane>,
): Promise<Scores> {
  const restore = normalization && restoreBy(predict, normalization);
  return scorePicture(await readImage(file), protocol, scale, { bicubic, restore });
}
