import { evaluationImages } from '../data/datasets';
import { createEngine } from '../engine/choose';
import { IncomparableScoresError } from '../errors';
import type { Measure } from '../measures/measure';
import type { Model } from '../network/network';
import { DEFAULT_PROTOCOL, DEFAULT_SCALE, protocolOf } from '../protocols/protocols';
import { evaluate, type EvaluateOptions, type Evaluation, measuresFor, sigmaFor } from './evaluate';
import { setScoresOf } from './pictureScores';
import type { SetScores } from './setScores';

/** The scores of several models on several sets. */
export interface ModelScores {
  protocol: string;
  scale: number;
  sigma: number;
  /** By set, then by measure, then by model, bicubic first. */
  scores: SetScores[];
  /** Pictures that could not be scored, and why. */
  skipped: Evaluation['skipped'];
}

/**
 * Scores bicubic and models, by their names, on sets: names of data sets, folders, or lists of files by a name of their
 * own. Without a protocol, a scale or a blur, those that the models were trained for are taken. Throws
 * IncomparableScoresError for models that were trained for different ones. Otherwise it works as `evaluate`.
 */
export async function evaluateModels(
  sets: readonly string[] | Readonly<Record<string, string[]>>,
  models: Readonly<Record<string, Model>> = {},
  options: Omit<EvaluateOptions, 'model' | 'bicubic'> = {},
): Promise<ModelScores> {
  const common = commonConditions(models, options);
  const given = Array.isArray(sets) ? Object.fromEntries(sets.map((set: string) => [set, undefined])) : sets;
  const engine = Object.keys(models).length ? (options.engine ?? (await createEngine(undefined, options))) : undefined;
  const skipped: Evaluation['skipped'] = [];
  const scores: SetScores[] = [];
  try {
    for (const [set, listed] of Object.entries(given as Record<string, string[] | undefined>)) {
      const files = listed ?? (await evaluationImages(set, common));
      const evaluations = await evaluateSet(files, models, { ...options, ...common, engine });
      skipped.push(...evaluations[0].evaluation.skipped);
      scores.push(...scoresOf(set, evaluations, measuresFor(protocolOf(common.protocol), options.measures)));
    }
  } finally {
    if (!options.engine) await engine?.close();
  }
  return { protocol: protocolOf(common.protocol).name, scale: common.scale, sigma: common.sigma, scores, skipped };
}

type Conditions = Required<Pick<EvaluateOptions, 'protocol' | 'scale' | 'sigma'>>;

/** The protocol, scale and blur under which all models are scored. */
function commonConditions(models: Readonly<Record<string, Model>>, options: EvaluateOptions): Conditions {
  const named: [string, Model | undefined][] = Object.entries(models);
  const wanted = (named.length ? named : [['bicubic', undefined] as const]).map(([name, model]) => {
    const protocol = protocolOf(options.protocol ?? model?.trainedFor?.protocol ?? DEFAULT_PROTOCOL);
    const scale = options.scale ?? model?.trainedFor?.scale ?? DEFAULT_SCALE;
    return { name, protocol, scale, sigma: options.sigma ?? sigmaFor(protocol, model) };
  });
  const [first] = wanted;
  const text = ({ protocol, scale, sigma }: (typeof wanted)[number]) => `${protocol.name} x${scale}, sigma ${sigma}`;
  const other = wanted.find((each) => text(each) !== text(first));
  if (other)
    throw new IncomparableScoresError(
      `${first.name} was trained for protocol ${text(first)}, and ${other.name} for ${text(other)}; name the ` +
        'protocol, scale and sigma under which both are to be scored',
    );
  return { protocol: first.protocol, scale: first.scale, sigma: first.sigma };
}

interface Scored {
  model: string;
  evaluation: Evaluation;
}

async function evaluateSet(
  files: string[],
  models: Readonly<Record<string, Model>>,
  options: EvaluateOptions,
): Promise<Scored[]> {
  const scored: Scored[] = [];
  for (const [name, model] of Object.entries(models)) {
    const bicubic = scored[0]?.evaluation.rows;
    scored.push({ model: name, evaluation: await evaluate(files, { ...options, model, bicubic }) });
  }
  return scored.length ? scored : [{ model: 'bicubic', evaluation: await evaluate(files, options) }];
}

function scoresOf(set: string, scored: Scored[], measures: Readonly<Record<string, Measure>>): SetScores[] {
  const [{ evaluation: first }] = scored;
  const networks = scored.filter(({ evaluation }) => evaluation.rows[0].network);
  return Object.entries(measures).flatMap(([name, measure]) => [
    setScoresOf('bicubic', set, first, 'bicubic', { ...measure, name }),
    ...networks.map(({ model, evaluation }) => setScoresOf(model, set, evaluation, 'network', { ...measure, name })),
  ]);
}
