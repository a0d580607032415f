import { basename } from 'node:path';
import { checkScale, type Protocol, protocols } from '../data/degrade';
import type { Engine } from '../engine/engine';
import { createWasmEngine } from '../engine/wasm/wasm';
import { DatasetError, UnknownNameError } from '../errors';
import { imageFiles } from '../image/files';
import { type OnProgress, progressOf } from '../progress';
import { onThreads } from '../threads/onThreads';
import { predict } from './predict';
import { scoreFile, type ScoreJob } from './scoreFile';
import type { Model } from '../network/network';

export interface EvaluateOptions {
  /** Default: what the model was trained for, else seed. */
  protocol?: Protocol;
  /** Default: what the model was trained for, else 3. */
  scale?: number;
  /** Without a model only bicubic is scored. */
  model?: Model;
  engine?: Engine;
  /** Rows of an earlier evaluation of the same files, protocol and scale: bicubic's are taken over, not scored anew. */
  bicubic?: EvaluationRow[];
  /** Threads that read, degrade and score; all cores by default. The scores do not depend on it. */
  threads?: number;
  /** Called after each picture; without it, a notebook shows long work in the cell. */
  onProgress?: OnProgress;
}

export interface EvaluationRow {
  file: string;
  method: 'bicubic' | 'srcnn';
  psnr: number;
  ssim: number;
}

export interface Evaluation {
  protocol: Protocol;
  scale: number;
  rows: EvaluationRow[];
  /** Means over the images. */
  summary: { method: 'bicubic' | 'srcnn'; images: number; psnr: number; ssim: number }[];
  skipped: { file: string; reason: string }[];
}

/** Scores bicubic, and a model, on the images of a folder or a list of files; a bad image is skipped and listed. */
export async function evaluate(source: string | string[], options: EvaluateOptions = {}): Promise<Evaluation> {
  const trained = options.model?.trainedFor;
  const { protocol = trained?.protocol ?? 'seed', scale = trained?.scale ?? 3 } = options;
  if (!protocols.includes(protocol)) throw new UnknownNameError('protocol', protocol, protocols);
  checkScale(scale);
  const files = typeof source === 'string' ? await imageFiles(source) : source;
  const known = files.map(takeBicubic(options.bicubic ?? []));
  const outcomes = await scoreFiles(
    files.map((file, i) => ({ file, protocol, scale, bicubic: !known[i] })),
    options,
  );
  const rows: EvaluationRow[] = [];
  const skipped: Evaluation['skipped'] = [];
  for (const [i, outcome] of outcomes.entries()) {
    if (outcome.status === 'rejected') {
      skipped.push({ file: files[i], reason: outcome.reason.message });
      continue;
    }
    const baseline = known[i] ?? outcome.value.bicubic;
    if (baseline) rows.push({ file: basename(files[i]), method: 'bicubic', psnr: baseline.psnr, ssim: baseline.ssim });
    if (outcome.value.srcnn) rows.push({ file: basename(files[i]), method: 'srcnn', ...outcome.value.srcnn });
  }
  if (!rows.length)
    throw new DatasetError(
      `no image could be scored: ${skipped.map(({ file, reason }) => (reason.includes(file) ? reason : `${file}: ${reason}`)).join('; ') || 'none was given'}`,
    );
  return { protocol, scale, rows, summary: summarise(rows), skipped };
}

/** The row of each file in turn: two files of one name have their rows in the order of the files. */
function takeBicubic(rows: EvaluationRow[]): (file: string) => EvaluationRow | undefined {
  const left = new Map<string, EvaluationRow[]>();
  for (const row of rows) if (row.method === 'bicubic') left.set(row.file, [...(left.get(row.file) ?? []), row]);
  return (file) => left.get(basename(file))?.shift();
}

/** The threads ask this one for the network's planes: the engine has threads of its own. */
async function scoreFiles(
  jobs: Omit<ScoreJob, 'normalization'>[],
  { model, engine: given, threads, ...options }: EvaluateOptions,
) {
  const onProgress = progressOf('scoring pictures', options.onProgress);
  if (!model) return onThreads(scoreFile, 'evaluation/scoreFile', jobs, { threads, onProgress });
  const engine = given ?? (await createWasmEngine({ threads }));
  try {
    return await onThreads(
      scoreFile,
      'evaluation/scoreFile',
      jobs.map((job) => ({ ...job, normalization: model.normalization })),
      { threads, answer: (input) => predict(model, engine, input), onProgress },
    );
  } finally {
    if (!given) await engine.close();
  }
}

function summarise(rows: EvaluationRow[]): Evaluation['summary'] {
  return (['bicubic', 'srcnn'] as const).flatMap((method) => {
    const own = rows.filter((row) => row.method === method);
    const mean = (name: 'psnr' | 'ssim') => own.reduce((sum, row) => sum + row[name], 0) / own.length;
    return own.length ? [{ method, images: own.length, psnr: mean('psnr'), ssim: mean('ssim') }] : [];
  });
}
