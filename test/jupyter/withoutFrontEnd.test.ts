import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { longTraining, openCells, samplePatches } from './cells';
import { browser, jupyterEnvironment, kernelIdle, type Lab, skip } from './lab';
import { cell, outputs, runCell, save, start, until } from './notebook';

// Where a page cannot show live displays, or there is no page at all, there are pictures.

const options = { skip, timeout: 240_000 };
const name = 'pictures.ipynb';

const sources = {
  data: [
    "import { controls, liveChart, loadDataset, preparePatches, preview, train } from 'srcnn-lab';",
    ...samplePatches,
    "console.log('pairs', training.count);",
  ].join('\n'),
  training: [
    ...longTraining('pictures'),
    'controls(session);',
    'preview(session, files.evaluation[0]);',
    'const chart = liveChart(session);',
  ].join('\n'),
  waiting: 'await new Promise((go) => setTimeout(go, 5000));',
  end: "await session.stop();\nawait chart.done;\nconsole.log('at the end', session.state);",
};

let lab: Lab;
let config: string;
before(async () => {
  if (!browser) return;
  config = mkdtempSync(join(tmpdir(), 'srcnn-config-'));
  disable('@jupyter-widgets/jupyterlab-manager', 'anywidget');
  lab = await openCells(name, sources, { environment: { JUPYTER_CONFIG_DIR: config } });
});
after(async () => {
  if (!browser) return;
  await lab.close();
  rmSync(config, { recursive: true });
});

/** The server reads it whenever a page is loaded. */
function disable(...extensions: string[]): void {
  mkdirSync(join(config, 'labconfig'), { recursive: true });
  const disabledExtensions = Object.fromEntries(extensions.map((each) => [each, true]));
  writeFileSync(join(config, 'labconfig', 'page_config.json'), JSON.stringify({ disabledExtensions }));
}

const at = (which: keyof typeof sources) => cell(lab.page, sources[which].split('\n').at(-1)!);
/** What the pictures below the training's cell say: the strip, the preview and the chart. */
const words = () =>
  outputs(at('training'))
    .locator('img')
    .evaluateAll((images) => images.map((image) => image.getAttribute('alt') ?? ''));
const [strip, chart] = [/^training controls: learning rate/, /^Training in epoch \d+ of 4000: (.*)/];

/** Pictures of all three; the chart's follows the run. */
async function picturesThatFollow(): Promise<void> {
  const first = await until('the pictures', words, (seen) => seen.some((alt) => chart.test(alt)));
  const before = first.find((alt) => chart.test(alt));
  await until('the next picture', words, (seen) => seen.some((alt) => chart.test(alt) && alt !== before));
  assert.ok(
    first.some((alt) => strip.test(alt)),
    first.join('\n'),
  );
  const shown = await outputs(at('training')).allInnerTexts();
  assert.doesNotMatch(shown.join('\n'), /error|widget|exception/i);
}

test('without the front end of live displays there are pictures, and the chart follows the run', options, async () => {
  await start(lab.page, at('data'));
  await kernelIdle(lab.page);
  await start(lab.page, at('training'));
  await picturesThatFollow();
});

test('the same holds with half of the front end, after a reload', options, async () => {
  disable('anywidget');
  // Not saved: pictures that follow a run leave no moment in which the notebook is as it is in the file.
  await lab.reopen(name);
  await start(lab.page, at('training'));
  await picturesThatFollow();
  await runCell(lab.page, at('end'));
  await until('the strip at the end', words, (seen) =>
    seen.some((alt) => strip.test(alt) && alt.includes('; stopped')),
  );
  await save(lab.page);
});

async function converted(...given: string[]): Promise<string> {
  const environment = { ...(await jupyterEnvironment()), SRCNN_RUNS: lab.runs };
  const folder = join(lab.folder, 'converted');
  const all = ['nbconvert', '--log-level=ERROR', '--output-dir', folder, '--output', 'it', ...given];
  await promisify(execFile)('jupyter', [...all, join(lab.folder, name)], { env: environment });
  const extension = given.includes('markdown') ? 'md' : 'html';
  return readFileSync(join(folder, `it.${extension}`), 'utf8');
}

for (const [title, given] of [
  ['a saved notebook as HTML', ['--to', 'html']],
  ['a saved notebook as Markdown', ['--to', 'markdown']],
  ['a notebook that nbconvert executes', ['--to', 'html', '--execute']],
] as const) {
  test(`${title} has the strip, the preview and the chart as pictures`, options, async () => {
    const text = await converted(...given);
    const chart =
      given[1] === 'markdown' ? /!\[[^\]]*\]\(it_files\/[^)]*\.png\)/ : /<div class="jp-RenderedImage[^>]*>\s*<img /;
    for (const expected of [
      /<img alt="training controls: learning rate [^"]*; stopped[^"]*" src="data:image\/svg\+xml;base64,/,
      /<img[^>]* alt="the network now[^"]*" src="data:image\/png;base64,/,
      /at the end stopped/,
      chart,
    ])
      assert.ok(expected.test(text), `${expected} is missing`);
    assert.ok(!/widget-view|Error displaying widget/.test(text));
  });
}
