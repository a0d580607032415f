import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { niceOfThreads } from './priority';

// Worker threads load dist/, even when tests run the TypeScript source.
const COMPILED = join(__dirname, '../../dist');
/** How long a thread without work is kept for the next call: starting one takes longer than scoring a picture. */
const KEPT_MS = 10_000;

/** Threads without work, and the timers that will end them. */
const idle = new Map<Worker, NodeJS.Timeout>();
/** Threads that failed or ended: they are not used again. */
const ended = new WeakSet<Worker>();

/** A thread for jobs: the one that was kept last, or a new one. */
export function takeWorker(): Worker {
  const kept = [...idle].at(-1);
  if (!kept) return startWorker();
  const [worker, timer] = kept;
  clearTimeout(timer);
  idle.delete(worker);
  worker.ref();
  return worker;
}

function startWorker(): Worker {
  const worker = new Worker(join(COMPILED, 'threads/worker.js'), { workerData: niceOfThreads(), execArgv: [] });
  const forget = () => {
    ended.add(worker);
    clearTimeout(idle.get(worker));
    idle.delete(worker);
  };
  return worker.on('error', forget).on('exit', forget);
}

/** Keeps a thread that has done its job for a while. It does not keep the program alive. */
export function keepWorker(worker: Worker): void {
  if (ended.has(worker)) return;
  worker.unref();
  // It leaves the list at once: `terminate` takes a while, in which a call would get a thread that is about to end.
  const end = () => {
    idle.delete(worker);
    void worker.terminate();
  };
  idle.set(worker, setTimeout(end, KEPT_MS).unref());
}
