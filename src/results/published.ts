import { readCsv } from './csv';
import { protocolOf } from '../protocols/protocols';

/** A method's mean scores on one set as somebody has published them. */
export interface PublishedScore {
  method: string;
  /** The protocol's name. */
  protocol: string;
  scale: number;
  set: string;
  /** In dB. */
  psnr: number;
  ssim: number | null;
  source: string;
}

const HEAD = 'method,protocol,scale,set,psnr,ssim,source';

/**
 * The published scores that the tables compare runs with; an empty list where there is no such file. Throws
 * CheckpointError for a file of another form.
 */
export async function readPublished(file: string): Promise<PublishedScore[]> {
  const rows = await readCsv(file, HEAD, ['scale', 'psnr'], 'mend it or delete it');
  return rows.map(({ method, protocol, scale, set, psnr, ssim, source }) => ({
    method,
    protocol: protocolOf(protocol).name,
    scale: Number(scale),
    set,
    psnr: Number(psnr),
    ssim: ssim ? Number(ssim) : null,
    source,
  }));
}

/**
 * A row for each method: its name and its scores on each set, with the digits that were published; empty where there
 * are no scores.
 */
export function publishedRows(published: readonly PublishedScore[], sets: readonly string[]): string[][] {
  return [...new Set(published.map(({ method }) => method))].map((method) => [
    `${method}, as published`,
    ...sets.map((set) => {
      const score = published.find((each) => each.method === method && each.set === set);
      return score ? `${score.psnr.toFixed(2)}${score.ssim === null ? '' : ` / ${score.ssim.toFixed(4)}`}` : '';
    }),
  ]);
}
