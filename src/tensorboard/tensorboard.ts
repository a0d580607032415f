import { appendFileSync, mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { type PatchSet, timesOf } from '../data/patches';
import { createWasmEngine } from '../engine/wasm/wasm';
import { OptionError, WriteError } from '../errors';
import { clipPlane } from '../protocols/planes';
import { cut } from '../image/crop';
import type { Plane } from '../image/image';
import { type EventContent, eventRecord } from './eventFile';
import { scoreColumns } from '../runs/history';
import type { EpochRecord, History } from '../runs/history';
import type { SessionEvent, TrainSession } from '../training/settings';
import { restoreWith } from '../evaluation/restore';
import type { Model } from '../network/network';
import { whyNotWritten } from '../disk/whyNotWritten';

/**
 * Writes an event file record by record; each is whole on disk when the call returns. Throws WriteError, OptionError
 * for a step that is not a whole number from 0.
 */
export interface TensorboardWriter {
  readonly file: string;
  scalar(tag: string, step: number, value: number): void;
  image(tag: string, step: number, png: Buffer, width: number, height: number): void;
  /** Makes TensorBoard forget what older files of the folder hold from this step on. */
  restart(step: number): void;
  /** After this call nothing more is written. */
  close(): void;
}

/**
 * A new event file in the folder `tensorboard` of a run, whose name comes after those that are there. Existing files
 * are never changed.
 */
export function tensorboardWriter(folder: string): TensorboardWriter {
  const first = !hasEvents(folder);
  const file = newFile(join(folder, 'tensorboard'));
  let size = 0;
  let open = true;
  const write = (step: number, content: EventContent) => {
    if (!open) throw new OptionError(`${file} is closed; open another writer`);
    if (!Number.isSafeInteger(step) || step < 0) throw new OptionError(`step is ${step}; use a whole number from 0`);
    size = append(file, size, eventRecord(Date.now() / 1000, step, content));
  };
  write(0, { kind: 'version' });
  // TensorBoard takes the first start of a run as its beginning; only later ones count as restarts.
  if (first) write(0, { kind: 'start' });
  return {
    file,
    scalar: (tag, step, value) => write(step, { kind: 'scalar', tag, value }),
    image: (tag, step, png, width, height) => write(step, { kind: 'image', tag, png, width, height }),
    restart: (step) => write(step, { kind: 'start' }),
    close: () => void (open = false),
  };
}

const PREFIX = 'events.out.tfevents.';

/**
 * TensorBoard reads a folder's files in the order of their names, which begin with the time: two within a second must
 * not change places.
 */
function newFile(folder: string): string {
  try {
    mkdirSync(folder, { recursive: true });
    const last = eventFiles(folder)
      .map((name) => Number(name.slice(PREFIX.length).split('.')[0]))
      .reduce((a, b) => Math.max(a, b), 0);
    const file = join(
      folder,
      `${PREFIX}${Math.max(Math.floor(Date.now() / 1000), last + 1)}.${hostname()}.${process.pid}`,
    );
    writeFileSync(file, '', { flag: 'wx' });
    return file;
  } catch (error) {
    throw new WriteError(
      `${folder}: no event file can be written there (${whyNotWritten(error)}); free some space or choose ` +
        `another folder`,
      { cause: error },
    );
  }
}

const eventFiles = (folder: string) => readdirSync(folder).filter((name) => name.startsWith(PREFIX));

function append(file: string, size: number, record: Buffer): number {
  try {
    appendFileSync(file, record);
    return size + record.length;
  } catch (error) {
    // Half a record would hide all that come after it.
    try {
      truncateSync(file, size);
    } catch {
      /* the error above says it all */
    }
    throw new WriteError(`${file}: could not be written (${whyNotWritten(error)}); free some space`, {
      cause: error,
    });
  }
}

export interface FollowOptions {
  /**
   * Patches whose pictures are shown after each epoch: degraded, restored and original side by side; for example
   * data.validation.
   */
  samples?: PatchSet;
  /** How many of its pictures are shown; 3 by default. */
  sampleCount?: number;
  /**
   * Called with the reason if writing fails. Nothing more is then written, but the training continues. Without it, a
   * warning is printed.
   */
  onNote?: (message: string) => void;
}

/**
 * Writes what a session does into event files under its run's folder: `loss` by batch, the rest by epoch, and sample
 * pictures. A run that is resumed continues in a new file. Returns a function that stops following and waits for the
 * last picture. See it with `tensorboard --logdir results/runs`.
 */
export function followInTensorboard(
  session: TrainSession,
  folder: string,
  options: FollowOptions = {},
): () => Promise<void> {
  const { samples, sampleCount = 3, onNote = console.warn } = options;
  let scribe: ReturnType<typeof newScribe> | undefined;
  let pictures = Promise.resolve();
  const guarded = (action: () => void) => {
    try {
      action();
    } catch (error) {
      unsubscribe();
      onNote(`TensorBoard gets no more of this run: ${(error as Error).message}`);
    }
  };
  const onEvent = (event: SessionEvent) =>
    guarded(() => {
      // The first event comes when the session has taken over its checkpoint: before that, nobody knows which entries
      // are new.
      if (event === 'state' || event === 'setting') return;
      scribe ??= newScribe(session, folder);
      scribe.catchUp(event);
      if (event !== 'epoch' || !samples) return;
      const { writer } = scribe;
      const epoch = session.history.epochs.length;
      const model = { ...session.model, weights: session.model.weights.slice() };
      pictures = pictures
        .then(() => sampleStrips(samples, sampleCount, model))
        .then(
          (strips) =>
            guarded(() =>
              strips.forEach(({ png, width, height }, index) =>
                writer.image(`sample ${index + 1}: degraded, SRCNN, original`, epoch, png, width, height),
              ),
            ),
          (error) =>
            guarded(() => {
              throw error;
            }),
        );
    });
  const unsubscribe = session.subscribe(onEvent);
  return async () => {
    unsubscribe();
    await pictures;
    scribe?.writer.close();
  };
}

/** Writes the entries of the history that no event file of this run holds yet. */
function newScribe(
  session: TrainSession,
  folder: string,
): { writer: TensorboardWriter; catchUp: (event: 'step' | 'epoch') => void } {
  let goesOn = hasEvents(folder);
  const writer = tensorboardWriter(folder);
  let history: History | undefined;
  let lossesDone = 0,
    epochsDone = 0;
  const begin = (event: 'step' | 'epoch') => {
    history = session.history;
    const { losses, epochs } = history,
      step = stepOf(session);
    // What this very event brought is new.
    lossesDone = !goesOn ? 0 : event === 'epoch' ? losses.length : losses.filter((entry) => entry.step < step).length;
    epochsDone = !goesOn ? 0 : event === 'epoch' ? epochs.length - 1 : epochs.length;
    if (goesOn && event === 'step') writer.restart(step);
    goesOn = true;
  };
  const catchUp = (event: 'step' | 'epoch') => {
    // A run that diverged continues with the history of its last checkpoint.
    if (session.history !== history) begin(event);
    const { losses, epochs } = session.history;
    for (; lossesDone < losses.length; lossesDone++)
      writer.scalar('loss', losses[lossesDone].step, losses[lossesDone].loss);
    for (; epochsDone < epochs.length; epochsDone++) writeEpoch(writer, epochs[epochsDone]);
  };
  return { writer, catchUp };
}

function hasEvents(folder: string): boolean {
  try {
    return eventFiles(join(folder, 'tensorboard')).length > 0;
  } catch {
    return false;
  }
}

/** Batches since training began, the one just done included. */
function stepOf({ progress }: TrainSession): number {
  return progress?.step ?? 0;
}

function writeEpoch(writer: TensorboardWriter, record: EpochRecord): void {
  const { epoch, validationLoss, learningRate, scores } = record;
  for (const [name, value] of Object.entries({ validationLoss, ...scoreColumns(scores), learningRate }))
    writer.scalar(name, epoch, value);
}

/**
 * The middle of the first pictures, at most so many pixels wide and high: enough to see, little to compute beside
 * training.
 */
const SIDE = 96;

async function sampleStrips(
  patches: PatchSet,
  count: number,
  model: Model,
): Promise<{ png: Buffer; width: number; height: number }[]> {
  const engine = await createWasmEngine({ threads: 1 });
  const times = timesOf(patches);
  try {
    const strips = [];
    for (const { input, target, width, height } of patches.pictures.slice(0, count)) {
      const degraded = middle(input, width / times, height / times, 1);
      const original = middle(target, width, height, times);
      // A network on colours sees grey.
      const planes = () => Array.from({ length: model.network.channels }, () => degraded);
      const [restored] = await restoreWith(model, engine).restore({ small: planes, enlarged: planes });
      strips.push(await sideBySide([repeated(degraded, times), clipPlane(restored), original]));
    }
    return strips;
  } finally {
    await engine.close();
  }
}

/** The middle of a picture; `times` as large for a target as for its input. */
function middle(data: Uint8Array, width: number, height: number, times: number): Plane {
  const side = (length: number) => Math.min(length / times, SIDE);
  const [w, h] = [side(width), side(height)];
  const corner = (length: number, part: number) => times * Math.floor((length / times - part) / 2);
  const part = { x: corner(width, w), y: corner(height, h), width: w * times, height: h * times };
  const plane = cut({ data, width, height }, part);
  return { ...plane, data: Float32Array.from(plane.data) };
}

/** Each pixel as a square of pixels. */
function repeated(plane: Plane, times: number): Plane {
  if (times === 1) return plane;
  const [width, height] = [plane.width * times, plane.height * times];
  const at = (i: number) => Math.floor(i / width / times) * plane.width + Math.floor((i % width) / times);
  return { data: Float32Array.from({ length: width * height }, (_, i) => plane.data[at(i)]), width, height };
}

async function sideBySide(planes: Plane[]): Promise<{ png: Buffer; width: number; height: number }> {
  const { width, height } = planes[0];
  const all = new Uint8Array(planes.length * width * height);
  for (let y = 0; y < height; y++)
    planes.forEach(({ data }, index) =>
      all.set(data.subarray(y * width, (y + 1) * width), (y * planes.length + index) * width),
    );
  const png = await sharp(all, { raw: { width: planes.length * width, height, channels: 1 } })
    .toColorspace('b-w')
    .png()
    .toBuffer();
  return { png, width: planes.length * width, height };
}
