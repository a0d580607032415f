/** Mean scores over pictures. */
export interface MeanScores {
  images: number;
  /** In dB, the mean of the finite ones; Infinity where every picture equals its original. */
  psnr: number;
  ssim: number;
  /**
   * How many pictures equal their originals, so that their PSNR is infinite and not in the mean; absent where none
   * does.
   */
  infinite?: number;
}

/** The means over one or more scores; both are NaN for an empty list. */
export function meanScores(scores: readonly { psnr: number; ssim: number }[]): MeanScores {
  const finite = scores.map(({ psnr }) => psnr).filter((psnr) => psnr !== Infinity);
  const infinite = scores.length - finite.length;
  return {
    images: scores.length,
    psnr: infinite && !finite.length ? Infinity : mean(finite),
    ssim: mean(scores.map(({ ssim }) => ssim)),
    ...(infinite ? { infinite } : {}),
  };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * As in ", mean of 4, as 1 of 5 equals its original": what a reader must know of a mean PSNR; empty where all are
 * finite.
 */
export function infiniteText({ images, infinite = 0 }: Pick<MeanScores, 'images' | 'infinite'>): string {
  if (!infinite) return '';
  const equal = `${infinite} of ${images} ${infinite === 1 ? 'equals its original' : 'equal their originals'}`;
  return infinite === images ? `, as ${equal}` : `, mean of ${images - infinite}, as ${equal}`;
}
