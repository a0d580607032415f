// A small run of four epochs, and the same run stopped after three, for the tests of checkpoints and of resuming.
import { chain } from '../../src/network/families/srcnn';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import type { Engine } from '../../src/engine/engine';
import { createWasmEngine } from '../../src/engine/wasm/wasm';
import { train } from '../../src/training/train';
import { noise } from '../training/toyPatches';
import type { TrainResult, TrainSettings } from '../../src/training/settings';

export let engine: Engine;
export let folder: string;
/** The result of the whole run, which was not stopped. */
export let whole: TrainResult;
before(async () => {
  engine = await createWasmEngine({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), 'srcnn-checkpoint-'));
  whole = await train(data, { ...options, engine }).done;
  const first = train(data, {
    ...options,
    engine,
    folder: join(folder, 'run'),
    onEpoch: ({ epoch }) => void (epoch === 3 && first.stop()),
  });
  await first.done;
});
after(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

export const data = { training: noise(16), validation: noise(4) };
export const options = {
  epochs: 4,
  batchSize: 8,
  learningRate: 1e-3,
  lossEvery: 1,
  network: chain([
    { filters: 4, kernel: 3, activation: 'relu' },
    { filters: 1, kernel: 3, activation: 'linear' },
  ]),
} satisfies TrainSettings;

/** A copy of the run that was stopped after three of its four epochs; a test may damage it. */
export async function copyOfRun(name: string): Promise<string> {
  await cp(join(folder, 'run'), join(folder, name), { recursive: true });
  return join(folder, name);
}
