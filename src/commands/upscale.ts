import type { Command } from 'commander';
import { createEngine } from '../engine/choose';
import { OptionError } from '../errors';
import { pretrained, pretrainedSizes } from '../formats/pretrained';
import { parseColor } from '../image/transparency';
import { modelNamed } from './modelArgument';
import { engineOption, protocolOption, scale, threadsOption } from './options';
import { showLeftOut } from './terminal';
import { enlargeAll } from './upscaleAll';
import { planUpscale } from './upscalePlan';
import type { Model } from '../network/network';
import { checkScale } from '../degradations/degradation';

interface UpscaleFlags {
  scale?: number;
  model?: string;
  protocol?: string;
  force?: boolean;
  background: string;
  strip?: boolean;
  ensemble?: boolean;
  threads?: number;
  engine?: string;
}

const about =
  'Enlarge pictures with trained weights: files or folders IN, to the file or folder OUT. The suffix of the file OUT ' +
  'says which kind it becomes: PNG, JPEG, WebP, TIFF or BMP; into a folder each keeps its name and kind. - is ' +
  'standard input, or standard output, which gets the kind of IN, or PNG. Alpha, colour profile and resolution are ' +
  'kept, 16 bits in PNG and TIFF, EXIF and XMP in all kinds but BMP. All pages of a TIFF go into a TIFF, all ' +
  'frames of a WebP into a WebP. Pictures are turned upright as their EXIF says. A note says what a kind cannot ' +
  'hold; IPTC is left out.';

/** Adds `srcnn upscale`. */
export function upscaleCommand(program: Command): void {
  program
    .command('upscale')
    .description(about)
    .argument('<in...>', 'pictures, or folders of them, and at the end OUT')
    .usage('[options] IN... OUT')
    .option('-s, --scale <n>', '2, 3 or 4 (default: what the model was trained for, else 3)', scale)
    .option(
      '-m, --model <name>',
      `the weights that come with the package (${pretrainedSizes.join(', ')}; the best by default), or a ` +
        '.safetensors file',
    )
    .option('--ensemble', 'the mean of eight turned and mirrored pictures: a little better, eight times as slow')
    .addOption(protocolOption().default(undefined, 'the one the model was trained for'))
    .option('-f, --force', 'replace pictures that are there already')
    .option('-b, --background <colour>', 'behind transparent parts in JPEG and BMP: a name or #rrggbb', 'white')
    .option('--strip', 'leave out EXIF and XMP, such as date and place')
    .addOption(threadsOption())
    .addOption(engineOption())
    .action(runUpscale);
}

async function runUpscale(paths: string[], flags: UpscaleFlags): Promise<void> {
  if (paths.length < 2)
    throw new OptionError(
      'give pictures or folders, and at the end where the enlargements go: srcnn upscale IN... OUT',
    );
  if (flags.scale !== undefined) checkScale(flags.scale);
  const background = await parseColor(flags.background);
  const jobs = await planUpscale(paths.slice(0, -1), paths.at(-1)!);
  for (const input of paths.slice(0, -1)) await showLeftOut(input);
  const model = await modelFor(flags);
  const scale = flags.scale ?? model.trainedFor?.scale ?? 3;
  warnOfScale(model, scale);
  const engine = await createEngine(flags.engine, flags);
  try {
    const { force = false, strip = false, protocol, ensemble } = flags;
    await enlargeAll(jobs, { model, scale, protocol, ensemble, engine, force, strip, background });
  } finally {
    await engine.close();
  }
}

/** A size means its weights for the scale; x2, best-x2 and so on are names of weights, too. */
async function modelFor({ model, scale = 3 }: UpscaleFlags): Promise<Model> {
  if (model === undefined) return pretrained(`x${scale}`);
  return pretrainedSizes.includes(model) ? pretrained(`${model}-x${scale}`) : modelNamed(model);
}

function warnOfScale({ trainedFor }: Model, scale: number): void {
  if (trainedFor && trainedFor.scale !== scale)
    console.error(
      `the model was trained for x${trainedFor.scale}; x${scale} will look softer or sharper than it should`,
    );
}
