import { DatasetError, OptionError } from '../errors';
import { type OnProgress, progressOf } from '../progress';
import { onThreads, oneByOne } from '../threads/onThreads';
import { checkScale } from '../degradations/degradation';
import type { Colours } from '../image/color';
import type { Protocol } from '../protocols/protocol';
import { DEFAULT_PROTOCOL, DEFAULT_SCALE, isKnownProtocol, protocolOf } from '../protocols/protocols';
import { type Pair, preparePair } from './pair';

/**
 * Training pairs as coordinates into 8-bit pictures: patch i is the square of `size` pixels at (x[i], y[i]) of the
 * input of pictures[picture[i]], and the part of its target that this shows.
 */
export interface PatchSet {
  pictures: Pair[];
  picture: Uint32Array;
  x: Uint16Array;
  y: Uint16Array;
  size: number;
  count: number;
  scale: number;
  /** Whether the inputs are enlarged pictures, or small ones. */
  reads: 'enlarged' | 'small';
  /** Which planes the pictures have; 'y' by default. */
  colours?: Colours;
  /** The protocol's name, or one of your own. */
  protocol: string | Protocol;
  /** Standard deviation of the blur before shrinking, in pixels; 0 for none. */
  sigma: number;
}

export interface PatchOptions {
  /** A protocol's name, or one of your own; 'report' by default. */
  protocol?: string | Protocol;
  /** Whole number from 2 to 8; 3 by default. */
  scale?: number;
  /** Standard deviation of the blur before shrinking, in pixels; the protocol's own by default. */
  sigma?: number;
  /** What the network reads: 'enlarged' pictures, the default, or 'small' ones. */
  reads?: 'enlarged' | 'small';
  /** The planes to learn: luminance ('y', the default), 'rgb', or MATLAB's 'ycbcr'. */
  colours?: Colours;
  /** Side of a patch in pixels of what the network reads; 32 by default. */
  size?: number;
  /** Pixels from one patch to the next; 13 by default. */
  stride?: number;
  /**
   * Each picture is used at these sizes, as parts of its own: numbers above 0 and at most 1, [1] by default.
   * [1, 0.8, 0.6] gives about twice as many patches. Dong et al. 2016 (arXiv 1608.00367, section 4.1) do this to have
   * more pictures. A smaller picture also shows fewer traces of JPEG.
   */
  sizes?: readonly number[];
  /** Threads that read and degrade; all cores by default. The result does not depend on it. */
  threads?: number;
  /** Called after each picture; without it, a notebook shows long work in the cell. */
  onProgress?: OnProgress;
}

/**
 * Reads and degrades pictures and lays out their patches over the part that the protocol trains on. A bad picture is
 * skipped and listed. Throws DatasetError if no picture is left.
 */
export async function preparePatches(
  files: string[],
  options: PatchOptions = {},
): Promise<{ patches: PatchSet; skipped: { file: string; reason: string }[] }> {
  const protocol = protocolOf(options.protocol ?? DEFAULT_PROTOCOL);
  const {
    scale = DEFAULT_SCALE,
    sigma = protocol.degradation.sigma,
    size = 32,
    stride = 13,
    sizes = [1],
    reads = 'enlarged',
    colours = 'y',
    threads,
    onProgress,
  } = options;
  checkScale(scale);
  if (!(Number.isInteger(size) && size > 0)) throw new OptionError(`size is ${size}; use a whole number above 0`);
  if (!(Number.isInteger(stride) && stride > 0))
    throw new OptionError(`stride is ${stride}; use a whole number above 0`);
  checkSizes(sizes);
  const name = isKnownProtocol(protocol) ? protocol.name : protocol;
  const shared = { reads, colours, protocol: name, scale, sigma, size };
  const jobs = sizes.flatMap((part) => files.map((file) => ({ file, part, ...shared })));
  const report = progressOf('preparing pictures', onProgress);
  const outcomes = isKnownProtocol(protocol)
    ? await onThreads(preparePair, 'data/pair', jobs, { threads, onProgress: report })
    : await oneByOne(preparePair, jobs, report);
  const pictures = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const skipped = outcomes.flatMap((outcome, index) =>
    outcome.status === 'rejected' ? [{ file: jobs[index].file, reason: outcome.reason.message as string }] : [],
  );
  if (!pictures.length)
    throw new DatasetError(
      `no patches: ${skipped.length ? skipped.map(({ reason }) => reason).join('; ') : 'no files were given'}`,
    );
  return {
    patches: {
      pictures,
      ...layOut(pictures, size, stride, reads === 'small' ? scale : 1),
      reads,
      colours,
      size,
      scale,
      protocol: name,
      sigma,
    },
    skipped,
  };
}

function checkSizes(sizes: readonly number[]): void {
  const wrong = sizes.filter((part) => !(part > 0 && part <= 1));
  if (wrong.length || !sizes.length)
    throw new OptionError(`sizes are ${sizes.join(', ') || 'none'}; use numbers above 0 and at most 1, such as 1, 0.8`);
}

/** The report's range(0, side - size, stride) leaves out a last patch that would end flush with the edge. */
function layOut(
  pictures: Pair[],
  size: number,
  stride: number,
  times: number,
): Pick<PatchSet, 'picture' | 'x' | 'y' | 'count'> {
  const along = (side: number) => Math.ceil((side / times - size) / stride);
  const count = pictures.reduce((sum, { width, height }) => sum + along(width) * along(height), 0);
  const [picture, x, y] = [new Uint32Array(count), new Uint16Array(count), new Uint16Array(count)];
  let at = 0;
  for (const [index, { width, height }] of pictures.entries()) {
    for (let row = 0; row < along(height); row++) {
      for (let column = 0; column < along(width); column++, at++) {
        picture[at] = index;
        x[at] = column * stride;
        y[at] = row * stride;
      }
    }
  }
  return { picture, x, y, count };
}

/** How many times as large as the inputs the targets are. */
export const timesOf = ({ reads, scale }: Pick<PatchSet, 'reads' | 'scale'>): number => (reads === 'small' ? scale : 1);
