// npm run lab: runs the set-up, then JupyterLab on working copies of the notebooks. Further arguments are passed to
// JupyterLab (-- --no-browser --port 9000).
import { spawn } from 'node:child_process';
import { jupyterEnvironment, main, root, setUpLab, SetupError } from './setup.mjs';
import { makeWorkingCopies, workingFolder } from './workingCopies.mjs';

const options = process.argv.slice(2);
if (options.includes('--help')) {
  console.log(`npm run lab [-- OPTION ...]
Installs what is missing, and opens JupyterLab on your copies of the notebooks (my-notebooks/). Options are JupyterLab's
own, for example npm run lab -- --no-browser --port 9000`);
} else {
  await main(async () => {
    await setUpLab();
    await makeWorkingCopies(root);
    const asRoot = process.getuid?.() === 0 ? ['--allow-root'] : [];
    const settings = [
      '--ip=127.0.0.1',
      ...asRoot,
      '--LabApp.custom_css=True',
      `--LabApp.default_url=/lab/tree/${workingFolder}`,
      '--MultiKernelManager.default_kernel_name=tslab',
    ];
    const jupyter = spawn('jupyter', ['lab', ...settings, ...options], {
      cwd: root,
      stdio: 'inherit',
      env: jupyterEnvironment(),
    });
    // Ctrl-C reaches JupyterLab too, which asks the user; this process waits for the answer. If another signal ended
    // this process, JupyterLab would be left running.
    process.on('SIGINT', () => undefined);
    for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => jupyter.kill('SIGTERM'));
    return new Promise((resolve, reject) => {
      jupyter.on('error', (error) =>
        reject(
          new SetupError(`JupyterLab could not be started (${error.code}): delete .venv, then run npm run lab again`),
        ),
      );
      jupyter.on('exit', (code) => resolve(code ?? 1));
    });
  });
}
