import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { loadDataset } from '../../src/data/datasets';

const root = join(__dirname, '..', '..');
const skip = !process.env.SRCNN_TEST_TENSORFLOW && 'SRCNN_TEST_TENSORFLOW=1 runs them, after npm run setup:tensorflow';

/** Small pictures cut out of the sample: seconds of training. */
async function smallPictures(folder: string): Promise<void> {
  const { training } = await loadDataset('sample');
  for (const [index, file] of training.slice(0, 3).entries()) {
    await sharp(file)
      .extract({ left: 200, top: 200, width: 130, height: 120 })
      .png()
      .toFile(join(folder, `picture${index}.png`));
  }
}

test('notebooks 1 to 3 run from top to bottom on the engine tensorflow', { skip }, async () => {
  const { jupyterEnvironment } = (await import('../../scripts/setup.mjs' as string)) as {
    jupyterEnvironment(): NodeJS.ProcessEnv;
  };
  const folder = mkdtempSync(join(tmpdir(), 'srcnn-notebooks-tensorflow-'));
  const environment = {
    ...jupyterEnvironment(),
    SRCNN_ENGINE: 'tensorflow',
    SRCNN_DATASET: folder,
    SRCNN_EPOCHS: '1',
    SRCNN_RUNS: join(folder, 'runs'),
  };
  try {
    await smallPictures(folder);
    for (const name of readdirSync(join(root, 'notebooks'))
      .filter((file) => /^0[1-3].*\.ipynb$/.test(file))
      .sort()) {
      await promisify(execFile)(
        'jupyter',
        [
          'nbconvert',
          '--to',
          'notebook',
          '--execute',
          '--log-level=ERROR',
          '--output-dir',
          join(folder, 'executed'),
          join('notebooks', name),
        ],
        { cwd: root, env: environment },
      );
      const { cells } = JSON.parse(readFileSync(join(folder, 'executed', name), 'utf8')) as {
        cells: { outputs?: { output_type: string; name?: string }[] }[];
      };
      const outputs = cells.flatMap((cell) => cell.outputs ?? []);
      assert.ok(
        outputs.length > 0 && !outputs.some((output) => output.output_type === 'error' || output.name === 'stderr'),
        `${name}: an error or a warning`,
      );
    }
    const options = (readdirSync(join(folder, 'runs'), { recursive: true }) as string[]).filter(
      (file) => basename(file) === 'options.json',
    );
    assert.ok(options.length > 0);
    for (const file of options)
      assert.match(readFileSync(join(folder, 'runs', file), 'utf8'), /"engine": *"tensorflow/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
