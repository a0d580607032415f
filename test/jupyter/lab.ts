import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { until } from './notebook';

const root = join(__dirname, '../..');
const patience = 60_000;

/** JupyterLab as `npm run lab` starts it, on copies of the notebooks, and a browser window. */
export interface Lab {
  page: Page;
  /** The folder with the notebooks. */
  folder: string;
  /** The folder for runs, SRCNN_RUNS of the kernels. */
  runs: string;
  /** What the server holds in memory, in MB. */
  serverMemory(): number;
  /** Opens a notebook alone in the window; settles when its kernel is ready. */
  open(name: string): Promise<void>;
  /** Closes the window and opens another on the notebook, whose kernel lives on. */
  reopen(name: string, away?: () => Promise<void>): Promise<void>;
  /** Opens the notebook in a second window and gives it. */
  second(name: string): Promise<Page>;
  close(): Promise<void>;
}

/** The browser to drive: CHROMIUM, or the first of the usual names that is there. */
export function findBrowser(): string | undefined {
  const found = (name: string) =>
    spawnSync(process.platform === 'win32' ? 'where' : 'which', [name], { encoding: 'utf8' })
      .stdout?.split('\n')[0]
      .trim();
  const usual = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge'];
  const installed = [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  ];
  return process.env.CHROMIUM || usual.map(found).find(Boolean) || installed.find((path) => existsSync(path));
}

export const browser = findBrowser();
/** The option of tests that need a browser. */
export const skip = browser ? false : 'no Chromium found; install one, or name its program in CHROMIUM';

/** Jupyter's programs and folders, as `npm run lab` sets them. */
export async function jupyterEnvironment(): Promise<NodeJS.ProcessEnv> {
  const setup = (await import(join(root, 'scripts/setup.mjs'))) as { jupyterEnvironment(): NodeJS.ProcessEnv };
  return setup.jupyterEnvironment();
}

/** `notebooks` are copied without outputs; `extra` cells are put at their ends. */
export async function startLab(
  browserPath: string,
  notebooks: string[],
  extra: Record<string, string[]>,
  environment: Record<string, string>,
): Promise<Lab> {
  // Inside the project: from there, the kernel finds the package by its name.
  mkdirSync(join(root, '.jupyter'), { recursive: true });
  const folder = mkdtempSync(join(root, '.jupyter', 'test-'));
  for (const name of notebooks) copyNotebook(name, folder, extra[name] ?? []);
  const port = await freePort();
  const runs = join(folder, 'runs');
  const token = randomBytes(16).toString('hex');
  const server = startServer(folder, port, token, {
    ...(await jupyterEnvironment()),
    ...settings(folder),
    ...environment,
    SRCNN_RUNS: runs,
  });
  let browser: Browser | undefined;
  const close = async () => {
    await browser?.close();
    await ended(server);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  try {
    await answering(`http://127.0.0.1:${port}/api/status?token=${token}`, server, folder);
    browser = await chromium.launch({
      executablePath: browserPath,
      headless: true,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
    const newPage = async () => {
      const page = await browser!.newPage({ viewport: { width: 1280, height: 1000 } });
      page.setDefaultTimeout(patience);
      return page;
    };
    const open = (name: string) => openNotebook(lab.page, `http://127.0.0.1:${port}`, name, token);
    const reopen = async (name: string, away = async () => undefined as void) => {
      await lab.page.close();
      await away();
      lab.page = await newPage();
      await open(name);
    };
    const second = async (name: string) => {
      const page = await newPage();
      await openNotebook(page, `http://127.0.0.1:${port}`, name, token);
      return page;
    };
    const serverMemory = () => {
      const { stdout } = spawnSync('ps', ['-o', 'rss=', '-p', String(server.pid)], { encoding: 'utf8' });
      return (Number(stdout) * 1024) / 1e6;
    };
    const lab: Lab = {
      page: await newPage(),
      folder: join(folder, 'notebooks'),
      runs,
      serverMemory,
      close,
      open,
      reopen,
      second,
    };
    return lab;
  } catch (error) {
    await close();
    throw error;
  }
}

function copyNotebook(name: string, folder: string, extra: string[]): void {
  const notebook = JSON.parse(readFileSync(join(root, 'notebooks', name), 'utf8')) as {
    cells: { cell_type: string }[];
  };
  const code = (source: string, index: number) => ({
    cell_type: 'code',
    id: `extra-${index}`,
    metadata: {},
    source,
    outputs: [],
    execution_count: null,
  });
  const cells = notebook.cells.map((cell) =>
    cell.cell_type === 'code' ? { ...cell, outputs: [], execution_count: null } : cell,
  );
  mkdirSync(join(folder, 'notebooks'), { recursive: true });
  writeFileSync(
    join(folder, 'notebooks', name),
    JSON.stringify({ ...notebook, cells: [...cells, ...extra.map(code)] }),
  );
}

/** Settings and workspaces of the test's own; every cell is there for the browser to find, in view or not. */
function settings(folder: string): NodeJS.ProcessEnv {
  const own = join(folder, 'settings');
  const shared = join(root, '.jupyter', 'settings');
  if (existsSync(shared)) cpSync(shared, own, { recursive: true });
  const tracker = join(own, '@jupyterlab', 'notebook-extension');
  mkdirSync(tracker, { recursive: true });
  writeFileSync(join(tracker, 'tracker.jupyterlab-settings'), JSON.stringify({ windowingMode: 'none' }));
  return { JUPYTERLAB_SETTINGS_DIR: own, JUPYTERLAB_WORKSPACES_DIR: join(folder, 'workspaces') };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

function startServer(folder: string, port: number, token: string, env: NodeJS.ProcessEnv): ChildProcess {
  const asRoot = process.getuid?.() === 0 ? ['--allow-root'] : [];
  const log = openSync(join(folder, 'server.log'), 'w');
  const server = spawn(
    'jupyter',
    [
      'lab',
      '--ip=127.0.0.1',
      `--port=${port}`,
      '--no-browser',
      ...asRoot,
      `--ServerApp.root_dir=${folder}`,
      `--IdentityProvider.token=${token}`,
    ],
    { cwd: root, stdio: ['ignore', log, log], env },
  );
  closeSync(log);
  return server;
}

async function answering(address: string, server: ChildProcess, folder: string): Promise<void> {
  for (
    const until = Date.now() + 3 * patience;
    Date.now() < until && server.exitCode === null;
    await new Promise((resolve) => setTimeout(resolve, 200))
  ) {
    if (
      await fetch(address).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return;
  }
  throw new Error(`JupyterLab does not answer:\n${readFileSync(join(folder, 'server.log'), 'utf8').slice(-3000)}`);
}

/** JupyterLab ends its kernels first. */
function ended(server: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (server.exitCode !== null || server.signalCode) return resolve();
    const tooLong = setTimeout(() => server.kill('SIGKILL'), 15_000);
    server.once('exit', () => {
      clearTimeout(tooLong);
      resolve();
    });
    server.kill('SIGTERM');
  });
}

async function openNotebook(page: Page, address: string, name: string, token: string): Promise<void> {
  await page.goto(`${address}/lab/tree/notebooks/${name}?reset&token=${token}`);
  await page.locator('.jp-NotebookPanel:visible .jp-Notebook .jp-CodeCell').first().waitFor();
  // The page shows a kernel's name before it is connected to it; the server knows.
  await until(
    'a kernel that is ready',
    async () => {
      const sessions = (await (await fetch(`${address}/api/sessions?token=${token}`)).json()) as {
        path: string;
        kernel: { execution_state: string; connections: number };
      }[];
      return sessions.find(({ path }) => path.endsWith(name))?.kernel;
    },
    (kernel) => kernel?.execution_state === 'idle' && kernel.connections > 0,
  );
  await kernelIdle(page);
}

export async function kernelIdle(page: Page): Promise<void> {
  await page
    .locator('.jp-NotebookPanel:visible .jp-Notebook-ExecutionIndicator[data-status="idle"]')
    .waitFor({ state: 'attached' });
}
