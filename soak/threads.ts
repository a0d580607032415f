import { cp, mkdir, rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Batch, Engine } from '../src/engine/engine';
import { createWasmEngine } from '../src/engine/wasm/wasm';
import { chain } from '../src/network/families/srcnn';
import { initialize } from '../src/network/initialize';
import type { Model } from '../src/network/network';
import { normal, type RandomState } from '../src/random';
import { oneOf, type Setting, type Soak, type Tally } from './tally';

export const threads: Soak = {
  name: 'threads',
  about: 'small training steps on two to four threads must equal those on one thread',
  share: 0.1,
  run: (setting, tally) => compareThreads(setting, tally, createWasmEngine),
};

export const lateNotifies: Soak = {
  name: 'late-notifies',
  about: 'as threads, but the threads are stopped for a moment between adding, notifying and waiting',
  share: 0.1,
  run: runLate,
};

const ROOT = join(__dirname, '..');
/** Steps after which the engine is made anew, with another number of threads. */
const STEPS_PER_ENGINE = 1000;
/** A step that takes longer waits for a thread that was never woken. */
const HANGS_AFTER_MS = 30_000;

const model: Model = initialize(
  chain([
    { filters: 4, kernel: 3, activation: 'relu' },
    { filters: 1, kernel: 3, activation: 'linear' },
  ]),
);

interface Reference {
  batch: Batch;
  loss: number;
  gradient: Float32Array;
}

async function compareThreads(
  { random, ends, steps = Infinity }: Setting,
  tally: Tally,
  create: typeof createWasmEngine,
): Promise<void> {
  const references = await referencesOf(random);
  const gradient = new Float32Array(model.weights.length);
  let left = steps;
  const over = () => left <= 0 || (steps === Infinity && Date.now() >= ends);
  do {
    const count = oneOf(random, [2, 3, 4]);
    const engine = await create({ threads: count });
    for (let step = 0; step < STEPS_PER_ENGINE && !over(); step++, left--) {
      const { batch, ...wanted } = oneOf(random, references);
      const loss = await inTime(engine.lossAndGradient(model, batch, gradient));
      if (loss === null) return tally.fail(`${count} threads: a step did not end in ${HANGS_AFTER_MS / 1000} s`);
      const same = loss === wanted.loss && Buffer.from(gradient.buffer).equals(Buffer.from(wanted.gradient.buffer));
      if (!same) tally.fail(`${count} threads, step ${step}: loss ${loss}, on one thread ${wanted.loss}`);
      tally.tried();
    }
    await engine.close();
  } while (!over());
}

async function inTime<Value>(work: Promise<Value>): Promise<Value | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), HANGS_AFTER_MS)));
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Batches of 9 to 40 patches, so of two to five parts, with what one thread makes of them. */
async function referencesOf(random: RandomState): Promise<Reference[]> {
  const one: Engine = await createWasmEngine({ threads: 1 });
  const references: Reference[] = [];
  for (const count of [9, 16, 24, 31, 40]) {
    const planes = () => {
      const data = Float32Array.from({ length: count * 144 }, () => normal(random));
      return { data, count, channels: 1, width: 12, height: 12 };
    };
    const batch = { input: planes(), target: planes() };
    const gradient = new Float32Array(model.weights.length);
    references.push({ batch, gradient, loss: await one.lossAndGradient(model, batch, gradient) });
  }
  await one.close();
  return references;
}

/** Works with a copy of dist whose threads are late, and with a notify of this thread that is late. */
async function runLate(setting: Setting, tally: Tally): Promise<void> {
  const copy = join(setting.folder, 'copy'),
    worker = join(copy, 'dist', 'engine', 'wasm', 'worker.js');
  await mkdir(copy);
  await cp(join(ROOT, 'dist'), join(copy, 'dist'), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'), 'junction');
  await rename(worker, worker.replace('.js', '.real.js'));
  await cp(join(__dirname, 'lateWorker.cjs'), worker);
  const { createWasmEngine: createLate } = require(join(copy, 'dist', 'engine', 'wasm', 'wasm'));
  const { notify } = Atomics;
  Atomics.notify = ((...words: Parameters<typeof notify>) => {
    const end = performance.now() + (Math.random() < 0.5 ? 3 * Math.random() : 0);
    while (performance.now() < end);
    return notify.apply(Atomics, words);
  }) as typeof notify;
  try {
    await compareThreads(setting, tally, createLate);
  } finally {
    Atomics.notify = notify;
  }
}
