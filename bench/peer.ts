import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Contestant, Figures } from './measure';

interface Answer {
  error?: string;
  ready?: string;
  tasks?: string[];
}

/**
 * A program that measures one task at a time on request: a line of JSON in, a line of JSON out.
 * It stays alive between requests, so that its runs can take turns with ours.
 */
export class Peer {
  /** What it runs on, in its own words. */
  description = '';
  tasks: readonly string[] = [];
  private child?: ChildProcess;
  private waiting?: { resolve: (answer: Answer) => void; reject: (error: Error) => void };

  constructor(
    readonly name: string,
    private readonly program: string,
    private readonly options: readonly string[],
    private readonly environment: Record<string, string> = {},
  ) {}

  async start(): Promise<void> {
    if (this.child) return;
    const answer = this.next();
    const child = spawn(this.program, this.options, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...this.environment },
    });
    this.child = child;
    let complaint = '';
    child.stderr!.on('data', (chunk) => (complaint = (complaint + chunk).slice(-2000)));
    child.stdin!.on('error', () => undefined);
    child.on('error', (error) => this.fail(child, error.message));
    child.on('close', (code, signal) => this.fail(child, lastError(complaint) ?? `ended with ${signal ?? code}`));
    createInterface({ input: child.stdout! }).on('line', (line) => this.waiting?.resolve(JSON.parse(line)));
    const ready = await answer;
    if (ready.error) throw new Error(ready.error);
    this.description = ready.ready ?? '';
    this.tasks = ready.tasks ?? [];
  }

  async ask(task: string, details: object = {}): Promise<Figures> {
    await this.start();
    const answer = this.next();
    this.child!.stdin!.write(JSON.stringify({ task, ...details }) + '\n');
    const { error, ...figures } = await answer;
    if (error) throw new Error(error);
    return figures as Figures;
  }

  stop(): void {
    const { child } = this;
    this.child = undefined;
    child?.kill();
  }

  private next(): Promise<Answer> {
    return new Promise((resolve, reject) => (this.waiting = { resolve, reject }));
  }

  private fail(child: ChildProcess, reason: string): void {
    if (this.child !== child) return;
    this.child = undefined;
    this.waiting?.reject(new Error(reason));
  }
}

/** What a program that died was complaining about. */
const lastError = (text: string) =>
  text
    .split('\n')
    .filter((line) => /Error\b/.test(line))
    .at(-1)
    ?.trim();

/**
 * A peer's turns at a task. With `fresh`, the peer is started again for each turn, so that the memory it keeps does
 * not disturb the others.
 */
export function turnsOf(peers: readonly Peer[], task: string, details: object = {}, fresh = false): Contestant[] {
  return peers
    .filter(({ tasks }) => tasks.includes(task))
    .map((peer) => ({
      name: peer.name,
      run: async () => {
        try {
          return await peer.ask(task, details);
        } finally {
          if (fresh) peer.stop();
        }
      },
    }));
}

// glibc gives large blocks back to the system and then gets new ones, zeroed page by page; with these settings it
// keeps them, and PyTorch needs half the time.
const keepMemory = { MALLOC_MMAP_MAX_: '0', MALLOC_TRIM_THRESHOLD_: '1000000000', MALLOC_TOP_PAD_: '1000000000' };

/** The Python of a virtual environment, null where there is none. */
export function pythonOf(environment: string): string | null {
  const found = [join(environment, 'bin', 'python'), join(environment, 'Scripts', 'python.exe')].find((path) =>
    existsSync(path),
  );
  return found ?? null;
}

/** All peers that start here; a note for each that does not. */
export async function startPeers(
  environment: string,
  threads: number,
  onNote: (line: string) => void,
): Promise<Peer[]> {
  const script = (name: string) => join(__dirname, 'peers', name);
  const count = ['--threads', String(threads)];
  const python = pythonOf(environment);
  const torch = (name: string, options: string[], variables = {}) =>
    new Peer(name, python!, [script('torch_peer.py'), ...count, ...options], variables);
  if (!python)
    onNote(
      `the Python peers are not there: no Python in ${environment}; "npm run bench -- --peers" installs them ` +
        'into bench/.venv',
    );
  const peers = [
    ...(python
      ? [
          torch('pytorch', []),
          torch('pytorchChannelsLast', ['--channels-last']),
          // Only glibc reads these variables.
          ...(process.platform === 'linux'
            ? [torch('pytorchKeptMemory', [], keepMemory), torch('pytorchTuned', ['--channels-last'], keepMemory)]
            : []),
          new Peer('onnxruntime', python, [script('onnx_peer.py'), ...count, '--runtime', 'onnxruntime']),
          new Peer('openvino', python, [script('onnx_peer.py'), ...count, '--runtime', 'openvino']),
          new Peer('pillowScipySkimage', python, [script('image_peer.py')]),
        ]
      : []),
    new Peer('tfjsNode', process.execPath, ['--import', 'tsx', script('tensorflow.ts')], {
      TF_NUM_INTRAOP_THREADS: String(threads),
      TF_NUM_INTEROP_THREADS: '1',
      TF_ENABLE_ONEDNN_OPTS: '1',
    }),
  ];
  const works = await Promise.all(
    peers.map((peer) =>
      peer.start().then(
        () => true,
        (error: Error) => {
          peer.stop();
          onNote(`${peer.name} left out: ${error.message}`);
          return false;
        },
      ),
    ),
  );
  return peers.filter((_, index) => works[index]);
}
