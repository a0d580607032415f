import { stat } from 'node:fs/promises';
import { basename, dirname, join, parse, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { evaluationImages } from '../data/datasets';
import { degradationNames } from '../degradations/degradations';
import { writeAtomically } from '../disk/writeAtomically';
import { isStandardOutput, writeStandardOutput } from '../disk/standardStreams';
import { createEngine } from '../engine/choose';
import type { Engine } from '../engine/engine';
import { OptionError, WriteError } from '../errors';
import { evaluateModels, type ModelScores } from '../evaluation/evaluateModels';
import { differenceText, pairedDifference } from '../evaluation/pairedDifference';
import { savePictures } from '../evaluation/savePictures';
import { scoresToJson } from '../evaluation/scoreJson';
import type { SetScores } from '../evaluation/setScores';
import { pretrainedNames, pretrainedSizes } from '../formats/pretrained';
import { measureNames } from '../measures/measures';
import type { Model } from '../network/network';
import { byHand, type ByHand, scored } from '../protocols/byHand';
import { DEFAULT_PROTOCOL, DEFAULT_SCALE } from '../protocols/protocols';
import { scoresCsv, scoresLatex, scoresMarkdown } from '../results/scoreTables';
import { explainLeftOut } from './dataArgument';
import { modelNamed } from './modelArgument';
import { engineOption, number, protocolOption, protocolsExplained, scaleOption, threadsOption } from './options';
import { showCount, showSkipped } from './terminal';
import { whyNoRoom } from './upscalePlan';

interface EvaluateFlags extends ByHand {
  protocol?: string;
  scale?: number;
  model: string[];
  measures?: string[];
  out?: string;
  json?: string;
  csv?: string;
  markdown?: string;
  latex?: string;
  threads?: number;
  engine?: string;
}

/** Adds `srcnn evaluate`. */
export function evaluateCommand(program: Command): void {
  const list = (text: string) => text.split(',').map((name) => name.trim());
  program
    .command('evaluate')
    .summary('Score bicubic and networks on data sets or on pictures')
    .description(
      'Score bicubic and networks: each picture is made small, enlarged again, and compared with the original. With ' +
        'several models, each is also compared with the one before it, picture by picture.',
    )
    .argument('<sets...>', 'folders of pictures, pictures, or names of data sets (srcnn data list)')
    .addOption(
      new Option(
        '-m, --model <name>',
        `weights that come with the package: ${pretrainedNames.join(', ')}, or ${pretrainedSizes.join(', ')} for the ` +
          'scale; or a .safetensors file. Repeat -m for several models',
      )
        .argParser((name: string, all: string[]) => [...all, name])
        .default([], 'bicubic alone'),
    )
    .addOption(scaleOption().default(undefined, `what the models were trained for, else ${DEFAULT_SCALE}`))
    .addOption(protocolOption().default(undefined, `what the models were trained for, else ${DEFAULT_PROTOCOL}`))
    .addOption(
      new Option('--measures <names>', `measures with commas between: ${measureNames.join(', ')}`)
        .argParser(list)
        .default(undefined, "the protocol's"),
    )
    .option(
      '-o, --out <folder>',
      'write pictures to this folder: original, bicubic, the enlargement of each model, and their error maps',
    )
    .option('--csv <file>', 'write the scores of each picture to this file; - is standard output, here and below')
    .option('--json <file>', 'write all scores and differences to this file')
    .option('--markdown <file>', 'write a table of the means to this file')
    .option('--latex <file>', 'write a table of the means to this file')
    .addOption(
      new Option('--sigma <x>', 'blur before a picture is made small: standard deviation in pixels, 0 for none')
        .argParser(number('sigma'))
        .default(undefined, "the models', else the protocol's"),
    )
    .addOption(
      new Option('--shrink <name>', 'instead of --protocol: how pictures are made small').choices(degradationNames),
    )
    .addOption(new Option('--score <what>', 'instead of --protocol: what is compared').choices(scored))
    .option('--border <n>', 'instead of --protocol: pixels at each edge that do not count', number('border'))
    .addOption(threadsOption())
    .addOption(engineOption())
    .addHelpText('after', protocolsExplained)
    .action(runEvaluation);
}

async function runEvaluation(sets: string[], flags: EvaluateFlags): Promise<void> {
  await checkTables(flags);
  const folders = foldersOf(sets, flags.out);
  const models = await modelsNamed(flags.model, flags.scale);
  const { scale: times, sigma, measures, threads } = flags;
  const conditions = { protocol: protocolFrom(flags), scale: times, sigma, measures, threads };
  const files: Record<string, string[]> = {};
  const scale = times ?? Object.values(models)[0]?.trainedFor?.scale;
  for (const set of sets) files[set] = await filesOf(set, scale);
  for (const model of Object.values(models)) warnOfDegradation(conditions, model);
  warnOfSeen(conditions.protocol, sets, Object.keys(models));
  const engine = Object.keys(models).length ? await createEngine(flags.engine, flags) : undefined;
  try {
    const result = await evaluateModels(files, models, { ...conditions, engine, onProgress: showCount('images') });
    show(result, tablesOf(flags).some(isStandardOutput) ? console.error : console.log);
    for (const set of sets) await explainLeftOut(set);
    await writeTables(result, flags);
    if (flags.out) await saveAll(files, folders, models, result, engine);
  } finally {
    await engine?.close();
  }
}

/** Models by the names that tables show: a run's folder for its weights.safetensors, else the file's name. */
async function modelsNamed(given: string[], scale?: number): Promise<Record<string, Model>> {
  const models: Record<string, Model> = {};
  for (const name of given.filter((each) => each !== 'bicubic')) {
    const file = parse(name).name;
    const short = file === 'weights' ? basename(dirname(resolve(name))) : file;
    if (short in models) throw new OptionError(`two models are called ${short}; give one of the files another name`);
    models[short] = await modelNamed(name, scale);
  }
  return models;
}

const tablesOf = ({ json, csv, markdown, latex }: EvaluateFlags) =>
  [json, csv, markdown, latex].filter((file) => file !== undefined);

/** What cannot become a file is refused before the work. */
async function checkTables(flags: EvaluateFlags): Promise<void> {
  for (const file of tablesOf(flags)) {
    if ((await stat(file).catch(() => null))?.isDirectory())
      throw new OptionError(`${file} is a folder; name the file in it that is to be written`);
    const why = isStandardOutput(file) ? undefined : await whyNoRoom(file);
    if (why !== undefined) throw new WriteError(`${file}: could not be written (${why}); choose another folder`);
  }
}

const write = (file: string, text: string) =>
  isStandardOutput(file) ? writeStandardOutput(Buffer.from(text)) : writeAtomically(file, text);

/** Where the pictures of each set go. Throws OptionError where those of two sets would go to one place. */
function foldersOf(sets: string[], out = ''): Record<string, string> {
  const folders: Record<string, string> = {};
  for (const set of new Set(sets)) {
    const place = join(out, parse(resolve(set)).name);
    const other = Object.keys(folders).find((each) => folders[each] === place);
    if (out && other !== undefined)
      throw new OptionError(
        `the pictures of ${other} and ${set} would both go to ${place}; evaluate one after the other`,
      );
    folders[set] = place;
  }
  return folders;
}

function protocolFrom({ protocol, shrink, score, border, sigma }: EvaluateFlags): string | undefined {
  if (shrink === undefined && score === undefined && border === undefined) return protocol;
  if (protocol !== undefined)
    throw new OptionError(
      `--protocol ${protocol} says how to shrink and score; leave out --shrink, --score and --border`,
    );
  return byHand({ shrink, score, border, sigma }).name;
}

async function filesOf(set: string, scale?: number): Promise<string[]> {
  const isFile = (await stat(set).catch(() => null))?.isFile();
  return isFile ? [set] : evaluationImages(set, { scale });
}

function warnOfDegradation(
  { protocol, scale }: Pick<EvaluateFlags, 'protocol' | 'scale'>,
  { trainedFor: own }: Model,
): void {
  if (own && ((protocol ?? own.protocol) !== own.protocol || (scale ?? own.scale) !== own.scale)) {
    console.error(
      `the model was trained for protocol ${own.protocol} x${own.scale}; here it is scored on pictures ` +
        'that were degraded in another way',
    );
  }
}

/** Sets that are BSDS500's test or a part of it, on which `srcnn train bsds500` trains as the report did. */
const ofBsds500Test = ['bsd200', 'keras10'];

/** Weights do not say which pictures they were trained on, so this cannot be refused for some and not for others. */
function warnOfSeen(protocol: string | undefined, sets: string[], models: string[]): void {
  const set = [protocol, ...sets].find((name) => name !== undefined && ofBsds500Test.includes(name));
  if (set && models.length)
    console.error(
      `${set} is BSDS500's test: the score of a network that was trained on bsds500, as those that come with the ` +
        'package were, says how well it knows pictures it has seen; train on others, such as t91',
    );
}

type Say = (line: string) => void;

function show({ protocol, scale, scores, skipped }: ModelScores, say: Say): void {
  say(`protocol ${protocol}, x${scale}`);
  const sets = [...new Set(scores.map(({ set }) => set))];
  for (const set of sets) {
    const own = scores.filter((each) => each.set === set);
    if (sets.length > 1) say(`${set}:`);
    const width = Math.max(8, ...own.map(({ model }) => model.length));
    for (const model of new Set(own.map((each) => each.model)))
      showMeans(
        own.filter((each) => each.model === model),
        width,
        say,
      );
    showDifferences(own, width, say);
  }
  showSkipped(skipped);
}

function showMeans(scores: SetScores[], width: number, say: Say): void {
  const [{ model, pictures }] = scores;
  const texts = scores.map(({ measure: { title, unit }, mean, finite }) => {
    const of = finite < pictures.length ? ` (mean of the ${finite} of ${pictures.length} that are finite)` : '';
    return `${title} ${mean.toFixed(6)}${unit ? ` ${unit}` : ''}${of}`;
  });
  say(`${model.padEnd(width)} ${pictures.length} images  ${texts.join('  ')}`);
}

/** How many of the pictures that did worst are named. */
const WORST = 3;

/** Each model against the one before it, the first against bicubic, by the first measure. */
function showDifferences(scores: SetScores[], width: number, say: Say): void {
  const [{ measure }] = scores;
  const by = scores.filter((each) => each.measure.name === measure.name);
  for (const [i, own] of by.slice(1).entries()) {
    if (!own.pictures.some(({ value }) => Number.isFinite(value))) continue;
    const difference = pairedDifference(own, by[i]);
    say(`${own.model.padEnd(width)} against ${by[i].model}: ${differenceText(difference, own)}`);
    const worst = difference.pictures
      .slice(0, WORST)
      .map((each) => `${each.file} ${each.difference.toFixed(measure.digits)}`);
    if (difference.of > 1) say(`${''.padEnd(width)} worst: ${worst.join(', ')}`);
  }
}

async function writeTables(result: ModelScores, flags: EvaluateFlags): Promise<void> {
  const { scores, ...conditions } = result;
  const differences = scores
    .filter(({ model }) => model !== 'bicubic')
    .map((own) => {
      const bicubic = scores.find(
        ({ model, set, measure }) => model === 'bicubic' && set === own.set && measure.name === own.measure.name,
      )!;
      return {
        model: own.model,
        against: 'bicubic',
        set: own.set,
        measure: own.measure.name,
        ...pairedDifference(own, bicubic),
      };
    });
  if (flags.json) await write(flags.json, scoresToJson({ ...conditions, scores, differences }, 2) + '\n');
  if (flags.csv) await write(flags.csv, scoresCsv(scores));
  if (flags.markdown) await write(flags.markdown, scoresMarkdown(scores));
  if (flags.latex) await write(flags.latex, scoresLatex(scores));
}

async function saveAll(
  files: Record<string, string[]>,
  folders: Record<string, string>,
  models: Record<string, Model>,
  { protocol, scale, sigma, skipped }: ModelScores,
  engine?: Engine,
): Promise<void> {
  const bad = new Set(skipped.map(({ file }) => file));
  for (const [set, all] of Object.entries(files)) {
    const isAlone = (stem: string) => all.filter((each) => parse(each).name === stem).length === 1;
    for (const file of all.filter((each) => !bad.has(each))) {
      // If there is an a.jpg, too, the folder of a.png is called a.png, not a.
      const { name: stem, base } = parse(file);
      const name = isAlone(stem) ? stem : base;
      await savePictures(file, folders[set], models, { protocol, scale, sigma, name, engine });
    }
  }
}
