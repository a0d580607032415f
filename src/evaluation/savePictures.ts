import { mkdir } from 'node:fs/promises';
import { join, parse } from 'node:path';
import type { Engine } from '../engine/engine';
import { readImage, writeImage } from '../image/files';
import type { Image } from '../image/image';
import type { Model } from '../network/network';
import type { Compared, Protocol } from '../protocols/protocol';
import { protocolOf } from '../protocols/protocols';
import { errorMap } from './errorMap';
import { restoreWith } from './restore';

interface SaveOptions {
  protocol: string | Protocol;
  scale: number;
  sigma: number;
  /** The name of the picture's folder; by default that of its file, without the extension. */
  name?: string;
  /** What computes the models. */
  engine?: Engine;
}

/**
 * Writes a picture as it is compared into `folder`, in a folder of its name: original.png, bicubic.png and its
 * bicubic-error.png, and the same two of each model under the model's name. Throws WriteError.
 */
export async function savePictures(
  file: string,
  folder: string,
  models: Readonly<Record<string, Model>>,
  { scale, sigma, name: own = parse(file).name, engine, ...options }: SaveOptions,
): Promise<void> {
  const protocol = protocolOf(options.protocol);
  const image = await readImage(file);
  const place = join(folder, own);
  await mkdir(place, { recursive: true });
  const { truth, bicubic } = await protocol.compare(image, { scale, sigma, bicubic: true });
  const save = async (name: string, shown: Image, compared: NonNullable<Compared['network']>) => {
    await writeImage(join(place, `${name}.png`), shown);
    await writeImage(join(place, `${name}-error.png`), errorMap(compared, truth));
  };
  const shown = protocol.show({ truth, bicubic: bicubic!, network: bicubic! }, image, scale);
  await writeImage(join(place, 'original.png'), shown.original);
  await save('bicubic', shown.bicubic, bicubic!);
  for (const [name, model] of Object.entries(models)) {
    const restore = restoreWith(model, engine!);
    const { network } = await protocol.compare(image, { scale, sigma, bicubic: false, restore });
    await save(name, protocol.show({ truth, bicubic: bicubic!, network: network! }, image, scale).restored, network!);
  }
}
