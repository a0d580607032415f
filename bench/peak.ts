import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { Figures } from './measure';
import { gigaflops } from './work';

const root = join(__dirname, '..');
/** Four multiply-adds of two operations in each of multiplyAdd.ts's instructions. */
const OPERATIONS_PER_ROUND = 20 * 4 * 2;
/** About a quarter of a second. */
const ROUNDS = 2_500_000;

const loop = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { exports } = new WebAssembly.Instance(workerData);
  exports.multiplyAdd(100000, 0.5, 0.25);
  parentPort.on('message', (rounds) => parentPort.postMessage(exports.multiplyAdd(rounds, 0.5, 0.25)));
`;

function compile(features: string) {
  const folder = mkdtempSync(join(tmpdir(), 'srcnn-peak-'));
  const output = join(folder, 'peak.wasm');
  execFileSync(
    process.execPath,
    [
      join(root, 'node_modules/assemblyscript/bin/asc.js'),
      join(__dirname, 'assembly/multiplyAdd.ts'),
      '-o',
      output,
      '--enable',
      features,
      '-O3',
      '--noAssert',
      '--runtime',
      'stub',
    ],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const bytes = readFileSync(output);
  rmSync(folder, { recursive: true });
  return bytes;
}

/**
 * The instructions that the engine uses here: one multiply-add where the runtime has relaxed SIMD, otherwise a
 * product and a sum.
 */
function loadLoop(): WebAssembly.Module {
  // Newer versions have it on, and complain of the flag.
  if (process.versions.node.startsWith('20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');
  const relaxed = compile('simd,relaxed-simd');
  return new WebAssembly.Module(WebAssembly.validate(relaxed) ? relaxed : compile('simd'));
}

/** Threads that do nothing but multiply and add. */
export class Peak {
  private readonly workers: Worker[];

  constructor(threads: number) {
    const workerData = loadLoop();
    this.workers = Array.from({ length: threads }, () => new Worker(loop, { eval: true, workerData, execArgv: [] }));
  }

  /** The first `threads` of them at once, from the first start to the last end. */
  async run(threads: number): Promise<Figures> {
    const began = performance.now();
    await Promise.all(
      this.workers.slice(0, threads).map((worker) => {
        worker.postMessage(ROUNDS);
        return once(worker, 'message');
      }),
    );
    const ms = performance.now() - began;
    return { ms, gflops: gigaflops(threads * ROUNDS * OPERATIONS_PER_ROUND, ms) };
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }
}
