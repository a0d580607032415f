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
  /** Bicubic's PSNR in the same source, if it differs from the protocol's own: then only gains can be compared. */
  bicubic: number | null;
  /** Multiply-adds for each pixel of the output, where they are known. */
  multiplyAdds: number | null;
  source: string;
}

const HEAD = 'method,protocol,scale,set,psnr,ssim,bicubic,multiplyAdds,source';

/**
 * The published scores that the tables compare runs with; an empty list if the file does not exist. Throws
 * CheckpointError for a file of another form.
 */
export async function readPublished(file: string): Promise<PublishedScore[]> {
  const rows = await readCsv(file, HEAD, ['scale', 'psnr'], 'mend it or delete it');
  const numberOrNull = (text: string) => (text ? Number(text) : null);
  return rows.map(({ method, protocol, scale, set, psnr, ssim, bicubic, multiplyAdds, source }) => ({
    method,
    protocol: protocolOf(protocol).name,
    scale: Number(scale),
    set,
    psnr: Number(psnr),
    ssim: numberOrNull(ssim),
    bicubic: numberOrNull(bicubic),
    multiplyAdds: numberOrNull(multiplyAdds),
    source,
  }));
}

/**
 * A row for each method: its name and its scores on each set, with the digits that were published; empty where there
 * are no scores. Scores beside another bicubic are left out, because they cannot be compared.
 */
export function publishedRows(all: readonly PublishedScore[], sets: readonly string[]): string[][] {
  const published = all.filter(({ bicubic }) => bicubic === null);
  return [...new Set(published.map(({ method }) => method))].map((method) => [
    `${method}, as published`,
    ...sets.map((set) => {
      const score = published.find((each) => each.method === method && each.set === set);
      return score ? `${score.psnr.toFixed(2)}${score.ssim === null ? '' : ` / ${score.ssim.toFixed(4)}`}` : '';
    }),
  ]);
}
