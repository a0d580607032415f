import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CheckpointError, OptionError } from '../errors';
import type { PatchSet } from '../data/patches';
import type { Engine } from '../engine/engine';
import { readMetadata, saveWeights } from '../formats/weights';
import { writeAtomically } from '../disk/writeAtomically';
import { type Checkpoint, elapsedSeconds, loadCheckpoint, saveCheckpoint } from './checkpoint';
import { scoresToJson } from '../evaluation/scoreJson';
import { machineName } from './machine';
import { type TrainOptions, unsaid } from '../recipes/recipes';
import type { Model } from '../network/network';
import { protocolOf } from '../protocols/protocols';

/**
 * The files of a run in its folder: options.json, history.json, weights.safetensors (the best so far) and two
 * checkpoints.
 */
export class RunFolder {
  private savedBest = 0;
  private savedOptions = '';
  private machine = {};

  constructor(
    private readonly path: string,
    private readonly model: Model,
  ) {}

  /**
   * The checkpoint to continue from: the folder's own, or `fresh` where there is none. Throws CheckpointError when
   * the folder holds a run that may not be resumed, that has lost its checkpoint, or that has other options or data;
   * OptionError for fewer epochs than are done.
   */
  async open(fresh: Checkpoint, resume: boolean, onNote: (message: string) => void): Promise<Checkpoint> {
    await removeLeftovers(this.path);
    let isDamaged = false;
    const found = await loadCheckpoint(this.path, (message) => {
      isDamaged = true;
      onNote(`${message}. The checkpoint before it is used`);
    });
    if (found && !resume)
      throw new CheckpointError(`${this.path}: holds a run already; resume it (resume: true), or use another folder`);
    if (!found) {
      await refuseFinished(this.path);
      return fresh;
    }
    const course = continued(found, fresh, this.path);
    // Otherwise the next save would replace the good checkpoint by the damaged one.
    if (isDamaged) await rm(join(this.path, 'checkpoint.bin'));
    // The last process may have been killed between its checkpoint and what goes with it.
    this.savedBest = Number((await readMetadata(join(this.path, WEIGHTS)).catch(() => null))?.epoch ?? 0);
    await this.saveBest(course);
    await this.write('history.json', course.history);
    return course;
  }

  /**
   * Writes the run's options, and the engine and kernels that train it. If a resumed run has other kernels, `onNote`
   * says that the bits differ from there on.
   */
  async saveOptions(course: Checkpoint, engine: Engine, onNote: (message: string) => void): Promise<void> {
    const kernels = engine.kernels ?? engine.name;
    if (course.kernels && course.kernels !== kernels)
      onNote(
        `${this.path}: it was trained with the kernels ${course.kernels} and continues with ${kernels}, ` +
          'which round in another way: the results differ in the last digits',
      );
    course.kernels = kernels;
    this.machine = {
      machine: `${machineName()}, Node ${process.versions.node}`,
      engine: `${engine.name}: ${engine.description}`,
    };
    await this.writeOptions(course);
  }

  /**
   * Writes a checkpoint, the best weights if they are new, the history, and changed options. Throws WriteError; the
   * earlier files survive.
   */
  async save(course: Checkpoint): Promise<void> {
    // The checkpoint comes first: weights without one are a run that is not to be trained over.
    await saveCheckpoint(this.path, course);
    await this.saveBest(course);
    await this.write('history.json', course.history);
    await this.writeOptions(course);
  }

  private async saveBest(course: Checkpoint): Promise<void> {
    const { best, data } = course;
    if (!best || best.epoch === this.savedBest) return;
    await saveWeights(
      join(this.path, WEIGHTS),
      { ...this.model, weights: best.weights },
      { epoch: String(best.epoch), options: JSON.stringify(optionsNow(course)), data },
    );
    this.savedBest = best.epoch;
  }

  private async writeOptions(course: Checkpoint): Promise<void> {
    const options = { ...optionsNow(course), data: course.data, ...this.machine };
    if (JSON.stringify(options) === this.savedOptions) return;
    await this.write('options.json', options);
    this.savedOptions = JSON.stringify(options);
  }

  private write(name: string, content: unknown): Promise<void> {
    return writeAtomically(join(this.path, name), scoresToJson(content, 2) + '\n');
  }
}

const WEIGHTS = 'weights.safetensors';

/** The options a run was given, with what was changed while it trained. */
const optionsNow = ({ options, learningRate, epochs, minutes }: Checkpoint): TrainOptions => ({
  ...options,
  learningRate,
  epochs,
  ...(minutes === undefined ? {} : { minutes }),
});

/**
 * A run whose checkpoints were removed, such as those in results/, has weights that nobody could reproduce exactly by
 * training again.
 */
async function refuseFinished(folder: string): Promise<void> {
  if (!(await readdir(folder)).includes(WEIGHTS)) return;
  throw new CheckpointError(
    `${folder}: holds a run that has lost its checkpoint and cannot be continued; use another folder, or delete ` +
      `${join(folder, WEIGHTS)} to train over it`,
  );
}

/** A name that a file of the run has while it is written. */
const LEFTOVER =
  /^(checkpoint\.bin|(options|history)\.json|weights\.safetensors|run\.lock)(\.next|(\.next)?\.[\w-]+\.tmp)$/;

/** A process that was killed may have left a file it was writing; under the lock nobody else writes here. */
async function removeLeftovers(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => LEFTOVER.test(name));
  await Promise.all(names.map((name) => rm(join(folder, name), { force: true })));
}

/** A rate that changes on the way is nothing that the options of a run can say. */
const RATE_ADVICE =
  '. To continue with another learning rate, resume with the old one and set session.learningRate ' +
  '(srcnn train: --resume --learning-rate RATE)';

function continued(found: Checkpoint, wanted: Checkpoint, folder: string): Checkpoint {
  const differing = differingOptions(found.options, wanted.options);
  if (differing.length)
    throw new CheckpointError(
      `${folder}: its checkpoint was made with other options: ${differing.join(', ')}; use those, or another folder` +
        (differing.some((text) => text.startsWith('learningRate ')) ? RATE_ADVICE : ''),
    );
  if (found.data !== wanted.data)
    throw new CheckpointError(
      `${folder}: its checkpoint was made with other data (${found.data}; now ${wanted.data}); use another folder`,
    );
  if (wanted.minutes === undefined && wanted.epochs < found.epoch)
    throw new OptionError(
      `epochs is ${wanted.epochs}, but ${found.epoch} are done in ${folder}; use ${found.epoch} or more`,
    );
  const elapsed = elapsedSeconds(found) / 60;
  if (wanted.minutes !== found.options.minutes && wanted.minutes! < elapsed)
    throw new OptionError(`minutes is ${wanted.minutes}, but ${elapsed.toFixed(1)} have passed in ${folder}; use more`);
  wanted.weights.set(found.weights);
  // What was changed while it trained still holds, unless it was changed again.
  const epochs = wanted.epochs === found.options.epochs ? found.epochs : wanted.epochs;
  const minutes = wanted.minutes === found.options.minutes ? found.minutes : wanted.minutes;
  const learningRate = wanted.learningRate === wanted.options.learningRate ? found.learningRate : wanted.learningRate;
  const events = [...(found.history.events ?? [])];
  const { steps } = found.optimizer;
  if (epochs !== found.epochs) events.push({ step: steps, what: 'epochs', from: found.epochs, to: epochs });
  if (minutes !== found.minutes) events.push({ step: steps, what: 'minutes', from: found.minutes!, to: minutes! });
  if (events.length) found.history.events = events;
  const changed = { epochs, learningRate, ...(minutes === undefined ? {} : { minutes }) };
  return { ...found, ...changed, options: wanted.options, weights: wanted.weights };
}

/** As in "batchSize 32, now 16": more epochs or minutes may be asked for, all else must be as it was. */
export function differingOptions(before: TrainOptions, now: TrainOptions): string[] {
  const [had, wanted]: TrainOptions[] = [
    { ...unsaid, ...before },
    { ...unsaid, ...now },
  ];
  const names = [...new Set([...Object.keys(had), ...Object.keys(wanted)])].filter(
    (name) => name !== 'epochs' && !(name === 'minutes' && had.minutes && wanted.minutes),
  ) as (keyof TrainOptions)[];
  const text = (value: unknown) => JSON.stringify(value) ?? 'none';
  return names
    .filter((name) => text(had[name]) !== text(wanted[name]))
    .map((name) => `${name} ${text(had[name])}, now ${text(wanted[name])}`);
}

/** Identifies a set of patches: a description in words, and a digest of their pixels. */
export function describePatches({ pictures, count, size, protocol, scale }: PatchSet): string {
  const digest = createHash('sha256');
  for (const { input, target } of pictures) digest.update(input).update(target);
  return (
    `${count} patches of ${size}, ${protocolOf(protocol).name} x${scale}, sha256 ` +
    `${digest.digest('hex').slice(0, 16)}`
  );
}
