// npm run reproduce: the set-up, then every notebook executed without a browser; the executed copies go to results/reproduce.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { jupyterEnvironment, main, root, setUpLab, SetupError } from './setup.mjs';

const { values } = parseArgs({ options: { data: { type: 'string', default: 'sample' }, epochs: { type: 'string', default: '20' }, help: { type: 'boolean' } } });
if (values.help) {
  console.log('npm run reproduce [-- --data NAME|FOLDER] [--epochs N]   executes the notebooks; by default on the sample, 20 epochs');
} else {
  await main(async () => {
    await setUpLab();
    const out = join(root, 'results', 'reproduce');
    mkdirSync(out, { recursive: true });
    const notebooks = readdirSync(join(root, 'notebooks')).filter((name) => name.endsWith('.ipynb')).sort();
    for (const [index, name] of notebooks.entries()) {
      console.log(`[${index + 1}/${notebooks.length}] ${name}`);
      const began = Date.now();
      const { status } = spawnSync('jupyter', ['nbconvert', '--to', 'notebook', '--execute', '--ExecutePreprocessor.timeout=-1', '--log-level=WARN', '--output-dir', out, join('notebooks', name)],
        { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...jupyterEnvironment(), SRCNN_DATASET: values.data, SRCNN_EPOCHS: values.epochs } });
      if (status !== 0) throw new SetupError(`${name} failed: see above`);
      console.log(`      done in ${Math.round((Date.now() - began) / 1000)} s`);
    }
    console.log(`The executed notebooks are in ${out}`);
    return 0;
  });
}
