// What version 0.1 wrote into a run's folder, brought to today's form. It is read here and never written again.
import { chain, type ChainLayer } from '../network/families/srcnn';

type Fields = Record<string, unknown>;

const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A record with psnr, ssim, bicubicPsnr and bicubicSsim side by side, null together. */
function record(value: unknown): unknown {
  if (!isRecord(value) || !('psnr' in value) || 'scores' in value) return value;
  const { psnr, ssim, bicubicPsnr, bicubicSsim, ...rest } = value;
  const scores =
    psnr === null
      ? null
      : { network: { psnr, ssim }, bicubic: { psnr: bicubicPsnr ?? null, ssim: bicubicSsim ?? null } };
  return { ...rest, scores };
}

/** A history of any version in today's form; its content has not been checked yet. */
export function currentHistory(history: unknown): unknown {
  if (!isRecord(history) || !Array.isArray(history.epochs)) return history;
  const { rescored } = history;
  return {
    ...history,
    epochs: history.epochs.map(record),
    ...(isRecord(rescored) ? { rescored: { ...rescored, record: record(rescored.record) } } : {}),
  };
}

/** Options of any version; a network of one's own was the list of its layers. */
export function currentOptions(options: unknown): unknown {
  if (!isRecord(options) || !Array.isArray(options.network) || !options.network.every(isRecord)) return options;
  return { ...options, network: chain(options.network as unknown as ChainLayer[]) };
}
