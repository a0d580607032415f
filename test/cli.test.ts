import assert from 'node:assert/strict';
import { chain } from '../src/network/families/srcnn';
import { execFile } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeImage } from '../src/image/files';
import { saveWeights } from '../src/formats/weights';
import { initialize } from '../src/network/initialize';

const folder = mkdtempSync(join(tmpdir(), 'srcnn-cli-'));
after(() => rmSync(folder, { recursive: true }));

/** A square picture with enough in it to train on. */
function picture(side: number, phase = 0) {
  return {
    data: Uint8Array.from(
      { length: side * side },
      (_, i) => 128 + 90 * Math.sin((i % side) / 3 + phase) * Math.cos(i / side / 4),
    ),
    width: side,
    height: side,
    channels: 1 as const,
  };
}

before(async () => {
  for (const name of ['empty', 'photos', 'mixed', 'small', 'bad']) mkdirSync(join(folder, name));
  for (const [index, name] of ['a.png', 'b.png', 'c.png'].entries())
    await writeImage(join(folder, 'photos', name), picture(72, index));
  for (const name of ['a.png', 'c.png']) copyFileSync(join(folder, 'photos', name), join(folder, 'mixed', name));
  writeFileSync(join(folder, 'mixed', 'b.png'), 'no picture');
  await writeImage(join(folder, 'small', 'tiny.png'), picture(5));
  await writeImage(join(folder, 'bad', 'cut.jpg'), picture(200));
  truncateSync(join(folder, 'bad', 'cut.jpg'), 3000);
  writeFileSync(join(folder, 'bad', 'text.png'), 'no picture');
  writeFileSync(join(folder, 'bad', 'text.safetensors'), 'no weights at all');
  await saveWeights(
    join(folder, 'small.safetensors'),
    initialize(
      chain([
        { filters: 2, kernel: 3, activation: 'relu' },
        { filters: 1, kernel: 3, activation: 'linear' },
      ]),
    ),
  );
  const bytes = readFileSync(join(folder, 'small.safetensors'));
  writeFileSync(join(folder, 'bad', 'cut.safetensors'), bytes.subarray(0, -20));
  const header = Buffer.from(JSON.stringify({ 'linear.weight': { dtype: 'F32', shape: [1], data_offsets: [0, 4] } }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  writeFileSync(join(folder, 'bad', 'other.safetensors'), Buffer.concat([length, header, Buffer.alloc(4)]));
});

/** Runs the compiled command line in the temporary folder. */
function srcnnCommand(...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, SRCNN_ENGINE: 'wasm', SRCNN_DATA_DIR: join(folder, 'no-data') };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(__dirname, '../dist/cli.js'), ...words],
      { cwd: folder, env, encoding: 'utf8' },
      (error, stdout, stderr) => {
        resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
      },
    );
  });
}

/** Commands that must end with exit code 1 and one line on stderr, which matches. */
const refusals: [command: string, line: RegExp][] = [
  ['evaluate bad/cut.jpg', /^DatasetError: .*bad\/cut\.jpg: .*replace or remove it/],
  ['evaluate bad/text.png', /^DatasetError: .*bad\/text\.png: .*replace or remove it/],
  ['evaluate nowhere.png', /^UnknownNameError: .*"nowhere\.png": use one of sample, /],
  ['evaluate small', /^DatasetError: no image could be scored: small\/tiny\.png: .*5x5 is smaller than/],
  ['evaluate empty', /^DatasetError: no image in empty: put \.png/],
  ['evaluate set5', /^DatasetError: set5: .*npx srcnn data fetch set5/],
  ['evaluate photos --scale 0', /^OptionError: scale is 0; use a whole number/],
  ['evaluate photos --scale 2.5', /^OptionError: scale is 2\.5; use a whole number/],
  ['evaluate photos --scale three', /^OptionError: --scale is "three"; use a number/],
  ['evaluate photos --threads 0', /^OptionError: threads is 0; use a whole number/],
  ['evaluate photos --protocol other', /^UnknownNameError: unknown protocol "other": use one of report, paper/],
  ['evaluate photos --model bad/cut.safetensors', /^WeightsError: bad\/cut\.safetensors: cut short/],
  ['evaluate photos --model bad/text.safetensors', /^WeightsError: bad\/text\.safetensors: .*not a safetensors file/],
  ['evaluate photos --model bad/other.safetensors', /^WeightsError: bad\/other\.safetensors: .*a different network/],
  ['evaluate photos --model nowhere.safetensors', /^WeightsError: nowhere\.safetensors: cannot be read/],
  [
    'evaluate photos --json bad/text.png/scores.json',
    /^WriteError: bad\/text\.png\/scores\.json: could not be written .*choose another folder/,
  ],
  ['train nowhere', /^UnknownNameError: .*"nowhere": use one of sample, bsds500/],
  ['train empty', /^DatasetError: no image in empty/],
  ['train small', /^DatasetError: no patches: .*tiny\.png/],
  ['train bad', /^DatasetError: no patches: .*cut\.jpg/],
  ['train photos --recipe mine', /^UnknownNameError: unknown recipe "mine": use one of report, tuned/],
  ['train photos --network 9-9-9', /^UnknownNameError: unknown network "9-9-9": use one of 9-1-7/],
  ['train photos --scale 2.5', /^OptionError: scale is 2\.5/],
  ['train photos --learning-rate 0', /^OptionError: learningRate is 0; use a number above 0/],
  ['train photos --learning-rate=-1', /^OptionError: learningRate is -1; use a number above 0/],
  ['train photos --learning-rate much', /^OptionError: --learning-rate is "much"; use a number/],
  [
    'train photos --optimizer newton',
    /^error: .*--optimizer.*'newton' is invalid\. Allowed choices are sgd, adam, soap/,
  ],
  ['train photos --epochs 1.5', /^OptionError: epochs is 1\.5; use a whole number above 0/],
  ['train photos --batch-size 1000', /^OptionError: batchSize is 1000, but there are only \d+ training patches/],
  [
    'train photos --out bad/text.png/run --batch-size 4',
    /^WriteError: bad\/text\.png\/run: could not be made .*choose another folder/,
  ],
  [
    'train photos --recipe seed --batch-size 4 --learning-rate 1e20 --out diverged',
    new RegExp(
      '^DivergedError: the loss became (NaN|Infinity) in epoch 1, batch \\d+ at .* and a lower --learning-rate ' +
        'continues from the beginning',
    ),
  ],
  [
    'upscale photos/a.png out.png --model small.safetensors --scale 2.5',
    /^OptionError: scale is 2\.5; use a whole number/,
  ],
  ['upscale photos/a.png out.png --model small.safetensors --scale 0', /^OptionError: scale is 0; use a whole number/],
  ['upscale photos/a.png out.png --scale 9', /^OptionError: scale is 9; use a whole number/],
  ['upscale photos/a.png out.gif --model small.safetensors', /^OptionError: .*out\.gif: .*\.png/],
  ['data fetch mine', /^UnknownNameError: unknown data set "mine": use one of /],
  ['enlarge a.png', /^error: unknown command 'enlarge'/],
  ['train --fast', /^error: unknown option '--fast'/],
];

/** Does a task for each item, two at a time: starting a program takes longer than what it does here. */
async function twoAtATime<Item>(items: Item[], task: (item: Item) => Promise<void>): Promise<void> {
  const left = [...items];
  const work = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await task(item);
  };
  await Promise.all([work(), work()]);
}

test('bad input ends every verb with exit code 1 and one line: which file or option, and what to do', async () => {
  await twoAtATime(refusals, async ([command, line]) => {
    const { code, stderr } = await srcnnCommand(...command.split(' '));
    const told = stderr.trim();
    assert.match(told, line, command);
    assert.equal(told.split('\n').length, 1, `${command}: ${told}`);
    assert.equal(code, 1, command);
  });
  assert.ok(!existsSync(join(folder, 'out.png')) && !existsSync(join(folder, 'out.gif')));
  assert.deepEqual(
    (readdirSync(folder, { recursive: true }) as string[]).filter((name) => /\.(tmp|part|next)$/.test(name)),
    [],
    'nothing half-written is left',
  );
});

test(
  'evaluate takes protocol and scale from the weights, and says when they are asked to ' + 'do something else',
  async () => {
    const own = await srcnnCommand('evaluate', 'photos', '--model', 'x2');
    assert.match(own.stdout, /^protocol paper, x2\n/, own.stderr);
    assert.equal(own.stderr.trim(), '');
    const other = await srcnnCommand('evaluate', 'photos', '--model', 'x2', '--scale', '3');
    assert.match(other.stdout, /^protocol paper, x3\n/);
    assert.match(other.stderr, /trained for protocol paper x2; here/);
  },
);

test(
  'evaluate continues after a bad image and lists it at the end; --json has a row for ' + 'each image, and their means',
  async () => {
    const { code, stdout, stderr } = await srcnnCommand(
      'evaluate',
      'mixed',
      '--protocol',
      'paper',
      '--scale',
      '2',
      '--model',
      'small.safetensors',
      '--json',
      'made/scores.json',
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, /protocol paper, x2\nbicubic +2 images +PSNR \d+\.\d+ dB +SSIM 0\.\d+\nsmall +2 images/);
    assert.match(stdout, /small +against bicubic: [+-]\d+\.\d\d dB, 95 % \S+ to \S+, better on \d of 2\n +worst: [ac]/);
    assert.match(
      stderr.trim().split('\n').at(-1)!,
      /^skipped .*mixed\/b\.png: cannot read the image .*replace or remove it$/,
    );
    const scores = JSON.parse(readFileSync(join(folder, 'made', 'scores.json'), 'utf8'));
    assert.deepEqual([scores.protocol, scores.scale, scores.sigma], ['paper', 2, 0]);
    type Line = { model: string; mean: number; pictures: { file: string; value: number }[] };
    const lines: Line[] = scores.scores;
    assert.deepEqual(
      lines.map(({ model }) => model),
      ['bicubic', 'small', 'bicubic', 'small'],
    );
    for (const { mean, pictures } of lines) {
      assert.deepEqual(
        pictures.map(({ file }) => file),
        ['a.png', 'c.png'],
      );
      assert.ok(Math.abs((pictures[0].value + pictures[1].value) / 2 - mean) < 1e-9);
    }
    assert.equal(scores.differences[0].of, 2);
  },
);

test(
  "train continues after a bad image, writes the run's folder, refuses to begin it again, and resumes " + 'it',
  async () => {
    const train = (...words: string[]) =>
      srcnnCommand('train', 'mixed', '--batch-size', '4', '--epochs', '1', '--out', 'run', ...words);
    const { code, stdout, stderr } = await train();
    assert.equal(code, 0, stderr);
    assert.match(stderr, /skipped .*mixed\/b\.png: cannot read the image/);
    assert.match(stdout, /epoch 1: loss .*\nbest validation loss .* in epoch 1: run\/weights\.safetensors\n$/);
    assert.deepEqual(readdirSync(join(folder, 'run')).sort(), [
      'checkpoint.bin',
      'history.json',
      'options.json',
      'weights.safetensors',
    ]);
    const { machine, engine } = JSON.parse(readFileSync(join(folder, 'run', 'options.json'), 'utf8'));
    assert.match(machine, /^\d+ x .+, Node \d+\.\d+\.\d+$/);
    assert.match(engine, /^wasm: /);
    const again = await train();
    assert.deepEqual(
      [again.code, again.stderr],
      [1, 'OptionError: run holds a run already; add --resume to continue it, or name another folder with --out\n'],
    );
    const other = await train('--resume', '--optimizer', 'adam');
    assert.match(
      other.stderr,
      /\nCheckpointError: run: its checkpoint was made with other options: optimizer "soap", now "adam"; use those, or/,
    );
    const longer = await train('--resume', '--epochs', '2');
    assert.equal(longer.code, 0, longer.stderr);
    assert.match(longer.stdout, /\nepoch 2: loss/);
  },
);

test('--help of every verb tells what it does, and every argument and option', async () => {
  const { code, stdout } = await srcnnCommand('--help');
  assert.equal(code, 0);
  const verbs = [...stdout.slice(stdout.indexOf('Commands:')).matchAll(/^ {2}(\w+)/gm)]
    .map(([, verb]) => verb)
    .filter((verb) => verb !== 'help');
  assert.ok(
    ['train', 'evaluate', 'upscale', 'data', 'engines'].every((verb) => verbs.includes(verb)),
    verbs.join(' '),
  );
  await twoAtATime([...verbs, 'data list', 'data fetch'], async (verb) => {
    const help = await srcnnCommand(...verb.split(' '), '--help');
    assert.equal(help.code, 0, verb);
    assert.match(help.stdout, new RegExp(`^Usage: srcnn ${verb}.*\n\n[A-Z]`), verb);
    for (const line of help.stdout.matchAll(/^ {2}(-\S.*|\[?\w+\]?)$/gm))
      assert.match(line[1], /\S {2,}\S/, `${verb}: ${line[1]} is not explained`);
    assert.doesNotMatch(help.stdout, /default: "|choices:/, `${verb}: a default or a choice is no word of a sentence`);
    const lists = /^Protocols:\n {2}report {2,}\S/m.test(help.stdout);
    assert.equal(lists, help.stdout.includes('--protocol <name>'), `${verb}: its protocols are not listed`);
  });
});
