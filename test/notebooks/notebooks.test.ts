import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { loadDataset } from '../../src/data/datasets';

interface Output {
  output_type: string;
  name?: string;
  text?: string[];
  data?: Record<string, unknown>;
}
interface Cell {
  cell_type: 'code' | 'markdown';
  source: string[];
  outputs?: Output[];
}

const root = join(__dirname, '..', '..');
const notebooks = readdirSync(join(root, 'notebooks'))
  .filter((name) => name.endsWith('.ipynb'))
  .sort();
const cellsOf = (file: string) => (JSON.parse(readFileSync(file, 'utf8')) as { cells: Cell[] }).cells;
const printed = (cell: Cell) =>
  (cell.outputs ?? []).flatMap(({ name, text }) => (name === 'stdout' ? (text ?? []) : [])).join('');

/**
 * Checks that an executed notebook has no error, a picture for every figure, and its score beside bicubic's at the
 * end.
 */
function checkExecuted(file: string): void {
  const code = cellsOf(file).filter(({ cell_type }) => cell_type === 'code');
  const outputs = code.flatMap((cell) => cell.outputs ?? []);
  assert.ok(
    !outputs.some(({ output_type, name }) => output_type === 'error' || name === 'stderr'),
    `${file}: an error or a warning`,
  );
  const figures = outputs.filter(({ data }) => data && 'application/vnd.plotly.v1+json' in data);
  assert.ok(figures.length > 0, `${file}: no figure`);
  assert.ok(
    figures.every(({ data }) => 'image/png' in data!),
    `${file}: a figure without a picture`,
  );
  assert.match(printed(code.at(-1)!), /bicubic +\d+\.\d{4} dB \/ 0\.\d{5}/);
}

test("there are six notebooks, in the order of the data's way", () => {
  assert.deepEqual(notebooks, [
    '01-preprocessing.ipynb',
    '02-training.ipynb',
    '03-evaluation.ipynb',
    '04-experiments.ipynb',
    '05-networks.ipynb',
    '06-studies.ipynb',
  ]);
});

for (const name of notebooks) {
  test(`${name} is short-celled, and committed with what it showed`, () => {
    const file = join(root, 'notebooks', name);
    for (const { cell_type, source } of cellsOf(file))
      assert.ok(cell_type === 'markdown' || source.length <= 10, `${name}: a cell of ${source.length} lines`);
    checkExecuted(file);
    assert.ok(!readFileSync(file, 'utf8').includes(root), `${name} names a folder of the machine it ran on`);
  });
}

/** Three small pictures cut out of the sample: enough for each step, seconds of training. */
async function smallPictures(folder: string): Promise<void> {
  const { training } = await loadDataset('sample');
  for (const [index, file] of training.slice(0, 3).entries()) {
    await sharp(file)
      .extract({ left: 200, top: 200, width: 130, height: 120 })
      .png()
      .toFile(join(folder, `picture${index}.png`));
  }
}

/** Jupyter's programs and folders, as `npm run lab` sets them. */
async function jupyterEnvironment(): Promise<NodeJS.ProcessEnv> {
  const setup = (await import('../../scripts/setup.mjs' as string)) as { jupyterEnvironment(): NodeJS.ProcessEnv };
  return setup.jupyterEnvironment();
}

test(
  'the notebooks run from top to bottom on a folder of pictures',
  { skip: !existsSync(join(root, '.venv')) && 'no .venv: npm test brings it up' },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'srcnn-notebooks-'));
    try {
      await smallPictures(folder);
      const environment = {
        ...(await jupyterEnvironment()),
        SRCNN_DATASET: folder,
        SRCNN_EPOCHS: '1',
        SRCNN_RUNS: join(folder, 'runs'),
      };
      for (const name of notebooks) {
        const options = [
          'nbconvert',
          '--to',
          'notebook',
          '--execute',
          '--log-level=ERROR',
          '--output-dir',
          join(folder, 'executed'),
          join('notebooks', name),
        ];
        await promisify(execFile)('jupyter', options, { cwd: root, env: environment });
        checkExecuted(join(folder, 'executed', name));
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
