import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { evaluationImages } from '../data/datasets';
import { createEngine } from '../engine/choose';
import { evaluate, type Evaluation } from '../evaluation/evaluate';
import { scoresToJson } from '../evaluation/scoreJson';
import { pretrainedNames } from '../formats/pretrained';
import { writeAtomically } from '../disk/writeAtomically';
import { explainLeftOut } from './dataArgument';
import { modelNamed } from './modelArgument';
import { engineOption, protocolOption, scaleOption, threadsOption } from './options';
import { showCount, showSkipped } from './terminal';
import type { Model } from '../network/network';

interface EvaluateFlags {
  protocol?: string;
  scale?: number;
  model: string;
  json?: string;
  threads?: number;
  engine?: string;
}

/** Adds `srcnn evaluate`. */
export function evaluateCommand(program: Command): void {
  program
    .command('evaluate')
    .description('Score bicubic, and a model, on a data set or on a folder of images')
    .argument('<folder>', 'folder, image file or name of a data set')
    .option(
      '-m, --model <name>',
      `bicubic, the weights that come with the package (${pretrainedNames.join(', ')}), or a .safetensors file`,
      'bicubic',
    )
    .addOption(protocolOption().default(undefined, 'what the model was trained for, else report'))
    .addOption(scaleOption().default(undefined, 'what the model was trained for, else 3'))
    .addOption(threadsOption())
    .addOption(engineOption())
    .option('--json <file>', 'write all rows there')
    .action(runEvaluation);
}

async function runEvaluation(folder: string, flags: EvaluateFlags): Promise<void> {
  const model = flags.model === 'bicubic' ? undefined : await modelNamed(flags.model);
  const files = await filesOf(folder, flags.scale ?? model?.trainedFor?.scale);
  warnOfDegradation(flags, model);
  const engine = model && (await createEngine(flags.engine, flags));
  const options = { ...flags, model, engine, onProgress: showCount('images') };
  const result = await evaluate(files, options).finally(() => engine?.close());
  show(result);
  await explainLeftOut(folder);
  const { protocol, scale, rows, summary } = result;
  if (flags.json) await writeAtomically(flags.json, scoresToJson({ protocol, scale, rows, summary }, 2) + '\n');
}

async function filesOf(folder: string, scale?: number): Promise<string[]> {
  const isFile = (await stat(folder).catch(() => null))?.isFile();
  return isFile ? [folder] : evaluationImages(folder, { scale });
}

function warnOfDegradation({ protocol, scale }: EvaluateFlags, model?: Model): void {
  const own = model?.trainedFor;
  if (own && ((protocol ?? own.protocol) !== own.protocol || (scale ?? own.scale) !== own.scale)) {
    console.error(
      `the model was trained for protocol ${own.protocol} x${own.scale}; here it is scored on pictures ` +
        'that were degraded in another way',
    );
  }
}

function show({ protocol, scale, summary, skipped }: Evaluation): void {
  console.log(`protocol ${protocol}, x${scale}`);
  for (const name of ['bicubic', 'network'] as const) {
    const scores = summary[name];
    if (scores)
      console.log(
        `${name.padEnd(8)} ${summary.images} images  ` +
          `PSNR ${scores.psnr.toFixed(6)} dB${infiniteText(summary)}  SSIM ${scores.ssim.toFixed(6)}`,
      );
  }
  showSkipped(skipped);
}

/** Says of how many pictures the mean is where some are equal to their originals. */
const infiniteText = ({ images, finite }: Evaluation['summary']) =>
  finite.psnr === images ? '' : ` (mean of the ${finite.psnr} of ${images} that differ from their originals)`;
