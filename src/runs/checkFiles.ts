// What is wrong with the content of a run's files, in words; undefined if nothing is wrong.
import { OptionError } from '../errors';
import { checkNetwork, type Network } from '../network/network';
import { networkNamed } from '../network/families/families';
import { chain, type ChainLayer } from '../network/families/srcnn';

type Fields = Record<string, unknown>;

const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** The first of these fields that does not fit, as in "batchSize is null". */
function wrongField(fields: Fields, fits: Record<string, (value: unknown) => boolean>): string | undefined {
  const name = Object.keys(fits).find((key) => !fits[key](fields[key]));
  return name === undefined ? undefined : `${name} is ${JSON.stringify(fields[name])}`;
}

/**
 * The network of a run's options: a name, which is that of a network at this scale (3 by default), a description, or
 * the list of layers that version 0.1 wrote. Throws OptionError, UnknownNameError.
 */
export function networkOf(network: unknown, scale?: number): Network {
  if (typeof network === 'string') return networkNamed(network, { scale });
  if (Array.isArray(network) && !network.every(isRecord))
    throw new OptionError(`one of its layers is not a layer: ${JSON.stringify(network)}`);
  const described = Array.isArray(network) ? chain(network as ChainLayer[]) : (network as Network);
  checkNetwork(described);
  return described;
}

const unless = (fits: (value: unknown) => boolean) => (value: unknown) => value === undefined || fits(value);
const isRate = (value: unknown) => isNumber(value) && value > 0;
const isText = (value: unknown) => typeof value === 'string';

/** What is wrong with a run's options, as in "batchSize is null". */
export function wrongOptions(options: unknown): string | undefined {
  if (!isRecord(options)) return 'its content is not a set of options';
  const wrong = wrongField(options, {
    epochs: (value) => isCount(value) && value > 0,
    minutes: unless(isRate),
    batchSize: (value) => isCount(value) && value > 0,
    seed: Number.isInteger,
    learningRate: (value) => isRate(value) || (Array.isArray(value) && value.length > 0 && value.every(isRate)),
    border: (value) => value === 'reach' || isCount(value),
    initialization: isText,
    optimizer: isText,
    schedule: isText,
  });
  if (wrong) return wrong;
  // A name may be one that a later version knows: the run is listed by it.
  if (isText(options.network)) return undefined;
  try {
    networkOf(options.network);
    return undefined;
  } catch (error) {
    return `network is not one that the lab knows (${(error as Error).message})`;
  }
}

const isMeans = (value: unknown) => isRecord(value) && Object.values(value).every((score) => typeof score === 'number');
const isScores = (value: unknown) =>
  value === null || (isRecord(value) && isMeans(value.network) && isMeans(value.bicubic));

/** What is wrong with a run's history, as in "its epoch 2 is numbered 3". */
export function wrongHistory(history: unknown): string | undefined {
  if (!isRecord(history)) return 'its content is not a history';
  const { losses, epochs, rescored, timeline = [], events = [] } = history;
  if (!Array.isArray(losses) || !Array.isArray(epochs)) return 'its losses or its epochs are not a list';
  let last = 0;
  for (const [index, entry] of losses.entries()) {
    const fits = isRecord(entry) && isCount(entry.step) && entry.step > last && isNumber(entry.loss);
    if (!fits) return `entry ${index + 1} of its losses is ${JSON.stringify(entry)}, after step ${last}`;
    last = entry.step as number;
  }
  for (const [index, record] of epochs.entries()) {
    const wrong = wrongRecord(record);
    if (wrong) return `in its epoch ${index + 1} ${wrong}`;
    if (record.epoch !== index + 1) return `its epoch ${index + 1} is numbered ${record.epoch}`;
  }
  const isTick = (entry: unknown) => isRecord(entry) && isCount(entry.step) && isNumber(entry.fraction);
  if (!Array.isArray(timeline) || !timeline.every(isTick)) return 'its timeline is not a list of steps and fractions';
  const isEvent = (entry: unknown) => isRecord(entry) && isCount(entry.step) && isText(entry.what);
  if (!Array.isArray(events) || !events.every(isEvent)) return 'its events are not a list of steps and what happened';
  return rescored === undefined ? undefined : wrongRescored(rescored, epochs.length);
}

function wrongRecord(record: unknown): string | undefined {
  if (!isRecord(record)) return `there is ${JSON.stringify(record)}`;
  return wrongField(record, {
    epoch: isNumber,
    loss: isNumber,
    validationLoss: isNumber,
    scores: isScores,
    learningRate: isRate,
    seconds: isNumber,
    validationSeconds: unless(isNumber),
    step: unless(isCount),
  });
}

function wrongRescored(rescored: unknown, epochs: number): string | undefined {
  if (!isRecord(rescored) || !isCount(rescored.after) || rescored.after > epochs)
    return `its rescored epoch is ${JSON.stringify(rescored)}`;
  const wrong = wrongRecord(rescored.record);
  return wrong && `in its rescored epoch ${wrong}`;
}

const isPictures = (value: unknown) =>
  value === undefined || (isRecord(value) && isText(value.validation) && isText(value.evaluation));

/** What is wrong with the header of a checkpoint whose arrays have `floats` values together. */
export function wrongHeader(header: unknown, floats: number): string | undefined {
  if (!isRecord(header)) return 'its header is not an object';
  const { options, history, best, random, moments, branches = 0, length, ema } = header;
  const wrong =
    wrongField(header, {
      data: isText,
      pictures: isPictures,
      epoch: isCount,
      batch: isCount,
      lossSum: isNumber,
      seconds: isNumber,
      epochs: (value) => isCount(value) && value > 0,
      minutes: unless(isRate),
      passStart: unless(isCount),
      steps: isCount,
      length: isCount,
      branches: unless(isCount),
      moments: (value) => Array.isArray(value) && value.every(isCount),
    }) ??
    wrongOptions(options) ??
    wrongOptions({ ...(options as Fields), learningRate: header.learningRate }) ??
    wrongHistory(history);
  if (wrong) return wrong;
  if (!isRecord(random) || !Number.isInteger(random.seed) || !isCount(random.draws))
    return `random is ${JSON.stringify(random)}`;
  if (best !== null && !(isRecord(best) && isCount(best.epoch) && isNumber(best.validationLoss)))
    return `best is ${JSON.stringify(best)}`;
  const done = (history as { epochs: unknown[] }).epochs.length;
  if (done !== header.epoch) return `its history has ${done} epochs, not ${header.epoch}`;
  if ((ema === true) !== ((options as Fields).ema !== undefined)) return `ema is ${JSON.stringify(ema)}`;
  const copies = 1 + (best ? 1 : 0) + (ema ? 1 : 0);
  const sum = [...(moments as number[]), branches as number, (length as number) * copies].reduce((a, b) => a + b, 0);
  return sum === floats ? undefined : `its arrays have ${floats} values, not ${sum}`;
}
