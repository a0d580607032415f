import { createHash } from 'node:crypto';
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../disk/writeAtomically';
import { CheckpointError, WriteError } from '../errors';
import type { RandomState } from '../random';
import { type History, newHistory } from './history';
import { newOptimizerState, type OptimizerState } from '../training/optimizers/optimizer';
import type { TrainOptions } from '../training/recipes';
import type { Model } from '../network/network';

/** All that training needs to go on as if it had never stopped. */
export interface Checkpoint {
  options: TrainOptions;
  /** Identifies the training data: another set's checkpoint is refused. */
  data: string;
  /** Epochs done, and in the one under way: batches done, the sum of their losses, the seconds they took. */
  epoch: number;
  batch: number;
  lossSum: number;
  seconds: number;
  /** What the learning rate was changed to while it trained, and how many epochs there are to be. */
  learningRate: number | readonly number[];
  epochs: number;
  /** As it was when the epoch under way began. */
  random: RandomState;
  history: History;
  weights: Float32Array;
  optimizer: OptimizerState;
  best: { epoch: number; validationLoss: number; weights: Float32Array } | null;
}

/** A run before its first batch; `data` identifies its training data. */
export function newCheckpoint(options: TrainOptions, model: Model, data: string): Checkpoint {
  return {
    options,
    data,
    epoch: 0,
    batch: 0,
    lossSum: 0,
    seconds: 0,
    learningRate: options.learningRate,
    epochs: options.epochs,
    random: { seed: options.seed ^ 0x5eed, draws: 0 },
    history: newHistory(),
    weights: model.weights,
    optimizer: newOptimizerState(model, options.optimizer),
    best: null,
  };
}

const VERSION = '3',
  MAGIC = `srcnn-checkpoint-${VERSION}\n`;

/** Writes a checkpoint atomically: a line of JSON with lengths, then the arrays as little-endian float32, then a SHA-256 of it all. */
export async function writeCheckpoint(file: string, checkpoint: Checkpoint): Promise<void> {
  const { weights, optimizer, best, ...rest } = checkpoint;
  const arrays = [weights, ...optimizer.moments, ...(best ? [best.weights] : [])];
  const header = {
    ...rest,
    steps: optimizer.steps,
    moments: optimizer.moments.map((moment) => moment.length),
    length: weights.length,
    best: best && { epoch: best.epoch, validationLoss: best.validationLoss },
  };
  const body = Buffer.concat([
    Buffer.from(MAGIC + JSON.stringify(header) + '\n'),
    ...arrays.map((array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength)),
  ]);
  await writeAtomically(file, Buffer.concat([body, createHash('sha256').update(body).digest()]));
}

/** The two newest checkpoints of a run's folder. */
const FILES = ['checkpoint.bin', 'checkpoint.previous.bin'];

/** Writes a run's checkpoint and keeps the one before it. Throws WriteError; what was there survives. */
export async function saveCheckpoint(folder: string, checkpoint: Checkpoint): Promise<void> {
  const [newest, previous] = FILES.map((name) => join(folder, name));
  const next = `${newest}.next`;
  await writeCheckpoint(next, checkpoint);
  await rename(newest, previous).catch((error) => {
    if (error.code !== 'ENOENT')
      throw new WriteError(`${previous}: could not be written (${error.message})`, { cause: error });
  });
  await rename(next, newest);
}

/**
 * A run's newest whole checkpoint, or null where there is none. A torn one is named to `onTorn` and the one before it used;
 * CheckpointError when no whole one is left.
 */
export async function loadCheckpoint(
  folder: string,
  onTorn: (message: string) => void = () => undefined,
): Promise<Checkpoint | null> {
  let torn: CheckpointError | undefined;
  for (const name of FILES) {
    try {
      const checkpoint = await readCheckpoint(join(folder, name));
      if (torn) onTorn(torn.message);
      return checkpoint;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      if (!(error instanceof CheckpointError)) throw error;
      torn ??= error;
    }
  }
  if (torn) throw torn;
  return null;
}

/** Reads a checkpoint back; CheckpointError when it is torn or no checkpoint at all. */
export async function readCheckpoint(file: string): Promise<Checkpoint> {
  const bytes = await readFile(file);
  const body = bytes.subarray(0, -32);
  const version = /^srcnn-checkpoint-(\d+)\n/.exec(bytes.toString('latin1', 0, 32))?.[1];
  if (version && version !== VERSION)
    throw new CheckpointError(
      `${file}: written by another version of srcnn-lab; finish the run with that one, or delete it to start again`,
    );
  const whole =
    bytes.length > MAGIC.length + 32 &&
    body.subarray(0, MAGIC.length).toString() === MAGIC &&
    createHash('sha256').update(body).digest().equals(bytes.subarray(-32));
  if (!whole) throw new CheckpointError(`${file}: not a whole checkpoint; delete it to start again`);
  const end = body.indexOf(10, MAGIC.length);
  const { steps, moments, length, best, ...rest } = JSON.parse(body.subarray(MAGIC.length, end).toString());
  let at = end + 1;
  const take = (floats: number) => {
    const array = new Float32Array(body.buffer.slice(body.byteOffset + at, body.byteOffset + at + 4 * floats));
    at += 4 * floats;
    return array;
  };
  return {
    ...rest,
    weights: take(length),
    optimizer: { steps, moments: moments.map(take) },
    best: best && { ...best, weights: take(length) },
  };
}
