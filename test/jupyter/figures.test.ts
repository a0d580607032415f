import { after, before, test } from 'node:test';
import { longTraining, openCells, samplePatches } from './cells';
import { browser, kernelIdle, type Lab, skip } from './lab';
import { cell, save, start } from './notebook';

// What a screen reader finds of plotly's figures, which have no words of their own.

const options = { skip, timeout: 180_000 };
const name = 'figures.ipynb';
const sources = {
  stranger: "console.log('a stranger');",
  data: [
    "import { degradationSteps, liveChart, loadDataset, preparePatches, readImage, show, train } from 'srcnn-lab';",
    ...samplePatches,
    'const photograph = await readImage(files.evaluation[0]);',
    "console.log('read', photograph.width);",
  ].join('\n'),
  figure: 'await show(await degradationSteps(photograph, { scale: 3 }));',
  training: [...longTraining('figures', '{ ...settings, epochs: 1 }'), 'await liveChart(session).done;'].join('\n'),
};
const described = {
  figure: /^From a photograph to the network's input: /,
  training: /^Trained 1 epoch in /,
};

let lab: Lab;
before(async () => {
  if (browser) lab = await openCells(name, sources, { stranger: true });
});
after(async () => {
  await (lab as Lab | undefined)?.close();
});

const at = (which: keyof typeof sources) => cell(lab.page, sources[which].split('\n').at(-1)!);

test('the figures of a notebook that is not trusted have alternative text', options, async () => {
  for (const which of ['data', 'figure', 'training'] as const) {
    await start(lab.page, at(which));
    await kernelIdle(lab.page);
  }
  for (const which of ['figure', 'training'] as const)
    await at(which).getByRole('img', { name: described[which] }).waitFor();
});

test('they have it when the notebook is opened again, and when the pointer has made them live', options, async () => {
  await save(lab.page);
  await lab.reopen(name);
  for (const which of ['figure', 'training'] as const) {
    const picture = at(which).getByRole('img', { name: described[which] });
    await picture.dispatchEvent('mouseenter');
    await at(which).getByRole('figure', { name: described[which] }).waitFor();
    await picture.waitFor({ state: 'hidden' });
  }
});
