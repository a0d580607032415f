/** Samples of 8 or 16 bits. */
export type Samples = Uint8Array | Uint16Array;

/** A picture as its file has it, an Image being the kind of 8 bits: 1 (grey) or 3 (RGB) interleaved channels, alpha and colour profile (ICC) apart. */
export interface Photograph {
  data: Samples;
  width: number;
  height: number;
  channels: 1 | 3;
  alpha?: Samples;
  profile?: Buffer;
}

/** Room for `length` samples of the same depth. */
export function samplesLike(samples: Samples, length: number): Samples {
  return samples instanceof Uint16Array ? new Uint16Array(length) : new Uint8Array(length);
}

/** The photograph with 16-bit samples rounded to 8 bits. */
export function toEightBits(photograph: Photograph): Photograph {
  const round = (samples: Samples) =>
    samples instanceof Uint16Array ? Uint8Array.from(samples, (value) => Math.round(value / 257)) : samples;
  const { data, alpha } = photograph;
  return { ...photograph, data: round(data), ...(alpha ? { alpha: round(alpha) } : {}) };
}
