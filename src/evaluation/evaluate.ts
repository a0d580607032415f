import { pictureName } from '../data/pictureName';
import { checkScale } from '../degradations/degradation';
import { createEngine } from '../engine/choose';
import type { Engine } from '../engine/engine';
import { DatasetError, EngineError, OptionError } from '../errors';
import { imageFiles } from '../image/files';
import type { Measure } from '../measures/measure';
import { isKnownMeasure, measureOf } from '../measures/measures';
import { type OnProgress, progressOf } from '../progress';
import type { Model } from '../network/network';
import type { Protocol, Scores } from '../protocols/protocol';
import { DEFAULT_PROTOCOL, DEFAULT_SCALE, isKnownProtocol, protocolOf } from '../protocols/protocols';
import { oneByOne, onThreads } from '../threads/onThreads';
import { type MeanScores, meanScores } from './meanScores';
import { predict } from './predict';
import { type FileScores, scoreFile, type ScoreJob } from './scoreFile';

export interface EvaluateOptions {
  /** A protocol's name, or one of your own. By default the one that the model was trained for, else 'report'. */
  protocol?: string | Protocol;
  /** Whole number from 2 to 8. By default the scale that the model was trained for, else 3. */
  scale?: number;
  /** Blur before shrinking, in pixels. By default the one that the model was trained for, else the protocol's own. */
  sigma?: number;
  /** Names of measures, or measures of your own; those of the protocol by default. */
  measures?: readonly (string | Measure)[];
  /** Without a model only bicubic is scored. */
  model?: Model;
  /** The engine that computes. Without it, one is chosen as `train` does, and closed at the end. */
  engine?: Engine;
  /**
   * Rows of an earlier evaluation of the same files, protocol and scale: bicubic's scores are copied from them, not
   * computed again.
   */
  bicubic?: readonly EvaluationRow[];
  /** Threads that read, degrade and score; all cores by default. The scores do not depend on it. */
  threads?: number;
  /**
   * Called after each picture. If it throws, the evaluation ends with that error. Without it, a notebook shows long
   * work in the cell.
   */
  onProgress?: OnProgress;
}

/** The scores of one picture. PSNR in dB. */
export interface EvaluationRow {
  /** The file's name without its folder. */
  file: string;
  /** The scores of bicubic enlargement, by measure. */
  bicubic: Scores;
  /** Absent where no model was given. */
  network?: Scores;
}

export interface Evaluation {
  /** The protocol's name. */
  protocol: string;
  scale: number;
  sigma: number;
  /** In the order of the files. */
  rows: EvaluationRow[];
  /** Means over the pictures. */
  summary: MeanScores;
  /** Files that could not be scored, and why. */
  skipped: { file: string; reason: string }[];
}

/**
 * Scores bicubic, and a model, on the images of a folder or a list of files; a bad image is skipped and listed. Throws
 * DatasetError when no image could be scored, EngineError for an engine that fails, UnknownNameError for an unknown
 * protocol or measure, OptionError for a scale.
 */
export async function evaluate(source: string | string[], options: EvaluateOptions = {}): Promise<Evaluation> {
  const { model, bicubic: earlier = [] } = options;
  const protocol = protocolOf(options.protocol ?? model?.trainedFor?.protocol ?? DEFAULT_PROTOCOL);
  const scale = options.scale ?? model?.trainedFor?.scale ?? DEFAULT_SCALE;
  checkScale(scale);
  const sigma = options.sigma ?? sigmaFor(protocol, model);
  const measures = measuresFor(protocol, options.measures);
  const files = typeof source === 'string' ? await imageFiles(source) : source;
  const known = files.map(takeBicubic(earlier));
  const jobs = files.map((file, i) => ({ file, protocol, scale, sigma, measures, bicubic: !known[i] }));
  const outcomes = await scoreFiles(jobs, options);
  const rows: EvaluationRow[] = [];
  const skipped: Evaluation['skipped'] = [];
  for (const [i, outcome] of outcomes.entries()) {
    if (outcome.status === 'rejected') skipped.push({ file: files[i], reason: outcome.reason.message });
    else {
      const { network, bicubic = known[i]! } = outcome.value;
      rows.push({ file: pictureName(files[i]), bicubic, ...(network ? { network } : {}) });
    }
  }
  if (!rows.length) throw new DatasetError(`no image could be scored: ${reasons(skipped) || 'no file was given'}`);
  return { protocol: protocol.name, scale, sigma, rows, summary: meanScores(rows), skipped };
}

/** The blur of a run is the blur of its evaluation, under its own protocol. */
export function sigmaFor(protocol: Protocol, model?: Model): number {
  const trainedFor = model?.trainedFor;
  const own = trainedFor?.protocol === protocol.name;
  return own ? trainedFor.degradation.sigma : protocol.degradation.sigma;
}

/**
 * By the names that the scores have: the protocol's own, or those that were asked for. Throws UnknownNameError, and
 * OptionError for one that needs colour where luminance is compared.
 */
export function measuresFor(
  protocol: Protocol,
  wanted?: readonly (string | Measure)[],
): Readonly<Record<string, Measure>> {
  if (!wanted) return protocol.measures;
  return Object.fromEntries(
    wanted.map((measure) => {
      const own = typeof measure === 'string' ? protocol.measures[measure] : undefined;
      checkColour(protocol, own ?? measureOf(measure));
      return own ? [measure as string, own] : [measureOf(measure).name, measureOf(measure)];
    }),
  );
}

function checkColour(protocol: Protocol, { title, needsColour }: Measure): void {
  if (needsColour && protocol.channels === 1)
    throw new OptionError(
      `${title} compares colours, and the protocol ${protocol.name} compares luminance; leave it out, or use a ` +
        'protocol that compares RGB: report, keras, or one with score=rgb (--score rgb)',
    );
}

/** Each reason once, with the first of the files that it holds for. */
function reasons(skipped: Evaluation['skipped']): string {
  return [...new Set(skipped.map(({ reason }) => reason))]
    .map((reason) => {
      const [{ file }, ...others] = skipped.filter((each) => each.reason === reason);
      const count = others.length ? ` and ${others.length} more` : '';
      return reason.includes(file) ? reason : `${file}${count}: ${reason}`;
    })
    .join('; ');
}

/** Finds bicubic's scores by file name; files that share a name take their rows in order. */
function takeBicubic(rows: readonly EvaluationRow[]): (file: string) => Scores | undefined {
  const left = new Map<string, Scores[]>();
  for (const { file, bicubic } of rows) left.set(file, [...(left.get(file) ?? []), bicubic]);
  return (file) => left.get(pictureName(file))?.shift();
}

type Job = Omit<ScoreJob, 'protocol' | 'measures'> & {
  protocol: Protocol;
  measures: Readonly<Record<string, Measure>>;
};

/** Worker threads send planes here for inference, as the engine has threads of its own. */
async function scoreFiles(jobs: Job[], { model, engine: given, threads, ...options }: EvaluateOptions) {
  const onProgress = progressOf('scoring pictures', options.onProgress);
  const engine = model && (given ?? (await createEngine(undefined, { threads })));
  // An engine that fails is not the picture's fault: without its scores the mean would be another one.
  let failure: EngineError | undefined;
  const answer: Parameters<typeof scoreFile>[1] = (planes) =>
    predict(model!, engine!, planes).catch((error: unknown) => {
      if (error instanceof EngineError) failure ??= error;
      throw error;
    });
  const network = model && { network: model.network, normalization: model.normalization };
  const complete = jobs.map((job): ScoreJob => ({ ...job, measures: { ...job.measures }, model: network }));
  try {
    const plain = complete.flatMap((job) => plainJob(job) ?? []);
    const outcomes =
      plain.length === complete.length
        ? await onThreads(scoreFile, 'evaluation/scoreFile', plain, { threads, answer, onProgress })
        : await oneByOne<ScoreJob, FileScores>((job) => scoreFile(job, answer), complete, onProgress);
    if (failure) throw failure;
    return outcomes;
  } finally {
    if (!given) await engine?.close();
  }
}

/** The job with names instead of objects; undefined where another thread would not know one of them. */
function plainJob(job: ScoreJob): ScoreJob | undefined {
  const protocol = protocolOf(job.protocol);
  const measures = Object.entries(job.measures).map(([name, measure]) => [name, measureOf(measure)] as const);
  if (!isKnownProtocol(protocol) || !measures.every(([, measure]) => isKnownMeasure(measure))) return undefined;
  return {
    ...job,
    protocol: protocol.name,
    measures: Object.fromEntries(measures.map(([name, measure]) => [name, measure.name])),
  };
}
