import { dirname } from 'node:path';
import { inspect } from 'node:util';

/**
 * Parts of the paths of files that are of no use to a user: the lab's own, Node's, the notebook kernel's and the
 * compiled cell.
 */
const inner = [`${__dirname}/`, `${dirname(__dirname)}/dist/`, 'node:', '/tslab/', 'evalmachine.<anonymous>'];

/** The lab's named errors: each message says what was wrong, in which file or option, and what to do. */
class LabError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }

  /** As a notebook's cell and console.error show it: the message first, then only the lines of the user's own files. */
  [inspect.custom](): string {
    const frames = (this.stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line));
    const own = frames.filter((line) => !inner.some((part) => line.replace(/\\/g, '/').includes(part)));
    return [`${this.name}: ${this.message}`, ...own].join('\n');
  }
}

/** A file that is not an image, is cut short, or is of a kind that the lab does not read. */
export class ImageFileError extends LabError {}

/** An image too small for the patch, window or border that was asked for. */
export class ImageTooSmallError extends LabError {}

/** A folder without any readable image, or a data set that is missing or incomplete. */
export class DatasetError extends LabError {}

/**
 * A name (of a data set, recipe, network, engine, protocol) that the lab does not know; the message lists those it
 * knows.
 */
export class UnknownNameError extends LabError {
  constructor(kind: string, name: string, known: readonly string[]) {
    super(`unknown ${kind} "${name}": use one of ${known.join(', ')}`);
  }
}

/** An option outside its range; the message names it. */
export class OptionError extends LabError {}

/** Scores of two protocols, scales, sets or measures in one comparison; the message says both. */
export class IncomparableScoresError extends LabError {}

/** A weights file that is cut short, malformed, or of another network. */
export class WeightsError extends LabError {}

/** A loss that became NaN or infinite. */
export class DivergedError extends LabError {}

/** A checkpoint that is damaged, or belongs to another run. */
export class CheckpointError extends LabError {}

/** A folder that another process trains in, or fetches into. */
export class LockedError extends LabError {}

/** A write that failed, because the disk is full or the folder is not writable. */
export class WriteError extends LabError {}

/** A package that the lab uses for some of its work and that is not installed; the message says how to install it. */
export class MissingPackageError extends LabError {}

/** An engine that does not work on this machine. */
export class EngineError extends LabError {}
