import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { createEngine } from '../engine/choose';
import { OptionError } from '../errors';
import { upscale, type UpscaleOptions } from '../evaluation/upscale';
import { checkWritable, readPhotograph, writeImage } from '../image/files';
import { checkHolds } from '../image/holds';
import { type Color, parseColor } from '../image/transparency';
import { pretrained, pretrainedNames } from '../formats/pretrained';
import { modelNamed } from './modelArgument';
import { engineOption, protocolOption, scale, threadsOption } from './options';
import { planUpscale, type UpscaleJob } from './upscalePlan';
import type { Model } from '../network/network';
import { checkScale } from '../degradations/degradation';

interface UpscaleFlags {
  scale?: number;
  model?: string;
  protocol?: string;
  force?: boolean;
  background: string;
  strip?: boolean;
  threads?: number;
  engine?: string;
}

const about =
  'Enlarge pictures with trained weights: files or folders IN, to the file or folder OUT. The suffix of the file OUT ' +
  'says which kind it becomes: PNG, JPEG, WebP, TIFF or BMP; into a folder each keeps its name and kind. Alpha, ' +
  'colour profile, resolution and, in PNG and TIFF, 16 bits are kept, EXIF in PNG, JPEG and WebP; all pages of a ' +
  'TIFF go into a TIFF, all frames of a WebP into a WebP. Pictures are turned upright as their EXIF says. A note ' +
  'says what a kind cannot hold; XMP and IPTC are left out.';

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
      `the weights that come with the package (${pretrainedNames.join(', ')}; by default those of the scale), or a .safetensors file`,
    )
    .addOption(protocolOption().default(undefined, 'the one the model was trained for'))
    .option('-f, --force', 'replace pictures that are there already')
    .option('-b, --background <colour>', 'behind transparent parts in JPEG and BMP: a name or #rrggbb', 'white')
    .option('--strip', 'leave out EXIF, such as date and place')
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
  const model = flags.model === undefined ? pretrained(`x${flags.scale ?? 3}`) : await modelNamed(flags.model);
  const scale = flags.scale ?? model.trainedFor?.scale ?? 3;
  warnOfScale(model, scale);
  const engine = await createEngine(flags.engine, flags);
  try {
    const { force = false, strip = false } = flags;
    await enlargeAll(jobs, { model, scale, protocol: flags.protocol, engine }, { force, strip, background });
  } finally {
    await engine.close();
  }
}

function warnOfScale({ trainedFor }: Model, scale: number): void {
  if (trainedFor && trainedFor.scale !== scale)
    console.error(
      `the model was trained for x${trainedFor.scale}; x${scale} will look softer or sharper than it should`,
    );
}

interface Manner {
  /** Whether what is there is replaced. */
  force: boolean;
  /** Whether EXIF is left out. */
  strip: boolean;
  background: Color;
}

/** One bad picture does not stop the others; what went wrong is listed at the end. */
async function enlargeAll(jobs: UpscaleJob[], options: UpscaleOptions, manner: Manner): Promise<void> {
  const failures: string[] = [];
  const notes: string[] = [];
  const bar = process.stderr.isTTY
    ? new SingleBar({ format: '{bar} {percentage}%  {input}', hideCursor: null, clearOnComplete: true })
    : undefined;
  bar?.start(jobs.length, 0, { input: '' });
  for (const [index, job] of jobs.entries()) {
    const onProgress = (done: number, total: number) => bar?.update(index + done / total, { input: job.input });
    onProgress(0, 1);
    try {
      const onNote = (note: string) => notes.push(`${job.input}: ${note}`);
      await enlarge(job, { ...options, onProgress }, { ...manner, onNote });
      if (!bar) console.log(job.output);
    } catch (error) {
      failures.push(`${job.input}: ${(error as Error).message}`);
    }
  }
  bar?.stop();
  console.log(`${jobs.length - failures.length} of ${jobs.length} pictures enlarged by ${options.scale}`);
  for (const note of new Set(notes)) console.error(`note    ${note}`);
  for (const failure of failures) console.error(`failed  ${failure}`);
  if (failures.length) process.exitCode = 1;
}

async function enlarge(
  { input, output }: UpscaleJob,
  options: UpscaleOptions,
  { force, strip, background, onNote }: Manner & { onNote: (note: string) => void },
): Promise<void> {
  if (!force && (await stat(output).catch(() => null)))
    throw new OptionError(`${output} is there already; add --force to replace it`);
  const photograph = await readPhotograph(input, { onNote });
  if (strip) delete photograph.exif;
  const { scale = 3 } = options;
  checkWritable(output, { width: scale * photograph.width, height: scale * photograph.height });
  checkHolds(output, photograph);
  const large = await upscale(photograph, options);
  await mkdir(dirname(output), { recursive: true });
  await writeImage(output, large, { background, onNote });
}
