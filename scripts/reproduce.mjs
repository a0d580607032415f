// npm run reproduce: runs the set-up, then executes every notebook without a browser; the results go to
// results/reproduce.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { jupyterEnvironment, main, root, setUpLab, SetupError } from './setup.mjs';

const help = `npm run reproduce [-- OPTION ...]
Installs what is missing, and executes all notebooks without a browser. The notebooks with their outputs and the runs go
to results/reproduce/DATA-N-epochs; the next reproduction with the same options goes to DATA-N-epochs-2. The same
command continues an interrupted reproduction.
  --data NAME|FOLDER   what to train on: a data set's name or a folder of pictures (default: sample)
  --epochs N           how many epochs to train (default: 20)`;

/** The folder of the first reproduction with these options that is not finished. */
function folderFor(data, epochs) {
  const name = `${basename(data)}-${epochs}-epochs`;
  for (let number = 1; ; number++) {
    const folder = join(root, 'results', 'reproduce', number === 1 ? name : `${name}-${number}`);
    if (!existsSync(join(folder, 'summary.json'))) return folder;
  }
}

/** The runs below a folder and how far they are; those of a sweep lie one folder deeper. */
function histories(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .filter((file) => basename(file) === 'history.json')
    .sort()
    .map((file) => ({
      run: file.slice(0, -'/history.json'.length),
      epochs: JSON.parse(readFileSync(join(folder, file), 'utf8')).epochs,
    }));
}

const shown = new Map();

/** A line for each epoch that has ended since. */
function tellEpochs(runs) {
  for (const { run, epochs } of histories(runs)) {
    for (const { epoch, scores } of epochs.slice(shown.get(run) ?? 0)) {
      const { network, bicubic } = scores ?? {};
      const text = network ? `, ${network.psnr.toFixed(3)} dB (bicubic ${bicubic.psnr.toFixed(3)})` : '';
      console.log(`      ${run}: epoch ${epoch}${text}`);
    }
    shown.set(run, epochs.length);
  }
}

function execute(notebook, folder, environment) {
  const runs = join(folder, 'runs');
  const jupyter = spawn(
    'jupyter',
    [
      'nbconvert',
      '--to',
      'notebook',
      '--execute',
      '--ExecutePreprocessor.timeout=-1',
      '--log-level=ERROR',
      '--output-dir',
      folder,
      join('notebooks', notebook),
    ],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: environment },
  );
  const watch = setInterval(() => tellEpochs(runs), 2000);
  return new Promise((done) =>
    jupyter.on('exit', (code) => {
      clearInterval(watch);
      tellEpochs(runs);
      done(code);
    }),
  );
}

/**
 * nbconvert leaves the numbers of a tslab notebook's cells empty, and GitHub then shows the cells as if they had not
 * run. This numbers them from top to bottom, the order in which they ran.
 */
function numberCells(file) {
  const notebook = JSON.parse(readFileSync(file, 'utf8'));
  notebook.cells
    .filter(({ cell_type: type }) => type === 'code')
    .forEach((cell, index) => (cell.execution_count = index + 1));
  writeFileSync(file, JSON.stringify(notebook, null, 1) + '\n');
}

async function reproduce(data, epochs) {
  const folder = folderFor(data, epochs);
  mkdirSync(folder, { recursive: true });
  for (const { run, epochs: ended } of histories(join(folder, 'runs'))) shown.set(run, ended.length);
  const environment = {
    ...jupyterEnvironment(),
    SRCNN_DATASET: data,
    SRCNN_EPOCHS: epochs,
    SRCNN_RUNS: relative(join(root, 'notebooks'), join(folder, 'runs')),
  };
  const notebooks = readdirSync(join(root, 'notebooks'))
    .filter((name) => name.endsWith('.ipynb'))
    .sort();
  for (const [index, name] of notebooks.entries()) {
    console.log(`[${index + 1}/${notebooks.length}] ${name}`);
    const began = Date.now();
    if ((await execute(name, folder, environment)) !== 0)
      throw new SetupError(`${name} failed: see above; the same command continues where it was`);
    numberCells(join(folder, name));
    console.log(`      done in ${Math.round((Date.now() - began) / 1000)} s`);
  }
  writeFileSync(
    join(folder, 'summary.json'),
    JSON.stringify(
      histories(join(folder, 'runs')).map(({ run, epochs: ended }) => ({ run, ...ended.at(-1) })),
      null,
      2,
    ) + '\n',
  );
  console.log(`The executed notebooks and their runs are in ${relative(process.cwd(), folder)}`);
}

await main(async () => {
  const { values } = parseArgs({
    options: {
      data: { type: 'string', default: 'sample' },
      epochs: { type: 'string', default: '20' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  if (!/^[1-9]\d*$/.test(values.epochs))
    throw new SetupError(`--epochs is ${values.epochs}; use a whole number above 0`);
  await setUpLab();
  await reproduce(existsSync(values.data) ? resolve(values.data) : values.data, values.epochs);
  return 0;
});
