import { basename } from 'node:path';
import { type Normalization, seedNormalization } from '../data/batches';
import { checkScale, type Protocol, protocols } from '../data/degrade';
import type { Engine } from '../engine/engine';
import { createWasmEngine } from '../engine/wasm/wasm';
import { DatasetError, UnknownNameError } from '../errors';
import { imageFiles, readImage } from '../image/files';
import type { Model } from '../model/srcnn';
import { restoreWith, scorePicture } from './protocol';

export interface EvaluateOptions {
  protocol?: Protocol;
  scale?: number;
  /** Without a model only bicubic is scored. */
  model?: Model;
  engine?: Engine;
  normalization?: Normalization;
  onProgress?: (done: number, total: number) => void;
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
  const { protocol = 'seed', scale = 3, model, normalization = seedNormalization, onProgress } = options;
  if (!protocols.includes(protocol)) throw new UnknownNameError('protocol', protocol, protocols);
  checkScale(scale);
  const files = typeof source === 'string' ? await imageFiles(source) : source;
  const engine = model && (options.engine ?? (await createWasmEngine()));
  const restore = model && engine && restoreWith(model, engine, normalization);
  const rows: EvaluationRow[] = [];
  const skipped: Evaluation['skipped'] = [];
  for (const [index, file] of files.entries()) {
    try {
      const { bicubic, srcnn } = await scorePicture(await readImage(file), protocol, scale, restore);
      rows.push({ file: basename(file), method: 'bicubic', ...bicubic });
      if (srcnn) rows.push({ file: basename(file), method: 'srcnn', ...srcnn });
    } catch (error) {
      skipped.push({ file, reason: (error as Error).message });
    }
    onProgress?.(index + 1, files.length);
  }
  if (engine && !options.engine) await engine.close();
  if (!rows.length) throw new DatasetError(`no image could be scored: ${skipped.map(({ reason }) => reason).join('; ') || 'none was given'}`);
  return { protocol, scale, rows, summary: summarise(rows), skipped };
}

function summarise(rows: EvaluationRow[]): Evaluation['summary'] {
  return (['bicubic', 'srcnn'] as const).flatMap((method) => {
    const own = rows.filter((row) => row.method === method);
    const mean = (name: 'psnr' | 'ssim') => own.reduce((sum, row) => sum + row[name], 0) / own.length;
    return own.length ? [{ method, images: own.length, psnr: mean('psnr'), ssim: mean('ssim') }] : [];
  });
}
