import { constants as bufferLimits } from 'node:buffer';
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SingleBar } from 'cli-progress';
import { identityOf } from '../disk/identity';
import { isStandardInput, isStandardOutput } from '../disk/standardStreams';
import { findTarget } from '../disk/target';
import { whyNotWritten } from '../disk/whyNotWritten';
import { EngineError, OptionError, WriteError } from '../errors';
import { upscale, type UpscaleOptions, upscaleStrips } from '../evaluation/upscale';
import { profileFor, suited } from '../image/encode';
import { readPhotograph, writeImage } from '../image/files';
import { checkHolds } from '../image/holds';
import { checkWritable, kindOf } from '../image/kinds';
import type { Photograph } from '../image/photograph';
import { readSize } from '../image/size';
import { bytesOf, type Shape, writeStrips } from '../image/stripFile';
import { type Color, layOn } from '../image/transparency';
import { exitOnSignals } from './terminal';
import { originalsOf, type UpscaleJob } from './upscalePlan';

/** Above it, an enlargement is written strip by strip and never held as a whole. */
const MOST_HELD_BYTES = 2 ** 29;

/** Files that must not be replaced, by identity on the disk: the originals, and those that this command has written. */
type Kept = Map<string, string>;

interface BatchOptions extends UpscaleOptions {
  scale: number;
  /** Whether existing files are replaced. */
  force: boolean;
  /** Whether EXIF, XMP and a PNG's texts are dropped. */
  strip: boolean;
  /** The colour behind transparent parts if the kind of file has no alpha. */
  background: Color;
}

type OnNote = (note: string) => void;

/** One bad picture does not stop the others; failures are listed at the end. An engine that fails ends the work. */
export async function enlargeAll(jobs: UpscaleJob[], options: BatchOptions): Promise<void> {
  const failures: string[] = [];
  const notes = new Set<string>();
  const say = jobs.some(({ output }) => isStandardOutput(output)) ? console.error : console.log;
  const bar = process.stderr.isTTY
    ? new SingleBar({ format: '{bar} {percentage}%  {input}', hideCursor: null, clearOnComplete: true })
    : undefined;
  bar?.start(jobs.length, 0, { input: '' });
  let finished = 0;
  const removeHandlers = exitOnSignals(() => {
    bar?.stop();
    console.error(`interrupted; ${finished} of ${jobs.length} pictures are enlarged, and no half-written one is left`);
  });
  const kept: Kept = await originalsOf(jobs);
  for (const [index, job] of jobs.entries()) {
    const onProgress = (done: number, total: number) => bar?.update(index + done / total, { input: job.input });
    onProgress(0, 1);
    try {
      await enlarge(job, { ...options, onProgress }, kept, (note) => notes.add(`${job.input}: ${note}`));
      finished++;
      if (!bar && !isStandardOutput(job.output)) say(job.output);
    } catch (error) {
      if (error instanceof EngineError) throw error;
      failures.push(`${job.input}: ${(error as Error).message}`);
    }
  }
  removeHandlers();
  bar?.stop();
  say(`${finished} of ${jobs.length} pictures enlarged by ${options.scale}`);
  for (const note of notes) console.error(`note    ${note}`);
  for (const failure of failures) console.error(`failed  ${failure}`);
  if (failures.length) process.exitCode = 1;
}

async function enlarge(job: UpscaleJob, options: BatchOptions, kept: Kept, onNote: OnNote): Promise<void> {
  const { input, output, kind } = job;
  if (kind === undefined) await checkFree(job, options.force, kept);
  // The size stands at the beginning of the file: a picture that is too large is refused before it is read.
  const early = isStandardInput(input) ? undefined : await readSize(input);
  if (early) checkWritable(output, enlarged(early, options.scale), kind);
  const photograph = await readPhotograph(input, { onNote });
  if (options.strip) for (const block of ['exif', 'xmp', 'texts'] as const) delete photograph[block];
  checkHolds(output, photograph, kind);
  const shape = enlargedShape(photograph, options.scale);
  checkWritable(output, shape, kind);
  checkHeld(job, shape);
  if (kind === undefined) await makeFolder(output);
  const { background } = options;
  if (bytesOf(shape) > MOST_HELD_BYTES && isWrittenInStrips(job) && !photograph.pages)
    await enlargeInStrips(output, photograph, options, onNote);
  else await writeImage(output, await upscale(photograph, options), { kind, background, onNote });
  const identity = await identityOf(output);
  if (identity !== undefined) kept.set(identity, output);
}

/** Also where the output is a link into a folder that is not there yet. */
async function makeFolder(output: string): Promise<void> {
  try {
    await mkdir(dirname((await findTarget(output)).path), { recursive: true });
  } catch (error) {
    throw new WriteError(`cannot write ${output}: ${whyNotWritten(error)}; name another place`, { cause: error });
  }
}

/** A large picture, of which samples, alpha, colours and resolution are kept. */
async function enlargeInStrips(
  output: string,
  photograph: Photograph,
  options: BatchOptions,
  onNote: OnNote,
): Promise<void> {
  const kind = kindOf(output)!;
  // Notes what the kind cannot hold, and lays transparent parts on the background, as it will be done strip by strip.
  const { alpha } = suited(kind, photograph, { background: options.background, onNote });
  if (photograph.exif || photograph.xmp || (kind === '.png' && photograph.texts))
    onNote('EXIF, XMP and texts are left out of a picture that is too large to be held at once');
  const profile = profileFor('.tif', photograph);
  const shape = { ...enlargedShape(photograph, options.scale), alpha: alpha !== undefined, profile };
  const strips = upscaleStrips(photograph, options);
  await writeStrips(output, shape, alpha || !photograph.alpha ? strips : opaque(strips, options.background));
}

async function* opaque(strips: AsyncIterable<Photograph>, background: Color): AsyncGenerator<Photograph> {
  for await (const strip of strips) yield layOn(strip, background);
}

/** Just before it is written: two names may be one file on a disk that takes a.png and A.png for the same. */
async function checkFree({ output }: UpscaleJob, force: boolean, kept: Kept): Promise<void> {
  const there = await stat(output).catch(() => null);
  if (!there) return;
  const other = kept.get((await identityOf(output)) ?? '');
  if (other !== undefined)
    throw new OptionError(`${output} is the same file as ${other} on this disk; choose another folder for it`);
  if (there.isDirectory()) throw new OptionError(`${output} is a folder; name another place`);
  if (!force) throw new OptionError(`${output} is there already; add --force to replace it`);
}

const enlarged = ({ width, height }: { width: number; height: number }, scale: number) => ({
  width: scale * width,
  height: scale * height,
});

function enlargedShape(photograph: Photograph, scale: number): Shape {
  const { channels, alpha, profile, data, resolution } = photograph;
  const bits = data instanceof Uint16Array ? 16 : 8;
  return { ...enlarged(photograph, scale), channels, alpha: alpha !== undefined, bits, profile, resolution };
}

const isWrittenInStrips = ({ output, kind }: UpscaleJob) => kind === undefined && !/\.bmp$/i.test(output);

/** Only files of kinds other than BMP are written in strips; the rest has to fit into one block of memory. */
function checkHeld(job: UpscaleJob, shape: Shape): void {
  const most = Math.min(bufferLimits.MAX_LENGTH, 2 ** 32 - 1);
  if (isWrittenInStrips(job) || bytesOf({ ...shape, alpha: true }) <= most) return;
  const { width, height } = shape;
  throw new OptionError(
    `the enlargement would be ${width}x${height}, ${(bytesOf(shape) / 1e9).toFixed(1)} GB, ` +
      'more than is held at once; name a file that ends in .png or .tif',
  );
}
