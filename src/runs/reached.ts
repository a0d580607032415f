import { comparableEpochs, type EpochRecord, type History } from './history';

/**
 * The results of a run: scores of the epoch whose weights were kept, the one with the lowest validation loss; null
 * where there are no scores.
 */
export interface Reached {
  epochsDone: number;
  bestEpoch: number | null;
  validationLoss: number | null;
  /** In dB, of the evaluation images. */
  psnr: number | null;
  ssim: number | null;
  bicubicPsnr: number | null;
  bicubicSsim: number | null;
  minutes: number;
}

/** The results of a history. */
export function reached(history: History): Reached {
  const { epochs } = history;
  const best = comparableEpochs(history).reduce<EpochRecord | null>(
    (least, epoch) => (least && least.validationLoss <= epoch.validationLoss ? least : epoch),
    null,
  );
  return {
    epochsDone: epochs.length,
    bestEpoch: best?.epoch ?? null,
    validationLoss: best?.validationLoss ?? null,
    psnr: best?.scores?.network.psnr ?? null,
    ssim: best?.scores?.network.ssim ?? null,
    bicubicPsnr: best?.scores?.bicubic.psnr ?? null,
    bicubicSsim: best?.scores?.bicubic.ssim ?? null,
    minutes: epochs.reduce((sum, { seconds }) => sum + seconds, 0) / 60,
  };
}
