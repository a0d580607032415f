import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { loadDataset } from '../data/datasets';
import type { Protocol } from '../data/degrade';
import { createEngine } from '../engine/choose';
import { evaluate, type Evaluation } from '../evaluation/evaluate';
import { loadWeights } from '../model/weights';
import { writeAtomically } from '../training/checkpoint';
import { engineOption, protocolOption, scaleOption, threadsOption } from './options';
import { showCount, showSkipped } from './terminal';

interface EvaluateFlags {
  protocol: Protocol;
  scale: number;
  model: string;
  json?: string;
  threads?: number;
  engine?: string;
}

/** Adds `srcnn evaluate`. */
export function evaluateCommand(program: Command): void {
  program.command('evaluate')
    .description('Score bicubic, and a model, on a data set or on a folder of images')
    .argument('<folder>', 'folder, image file or name of a data set')
    .addOption(protocolOption()).addOption(scaleOption()).addOption(threadsOption()).addOption(engineOption())
    .option('-m, --model <file>', 'bicubic, or weights as .safetensors', 'bicubic')
    .option('--json <file>', 'write all rows there')
    .action(runEvaluation);
}

async function runEvaluation(folder: string, flags: EvaluateFlags): Promise<void> {
  const model = flags.model === 'bicubic' ? undefined : await loadWeights(flags.model);
  const files = await filesOf(folder, flags.scale);
  const engine = model && (await createEngine(flags.engine, flags));
  const result = await evaluate(files, { ...flags, model, engine, onProgress: showCount('images') });
  await engine?.close();
  show(result);
  const { protocol, scale, rows, summary } = result;
  if (flags.json) await writeAtomically(flags.json, JSON.stringify({ protocol, scale, rows, summary }, null, 2) + '\n');
}

async function filesOf(folder: string, scale: number): Promise<string[]> {
  const found = await stat(folder).catch(() => null);
  if (found?.isFile()) return [folder];
  return (await loadDataset(folder, { scale })).evaluation;
}

function show({ protocol, scale, summary, skipped }: Evaluation): void {
  console.log(`protocol ${protocol}, x${scale}`);
  for (const { method, images, psnr, ssim } of summary) console.log(`${method.padEnd(8)} ${images} images  PSNR ${psnr.toFixed(6)} dB  SSIM ${ssim.toFixed(6)}`);
  showSkipped(skipped);
}
