import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { reached } from '../runs/reached';
import { loadRun } from '../runs/readRun';
import { markdownTable } from './markdown';
import { recipeText } from './recipeText';
import { patchText } from './runTable';

/**
 * The short runs of a folder (results/tried), the best first, in Markdown; the first column says how each differs
 * from the recipe. The text is empty where there are no runs.
 */
export async function triedTable(folder: string): Promise<string> {
  if (!existsSync(folder)) return 'Nothing was tried.';
  const names = (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  const tried = await Promise.all(
    names.map(async (name) => {
      const { options, history } = await loadRun(name, folder);
      const { data = '' } = JSON.parse(await readFile(join(folder, name, 'options.json'), 'utf8')) as { data?: string };
      return { name, recipe: recipeText(options), patches: patchText(data), ...reached(history) };
    }),
  );
  tried.sort((a, b) => (b.psnr ?? 0) - (a.psnr ?? 0));
  const lines = tried.map(({ name, recipe, patches, epochsDone, validationLoss, psnr, ssim }) => [
    `[${name}](tried/${encodeURI(name)}/)`,
    recipe,
    patches,
    epochsDone,
    validationLoss?.toFixed(5) ?? '',
    psnr === null ? '' : `${psnr.toFixed(3)} / ${ssim?.toFixed(4)}`,
  ]);
  const bicubic = tried.find(({ bicubicPsnr }) => bicubicPsnr !== null);
  const head = ['run', 'recipe', 'patches', 'epochs', 'validation loss', 'PSNR (dB) / SSIM'];
  const last = bicubic
    ? [['bicubic', '', '', '', '', `${bicubic.bicubicPsnr?.toFixed(3)} / ${bicubic.bicubicSsim?.toFixed(4)}`]]
    : [];
  return markdownTable([head, ...lines, ...last]);
}
