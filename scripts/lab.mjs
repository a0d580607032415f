// npm run lab: the set-up, then JupyterLab on notebooks/. Further words go to JupyterLab (-- --no-browser --port 9000).
import { spawn } from 'node:child_process';
import { jupyterEnvironment, main, root, setUpLab } from './setup.mjs';

const options = process.argv.slice(2);
if (options.includes('--help')) {
  console.log('npm run lab [-- JUPYTER-OPTION ...]   opens JupyterLab on notebooks/, for example -- --no-browser --port 9000');
} else {
  await main(async () => {
    await setUpLab();
    const asRoot = process.getuid?.() === 0 ? ['--allow-root'] : [];
    const jupyter = spawn('jupyter', ['lab', '--ip=127.0.0.1', ...asRoot, '--ServerApp.root_dir=notebooks', ...options], { cwd: root, stdio: 'inherit', env: jupyterEnvironment() });
    // Ctrl-C reaches JupyterLab too; it asks, this process waits for its answer.
    process.on('SIGINT', () => undefined);
    return new Promise((resolve) => jupyter.on('exit', (code) => resolve(code ?? 1)));
  });
}
