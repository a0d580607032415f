import type { Scores } from '../protocols/protocol';

/** The mean over pictures of each measure, for bicubic and, where it was scored, the network. */
export interface MeanScores {
  /** How many pictures were scored. */
  images: number;
  bicubic: Scores;
  network?: Scores;
  /**
   * How many pictures have a finite score, by measure; only these count in the mean of the network, or of bicubic
   * where no network was scored. PSNR is infinite for equal pictures.
   */
  finite: Readonly<Record<string, number>>;
}

/**
 * Means over rows; there must be at least one. Infinite scores are left out; the mean is infinite if all scores are.
 */
export function meanScores(rows: readonly { bicubic: Scores; network?: Scores }[]): MeanScores {
  const bicubic = rows.map((row) => row.bicubic);
  const network = rows.flatMap((row) => (row.network ? [row.network] : []));
  const finite = Object.keys(bicubic[0]).map((name) => {
    const of = network.length ? network : bicubic;
    return [name, of.filter((scores) => Number.isFinite(scores[name])).length];
  });
  return {
    images: rows.length,
    bicubic: meansOf(bicubic),
    ...(network.length ? { network: meansOf(network) } : {}),
    finite: Object.fromEntries(finite),
  };
}

function meansOf(all: readonly Scores[]): Scores {
  return Object.fromEntries(Object.keys(all[0]).map((name) => [name, meanOf(all.map((scores) => scores[name]))]));
}

/** The mean of the finite values, summed in float64; the first value where none is finite. */
function meanOf(values: readonly number[]): number {
  const finite = values.filter(Number.isFinite);
  return finite.length ? finite.reduce((sum, value) => sum + value, 0) / finite.length : values[0];
}
