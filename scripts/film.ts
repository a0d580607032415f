// Makes notebooks/movingParts.gif: controls, chart and preview of a training, taken in a browser as it runs.
// Run after npm run build: node --import tsx scripts/film.ts
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { findBrowser, kernelIdle, startLab } from '../test/jupyter/lab';
import { cell, menu, start, writeNotebook } from '../test/jupyter/notebook';

const root = join(__dirname, '..');
const output = join(root, 'test/output/film');
const frames = 12;
const sources = [
  [
    "import { controls, liveChart, loadDataset, preparePatches, preview, train } from 'srcnn-lab';",
    "const files = await loadDataset('sample');",
    'const { patches: training } = await preparePatches(files.training, { stride: 40 });',
    'const { patches: validation } = await preparePatches(files.validation, { stride: 40 });',
  ].join('\n'),
  [
    'const data = { training: training, validation: validation, evaluation: files.evaluation };',
    'const session = train(data, { epochs: 12 });',
    'controls(session);',
    'preview(session, files.evaluation[0]);',
    'const chart = liveChart(session);',
  ].join('\n'),
];

async function main(): Promise<void> {
  const browser = findBrowser();
  if (!browser) throw new Error('no Chromium found; install one, or name its program in CHROMIUM');
  mkdirSync(output, { recursive: true });
  const lab = await startLab(browser, [], {}, {});
  try {
    writeNotebook(lab.folder, 'film.ipynb', sources);
    await lab.open('film.ipynb');
    await start(lab.page, cell(lab.page, 'preparePatches(files.validation'));
    await kernelIdle(lab.page);
    const training = cell(lab.page, 'const chart = liveChart(session);');
    await start(lab.page, training);
    const part = training.locator('.jp-OutputArea').first();
    await part.locator('.srcnn-live figcaption', { hasText: 'the network now' }).waitFor();
    await lab.page.setViewportSize({ width: 1280, height: 1300 });
    await part.scrollIntoViewIfNeeded();
    const pictures: Buffer[] = [];
    for (let i = 0; i < frames; i++) {
      const picture = await part.screenshot();
      pictures.push(await sharp(picture).resize({ width: 820, height: 960, fit: 'cover', position: 'top' }).toBuffer());
      await new Promise((resolve) => setTimeout(resolve, 4000));
    }
    await sharp(pictures, { join: { animated: true } })
      .gif({ delay: pictures.map(() => 700), colours: 64, effort: 10 })
      .toFile(join(root, 'notebooks/movingParts.gif'));
    await look('light', 1280);
    await look('narrow', 760);
    await menu(lab.page, 'Settings', 'Theme');
    await lab.page.locator('.lm-Menu-item:visible', { hasText: 'JupyterLab Dark' }).first().click();
    await new Promise((resolve) => setTimeout(resolve, 3000));
    await look('dark-narrow', 760);
    await look('dark', 1280);
  } finally {
    await lab.close();
  }

  /** For whoever wants to see them in both themes. */
  async function look(name: string, width: number): Promise<void> {
    await lab.page.setViewportSize({ width, height: 1300 });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await lab.page.screenshot({ path: join(output, `${name}.png`) });
  }
}

main().catch((error: Error) => {
  console.error(error);
  process.exitCode = 1;
});
