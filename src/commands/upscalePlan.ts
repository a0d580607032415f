import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { identityOf } from '../disk/identity';
import { whyMissing } from '../disk/readInput';
import { findTarget } from '../disk/target';
import { whyNotWritten } from '../disk/whyNotWritten';
import { isStandardInput, isStandardOutput } from '../disk/standardStreams';
import { ImageFileError, OptionError, WriteError } from '../errors';
import { imageFiles } from '../image/folder';
import { checkWritable, isImageFile, kindOf } from '../image/kinds';

/** One picture to enlarge, and where it goes. */
export interface UpscaleJob {
  input: string;
  output: string;
  /** The output's kind, such as '.png', where its name does not tell it: for standard output, a pipe or a device. */
  kind?: string;
}

type Target = 'nothing' | 'file' | 'folder' | 'stream';

/**
 * What `upscale IN... OUT` means: OUT is a file for one file IN. It is a folder if it exists as one, ends in a slash,
 * has no picture's extension, or takes several pictures; `-` stands for standard input and output. Throws
 * ImageFileError where an input is missing, OptionError where two pictures would go to one place or an enlargement
 * would replace an original, WriteError where nothing can be written. All of this is checked before any work begins.
 */
export async function planUpscale(inputs: readonly string[], out: string): Promise<UpscaleJob[]> {
  await checkInputs(inputs);
  const folders = await Promise.all(inputs.map(isFolder));
  const files = (await Promise.all(inputs.map((input, i) => (folders[i] ? imageFiles(input) : [input])))).flat();
  const single = inputs.length === 1 && !folders[0];
  const target = await targetOf(out);
  if (target === 'stream') return [streamJob(files, single, out)];
  if (target === 'file' && !isImageFile(out))
    throw new OptionError(`${out} is a file, and its name is not a picture's; name a picture or a folder`);
  const isFile = target !== 'folder' && !/[\\/]$/.test(out) && isImageFile(out);
  if (isFile && !single)
    throw new OptionError(`${out} is a file's name, but there are several pictures; name a folder`);
  if (!isFile && single && target === 'nothing' && extname(out)) checkWritable(out);
  const jobs = files.map((input) => ({ input, output: isFile ? out : join(out, basename(input)) }));
  for (const job of jobs) checkNames(job);
  checkApart(jobs);
  await checkOriginals(jobs);
  await checkRoom(jobs[0].output);
  return jobs;
}

const isFolder = async (path: string) => (await stat(path).catch(() => null))?.isDirectory() ?? false;

async function targetOf(out: string): Promise<Target> {
  if (isStandardOutput(out)) return 'stream';
  const about = await stat(out).catch(() => null);
  if (!about) return 'nothing';
  return about.isDirectory() ? 'folder' : about.isFile() ? 'file' : 'stream';
}

/** All missing inputs are named at once. */
async function checkInputs(inputs: readonly string[]): Promise<void> {
  const named = inputs.filter((input) => !isStandardInput(input));
  const reasons = await Promise.all(named.map(whyMissing));
  const missing = named.flatMap((input, i) => (reasons[i] === undefined ? [] : [`${input}: ${reasons[i]}`]));
  if (missing.length > 0) throw new ImageFileError(missing.join('; '));
}

function streamJob(files: string[], single: boolean, output: string): UpscaleJob {
  if (!single) throw new OptionError(`${output} takes one picture, but there are several; name a folder`);
  return { input: files[0], output, kind: kindOf(output) ?? kindOf(files[0]) ?? '.png' };
}

/** Into a folder each picture keeps its name, which therefore has to be one that can be written. */
function checkNames({ input, output }: UpscaleJob): void {
  if (isImageFile(output)) return;
  if (isStandardInput(input))
    throw new OptionError('the picture from standard input has no name; name the output file, such as out.png');
  throw new OptionError(
    `${input}: the enlargement would keep this name, which is not a PNG's, JPEG's, WebP's, TIFF's or BMP's; ` +
      `name the output file, such as ${output.slice(0, output.length - extname(output).length)}.png`,
  );
}

function checkApart(jobs: UpscaleJob[]): void {
  const taken = new Map<string, string>();
  for (const { input, output } of jobs) {
    const other = taken.get(output);
    if (other !== undefined)
      throw new OptionError(
        `${other} and ${input} would both become ${output}; enlarge them into folders of their own`,
      );
    taken.set(output, input);
  }
}

/** No enlargement may go where any of the originals lies, by whatever name or link. */
async function checkOriginals(jobs: UpscaleJob[]): Promise<void> {
  const originals = await originalsOf(jobs);
  for (const { input, output } of jobs) {
    const original = originals.get((await identityOf(output)) ?? '');
    if (original === undefined) continue;
    const how = output === original ? '' : ` (${output} leads to it)`;
    throw new OptionError(
      original === input
        ? `${input} would be replaced by its enlargement${how}; name another place`
        : `${original} would be replaced by the enlargement of ${input}${how}; name another place`,
    );
  }
}

/** The inputs by their identity on the disk. */
export async function originalsOf(jobs: readonly UpscaleJob[]): Promise<Map<string, string>> {
  const files = jobs.map(({ input }) => input).filter((input) => !isStandardInput(input));
  const originals = new Map<string, string>();
  for (const file of files) {
    const identity = await identityOf(file);
    if (identity !== undefined) originals.set(identity, file);
  }
  return originals;
}

/** Throws WriteError unless files can be made where the output goes. */
async function checkRoom(output: string): Promise<void> {
  const why = await whyNoRoom(output);
  if (why !== undefined) throw new WriteError(`cannot write ${output}: ${why}; name another place`);
}

/**
 * Why no file can be made at a path, or where it leads as a link: the nearest existing path above it is no folder, or
 * not writable. Undefined where one can be made.
 */
export async function whyNoRoom(output: string): Promise<string | undefined> {
  const target = await findTarget(output).catch((error: Error) => error);
  if (target instanceof Error) return whyNotWritten(target);
  let folder = dirname(target.path);
  while ((await whyMissing(folder))?.startsWith('no such') && dirname(folder) !== folder) folder = dirname(folder);
  const why = await whyMissing(folder);
  if (why !== undefined) return `${folder}: ${why}`;
  if (!(await isFolder(folder))) return `${folder} is a file, not a folder`;
  return access(folder, constants.W_OK).then(
    () => undefined,
    (error: NodeJS.ErrnoException) => `${folder}: ${whyNotWritten(error)}`,
  );
}
