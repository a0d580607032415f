import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { create } from 'tar';
import { saveWeights } from '../src/formats/weights';
import { writeImage } from '../src/image/files';
import { initialize } from '../src/network/initialize';
import { tinyRun } from './tinyRuns';

/** How a file is read, and by which name it has to lie in its folder. */
export type Kind =
  'picture' | 'weights' | 'checkpoint' | 'run' | 'archive' | 'scores' | 'published' | 'epochs' | 'lock';

export interface Sample {
  kind: Kind;
  /** The name it has where it is read. */
  name: string;
  bytes: Buffer;
  /** Files which lie beside it. */
  beside: { name: string; bytes: Buffer }[];
}

/** One whole file of every kind that the lab reads. */
export async function makeSamples(folder: string): Promise<Sample[]> {
  await mkdir(folder);
  const samples: Sample[] = [];
  const add = (kind: Kind, name: string, bytes: Buffer, beside: Sample['beside'] = []) =>
    samples.push({ kind, name, bytes, beside });
  const pixels = Uint8Array.from({ length: 24 * 17 * 3 }, (_, i) => (i * i) % 251);
  const picture = { data: pixels, width: 24, height: 17, channels: 3 as const };
  for (const ending of ['png', 'jpg', 'webp', 'tif', 'bmp']) {
    const file = join(folder, `picture.${ending}`);
    await writeImage(file, picture);
    add('picture', `picture.${ending}`, await readFile(file));
  }
  const raw = sharp(pixels, { raw: { width: 24, height: 17, channels: 3 } });
  add('picture', 'palette.png', await raw.clone().png({ palette: true }).toBuffer());
  add('picture', 'alpha.png', await raw.clone().ensureAlpha(0.5).png().toBuffer());
  add('picture', 'lzw.tif', await raw.clone().tiff({ compression: 'lzw' }).toBuffer());

  const weights = join(folder, 'model.safetensors');
  await saveWeights(weights, initialize('9-1-5'));
  add('weights', 'model.safetensors', await readFile(weights));

  const run = join(folder, 'run');
  const { code, stderr } = await tinyRun(run, 1);
  if (code !== 0) throw new Error(`the run whose files are to be damaged failed: ${stderr}`);
  const bytesOf = (name: string) => readFile(join(run, name));
  add('checkpoint', 'checkpoint.bin', await bytesOf('checkpoint.bin'));
  const [options, history] = ['options.json', 'history.json'];
  add('run', options, await bytesOf(options), [{ name: history, bytes: await bytesOf(history) }]);
  add('run', history, await bytesOf(history), [{ name: options, bytes: await bytesOf(options) }]);
  add(
    'lock',
    'run.lock',
    Buffer.from('{"host":"elsewhere","process":7,"began":null,"since":"2026-01-02T03:04:05.000Z"}\n'),
  );

  for (const [name, gzip] of [
    ['archive.tar', false],
    ['archive.tgz', true],
  ] as const) {
    await create({ file: join(folder, name), cwd: folder, gzip }, ['picture.png', 'picture.bmp']);
    add('archive', name, await readFile(join(folder, name)));
  }
  // An archive with one stored file, by Info-ZIP: "hello" in a.txt.
  const zip = [
    'UEsDBAoAAAAAAAAAIQCGphA2BQAAAAUAAAAFAAAAYS50eHRoZWxsb1BLAQIeAwoAAAAAAAAAIQCGphA2',
    'BQAAAAUAAAAFAAAAAAAAAAEAAACkgQAAAABhLnR4dFBLBQYAAAAAAQABADMAAAAoAAAAAAA=',
  ].join('');
  add('archive', 'archive.zip', Buffer.from(zip, 'base64'));
  addTables(add);
  return samples;
}

/** A table of each kind that is read, of two rows. */
function addTables(add: (kind: Kind, name: string, bytes: Buffer) => void): void {
  const scores = [
    'set,file,method,psnr,ssim',
    'Set5,"a, b.png",bicubic,33.9,0.90',
    'Set5,"a, b.png",network,34.9,0.92',
  ];
  const published = [
    'method,protocol,scale,set,psnr,ssim,bicubic,multiplyAdds,source',
    'SRCNN 9-1-5,paper,3,Set5,32.39,,,8032,"Dong et al., table 1"',
    'SRCNN 9-5-5,paper,3,Set5,32.75,0.9090,30.4,,their page',
  ];
  const epochs = ['epoch,val_loss,srcnn_psnr,srcnn_ssim', '1,0.02,24.1,0.68', '2,0.01,24.6,0.69'];
  for (const [kind, lines] of Object.entries({ scores, published, epochs }))
    add(kind as Kind, `${kind}.csv`, Buffer.from(`${lines.join('\n')}\n`));
}
