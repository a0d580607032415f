import { createHash } from 'node:crypto';
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../disk/writeAtomically';
import { whyNotRead } from '../disk/whyNotRead';
import { whyNotWritten } from '../disk/whyNotWritten';
import { CheckpointError, OptionError, WriteError } from '../errors';
import type { RandomState } from '../random';
import { scoresFromJson, scoresToJson } from '../evaluation/scoreJson';
import { networkOf, wrongHeader } from './checkFiles';
import { conditionsOf } from './comparableRuns';
import { type History, newHistory } from './history';
import { newOptimizerState, type OptimizerState } from '../optimizers/optimizers';
import { branchSeedOf, type TrainOptions } from '../recipes/recipes';
import { type Model, reportNormalization } from '../network/network';
import { countWeights } from '../network/parameters';

/** All that training needs to continue as if it had never stopped. */
export interface Checkpoint {
  options: TrainOptions;
  /** Identifies the training data: another set's checkpoint is refused. */
  data: string;
  /** Identify the validation patches and the evaluation pictures; absent in checkpoints of earlier versions. */
  pictures?: { validation: string; evaluation: string };
  /** The engine or set of kernels that trained last; absent in checkpoints of earlier versions. */
  kernels?: string;
  /** Epochs done, and in the one under way: batches done, the sum of their losses, the seconds they took. */
  epoch: number;
  batch: number;
  lossSum: number;
  seconds: number;
  /** The learning rate and the number of epochs as they were last set. */
  learningRate: number | readonly number[];
  epochs: number;
  /** In a run by minutes: the minutes of the whole run. */
  minutes?: number;
  /** In a run by minutes: batches done when the pass through the patches that is under way began. */
  passStart?: number;
  /** As it was when the pass through the patches began: in a run by epochs, the epoch. */
  random: RandomState;
  history: History;
  weights: Float32Array;
  /** The moving average of the weights, where the options ask for one. */
  ema?: Float32Array;
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
    ...(options.minutes === undefined ? {} : { minutes: options.minutes, passStart: 0 }),
    random: { seed: options.seed ^ 0x5eed, draws: 0 },
    history: newHistory(),
    weights: model.weights,
    ...(options.ema === undefined ? {} : { ema: model.weights.slice() }),
    optimizer: newOptimizerState(model, options.optimizer, branchSeedOf(options)),
    best: null,
  };
}

/** Seconds of training and validation so far. */
export const elapsedSeconds = ({ history, seconds }: Checkpoint): number =>
  history.epochs.reduce((sum, epoch) => sum + epoch.seconds, seconds);

const VERSION = '3',
  MAGIC = `srcnn-checkpoint-${VERSION}\n`;

/**
 * Writes a checkpoint atomically: a line of JSON with lengths, then the arrays as little-endian float32, then a
 * SHA-256 of it all.
 */
export async function writeCheckpoint(file: string, checkpoint: Checkpoint): Promise<void> {
  const { weights, optimizer, best, ema, ...rest } = checkpoint;
  const arrays = arraysOf(checkpoint);
  const header = {
    ...rest,
    steps: optimizer.steps,
    moments: optimizer.moments.map((moment) => moment.length),
    ...(optimizer.branches ? { branches: optimizer.branches.length } : {}),
    length: weights.length,
    best: best && { epoch: best.epoch, validationLoss: best.validationLoss },
    ...(ema ? { ema: true } : {}),
  };
  const body = Buffer.concat([
    Buffer.from(MAGIC + scoresToJson(header) + '\n'),
    ...arrays.map((array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength)),
  ]);
  await writeAtomically(file, Buffer.concat([body, createHash('sha256').update(body).digest()]));
}

/** The arrays of a checkpoint in the order of its file. */
const arraysOf = ({ weights, optimizer, best, ema }: Checkpoint): Float32Array[] => [
  weights,
  ...optimizer.moments,
  ...(best ? [best.weights] : []),
  ...(ema ? [ema] : []),
  ...(optimizer.branches ? [optimizer.branches] : []),
];

/** The two newest checkpoints of a run's folder. */
const FILES = ['checkpoint.bin', 'checkpoint.previous.bin'];

/** Writes a run's checkpoint and keeps the one before it. Throws WriteError; what was there survives. */
export async function saveCheckpoint(folder: string, checkpoint: Checkpoint): Promise<void> {
  const [newest, previous] = FILES.map((name) => join(folder, name));
  const next = `${newest}.next`;
  await writeCheckpoint(next, checkpoint);
  await rename(newest, previous).catch((error) => {
    if (error.code !== 'ENOENT')
      throw new WriteError(`${previous}: could not be written (${whyNotWritten(error)})`, { cause: error });
  });
  await rename(next, newest);
}

/**
 * A run's newest intact checkpoint, or null if there is none. If the newest one is damaged, `onDamaged` gets
 * a message with its name and the one before it is used. Throws CheckpointError when no intact one is left.
 */
export async function loadCheckpoint(
  folder: string,
  onDamaged: (message: string) => void = () => undefined,
): Promise<Checkpoint | null> {
  let damaged: CheckpointError | undefined;
  for (const name of FILES) {
    try {
      const checkpoint = await readCheckpoint(join(folder, name));
      if (damaged) onDamaged(damaged.message);
      return checkpoint;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      if (!(error instanceof CheckpointError)) throw unreadable(join(folder, name), error);
      damaged ??= error;
    }
  }
  if (damaged) throw damaged;
  return null;
}

/** An older checkpoint must not take the place of a good one that only cannot be read at the moment. */
const unreadable = (file: string, error: unknown) =>
  new CheckpointError(`${file}: cannot be read (${whyNotRead(error)}); make it readable, or name another folder`, {
    cause: error,
  });

/** Reads a checkpoint. Throws CheckpointError if it is damaged or is not a checkpoint. */
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
  if (!whole) throw notWhole(file);
  const end = body.indexOf(10, MAGIC.length);
  const header = readHeader(file, body.subarray(MAGIC.length, end).toString(), (body.length - end - 1) / 4);
  const { steps, moments, length, best, ema, branches, ...rest } = header;
  let at = end + 1;
  const take = (floats: number) => {
    const array = new Float32Array(body.buffer.slice(body.byteOffset + at, body.byteOffset + at + 4 * floats));
    at += 4 * floats;
    return array;
  };
  const checkpoint: Checkpoint = {
    ...rest,
    weights: take(length),
    optimizer: { steps, moments: moments.map(take) },
    best: best && { ...best, weights: take(length) },
    ...(ema ? { ema: take(length) } : {}),
  };
  if (branches) checkpoint.optimizer.branches = take(branches);
  checkArrays(file, checkpoint);
  return checkpoint;
}

const notWhole = (file: string, reason?: string, cause?: unknown) =>
  new CheckpointError(`${file}: not a whole checkpoint${reason ? `: ${reason}` : ''}; delete it to start again`, {
    cause,
  });

interface Header extends Omit<Checkpoint, 'weights' | 'optimizer' | 'best' | 'ema'> {
  ema?: true;
  steps: number;
  moments: number[];
  branches?: number;
  length: number;
  best: Omit<NonNullable<Checkpoint['best']>, 'weights'> | null;
}

/** A digest shows that a file has not changed, but not that the program that wrote it was free of faults. */
function readHeader(file: string, text: string, floats: number): Header {
  let header: unknown;
  try {
    header = scoresFromJson(text);
  } catch (error) {
    throw notWhole(file, 'its header is not JSON', error);
  }
  const wrong = wrongHeader(header, floats);
  if (wrong) throw notWhole(file, wrong);
  return header as Header;
}

/**
 * The arrays must be those of the options' network and optimizer, and hold numbers: a run that continues from NaN is
 * lost.
 */
function checkArrays(file: string, checkpoint: Checkpoint): void {
  const { options, weights, optimizer } = checkpoint;
  const lengths = (arrays: Float32Array[]) => arrays.map((array) => array.length).join(', ');
  const arraysOfState = ({ moments, branches }: OptimizerState) => [...moments, ...(branches ? [branches] : [])];
  let wanted: Float32Array[];
  try {
    const network = networkOf(options.network, conditionsOf(checkpoint)?.scale);
    const model: Model = { network, weights, normalization: reportNormalization, padding: 'zeros' };
    if (weights.length !== countWeights(network))
      throw new OptionError(`it has ${weights.length} weights, not the ${countWeights(network)} of its network`);
    wanted = arraysOfState(newOptimizerState(model, options.optimizer, branchSeedOf(options)));
  } catch (error) {
    throw notWhole(file, (error as Error).message, error);
  }
  const has = lengths(arraysOfState(optimizer));
  if (has !== lengths(wanted))
    throw notWhole(file, `its optimizer has arrays of ${has} values, not ${lengths(wanted)}`);
  const wrong = arraysOf(checkpoint).flatMap((array) => array.find((value) => !Number.isFinite(value)) ?? []);
  if (wrong.length) throw notWhole(file, `its weights or its optimizer hold the value ${wrong[0]}`);
}
