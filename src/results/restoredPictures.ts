import type { Engine } from '../engine/engine';
import { restoreImage } from '../evaluation/restoreImage';
import type { Image } from '../image/image';
import { protocolOf } from '../protocols/protocols';
import type { ResultRun } from './resultRun';

/** A picture as a run's network and bicubic bring it back, with their PSNR in dB under the run's protocol. */
export async function restoredPictures(image: Image, { model, protocol: name, scale }: ResultRun, engine: Engine) {
  const { compared, ...images } = await restoreImage(image, { model, protocol: name, scale, engine });
  const protocol = protocolOf(name);
  const score = (picture: typeof compared.truth) =>
    protocol.measures.psnr.compare(picture, compared.truth, { border: protocol.border(scale) });
  return { images, scores: { bicubic: score(compared.bicubic), restored: score(compared.network) } };
}
