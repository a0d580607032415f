import { type Command, Option } from 'commander';
import { createEngine } from '../engine/choose';
import { OptionError } from '../errors';
import { pretrained, pretrainedSizes } from '../formats/pretrained';
import { parseColor } from '../image/transparency';
import { modelNamed } from './modelArgument';
import { engineOption, protocolOption, protocolsExplained, scale, threadsOption } from './options';
import { showLeftOut } from './terminal';
import { enlargeAll } from './upscaleAll';
import { planUpscale } from './upscalePlan';
import type { Model } from '../network/network';
import { DEFAULT_PROTOCOL } from '../protocols/protocols';
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
  'Enlarge pictures: the files and folders IN are written to the file or folder OUT.\n\n' +
  'If OUT is a file, its extension says which format it gets: PNG, JPEG, WebP, TIFF or BMP. In a folder, each ' +
  'picture keeps its name and format. - means standard input for IN. For OUT it means standard output, which gets ' +
  'the format of IN, or PNG.\n\n' +
  'An enlargement keeps alpha, the colour profile and the resolution, 16 bits in PNG and TIFF, EXIF and XMP in all ' +
  'formats but BMP, the texts of a PNG in a PNG, all pages of a TIFF in a TIFF, and all frames of a WebP in a ' +
  'WebP. A note on standard error names what the format cannot hold. IPTC is left out. Pictures are turned upright ' +
  'as their EXIF says.';

/** Adds `srcnn upscale`. */
export function upscaleCommand(program: Command): void {
  program
    .command('upscale')
    .summary('Enlarge pictures')
    .description(about)
    .argument('<in...>', 'pictures or folders of pictures, and OUT as the last one')
    .usage('[options] IN... OUT')
    .addOption(
      new Option(
        '-s, --scale <n>',
        'enlargement: 2 means twice as wide and high; 2, 3 or 4, or up to 8 with weights of your own',
      )
        .argParser(scale)
        .default(undefined, 'what the model was trained for, else 3'),
    )
    .addOption(
      new Option(
        '-m, --model <name>',
        `weights that come with the package: ${pretrainedSizes.join(', ')}; or a .safetensors file`,
      ).default(undefined, pretrainedSizes[0]),
    )
    .option('--ensemble', 'mean of eight turned and mirrored enlargements: a little better, takes eight times as long')
    .option('-f, --force', 'replace enlargements that exist; an original is never replaced')
    .option('-b, --background <colour>', 'colour behind transparent parts in JPEG and BMP: a name or #rrggbb', 'white')
    .option('--strip', 'leave out EXIF, XMP and the texts of a PNG, such as date, place and author')
    .addOption(
      protocolOption('protocol that the network was trained for').default(
        undefined,
        `the one in its file, else ${DEFAULT_PROTOCOL}`,
      ),
    )
    .addOption(threadsOption())
    .addOption(engineOption())
    .addHelpText('after', protocolsExplained)
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
  return modelNamed(model, scale);
}

function warnOfScale({ trainedFor }: Model, scale: number): void {
  if (trainedFor && trainedFor.scale !== scale)
    console.error(
      `the model was trained for x${trainedFor.scale}; x${scale} will look softer or sharper than it should`,
    );
}
