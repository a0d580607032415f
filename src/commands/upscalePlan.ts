import { stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { OptionError } from '../errors';
import { checkWritable, imageFiles, isImageFile } from '../image/files';

/** One picture to enlarge, and where it goes. */
export interface UpscaleJob {
  input: string;
  output: string;
}

/**
 * What `upscale IN... OUT` means: OUT is a file for one file IN, and a folder when it is there as one, has no picture's extension,
 * or takes several pictures. Throws OptionError where two pictures would go to one place, or a picture onto itself.
 */
export async function planUpscale(inputs: readonly string[], out: string): Promise<UpscaleJob[]> {
  const into = await isFolder(out);
  const folders = await Promise.all(inputs.map(isFolder));
  const files = (await Promise.all(inputs.map((input, i) => (folders[i] ? imageFiles(input) : [input])))).flat();
  const single = inputs.length === 1 && !folders[0];
  const isFile = !into && isImageFile(out);
  if (isFile && !single)
    throw new OptionError(`${out} is a file's name, but there are several pictures; name a folder`);
  if (!isFile && single && !into && extname(out)) checkWritable(out);
  const jobs = files.map((input) => ({ input, output: isFile ? out : join(out, basename(input)) }));
  checkApart(jobs);
  return jobs;
}

const isFolder = async (path: string) => (await stat(path).catch(() => null))?.isDirectory() ?? false;

function checkApart(jobs: UpscaleJob[]): void {
  const taken = new Map<string, string>();
  for (const { input, output } of jobs) {
    checkWritable(output);
    const place = resolve(output);
    const other = taken.get(place);
    if (place === resolve(input))
      throw new OptionError(`${input} would be replaced by its enlargement; name another place`);
    if (other !== undefined)
      throw new OptionError(
        `${other} and ${input} would both become ${output}; enlarge them into folders of their own`,
      );
    taken.set(place, input);
  }
}
