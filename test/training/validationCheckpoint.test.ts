import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Engine } from '../../src/engine/engine';
import { createWasmEngine } from '../../src/engine/wasm/wasm';
import { readCheckpoint } from '../../src/runs/checkpoint';
import { train } from '../../src/training/train';
import { waves } from './toyPatches';

let engine: Engine;
const folder = mkdtempSync(join(tmpdir(), 'srcnn-validation-'));
before(async () => (engine = await createWasmEngine({ threads: 1 })));
after(async () => {
  await engine.close();
  rmSync(folder, { recursive: true });
});

/** Two batches of training, and six of validation. */
const data = { training: waves(8), validation: waves(24) };
const options = { epochs: 2, batchSize: 4, lossEvery: 1, network: '9-1-5', seed: 3 };
const BATCHES = 2;

/** The engine, which first calls `look` with the number of the validation batch it is asked for. */
function watched(look: (batch: number) => Promise<void> | void): Engine {
  let validated = 0;
  return {
    ...engine,
    lossAndGradient: async (model, batch, gradient, settings) => {
      if (!gradient) await look(++validated);
      return engine.lossAndGradient(model, batch, gradient, settings);
    },
  };
}

test('a checkpoint due during validation is written then, and the run continues from it bit for bit', async () => {
  const whole = await train(data, { ...options, engine }).done;
  const [run, killed] = [join(folder, 'run'), join(folder, 'killed')];
  // The copy is what a process that is killed then would leave.
  const look = (batch: number) => void (batch === 4 && cpSync(run, killed, { recursive: true }));
  await train(data, { ...options, engine: watched(look), folder: run, checkpointMinutes: 0 }).done;
  rmSync(join(killed, 'run.lock'), { force: true });
  const { epoch, batch } = await readCheckpoint(join(killed, 'checkpoint.bin'));
  assert.deepEqual([epoch, batch], [0, BATCHES]);
  const resumed = await train(data, { ...options, engine, folder: killed, resume: true }).done;
  assert.deepEqual(resumed.model.weights, whole.model.weights);
  assert.deepEqual(resumed.history.losses, whole.history.losses);
  assert.deepEqual(
    resumed.history.epochs.map(({ validationLoss }) => validationLoss),
    whole.history.epochs.map(({ validationLoss }) => validationLoss),
  );
});

test('no checkpoint is written during validation before it is due', async () => {
  const run = join(folder, 'undue');
  const seen: boolean[] = [];
  const look = () => void seen.push(existsSync(join(run, 'checkpoint.bin')));
  await train(data, { ...options, epochs: 1, engine: watched(look), folder: run, checkpointMinutes: 60 }).done;
  assert.deepEqual(seen, Array(6).fill(false));
  assert.ok(existsSync(join(run, 'checkpoint.bin')));
});

test('no checkpoint is written before a validation loss has shown that the weights are good', async () => {
  const run = join(folder, 'unproven');
  const batches: number[] = [];
  const look = async () => void batches.push((await readCheckpoint(join(run, 'checkpoint.bin'))).batch);
  await train(data, { ...options, epochs: 1, engine: watched(look), folder: run, checkpointMinutes: 0 }).done;
  assert.deepEqual(batches, [BATCHES - 1, ...Array(5).fill(BATCHES)]);
});
