import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeImage } from '../../src/image/files';

const folder = mkdtempSync(join(tmpdir(), 'srcnn-train-command-'));
after(() => rmSync(folder, { recursive: true }));

before(async () => {
  mkdirSync(join(folder, 'photos'));
  for (const [index, name] of ['a.png', 'b.png', 'c.png'].entries()) await picture(join('photos', name), 72, index);
});

function picture(name: string, side: number, phase: number): Promise<void> {
  const value = (_: unknown, i: number) => 128 + 90 * Math.sin((i % side) / 3 + phase) * Math.cos(i / side / 4);
  const data = Uint8Array.from({ length: side * side }, value);
  return writeImage(join(folder, name), { data, width: side, height: side, channels: 1 });
}

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** `srcnn train photos --out RUN` with more words, in a process of its own. */
function train(run: string, ...words: string[]): Promise<Outcome> {
  const command = join(__dirname, '..', '..', 'dist', 'cli.js');
  const all = [command, 'train', 'photos', '--batch-size', '4', '--threads', '1', '--out', run, ...words];
  return new Promise((resolve) => {
    execFile(process.execPath, all, { cwd: folder }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

const optionsOf = (run: string) => JSON.parse(readFileSync(join(folder, run, 'options.json'), 'utf8'));
const epochsOf = (run: string): { learningRate: number }[] =>
  JSON.parse(readFileSync(join(folder, run, 'history.json'), 'utf8')).epochs;

test('the split of a folder is the first thing that is printed', async () => {
  const { code, stdout, stderr } = await train('split', '--epochs', '1', '--evaluation', 'photos');
  assert.equal(code, 0, stderr);
  assert.equal(stdout.split('\n')[0], 'photos: 2 training, 1 validation and 3 evaluation pictures');
});

test(
  'a run that is resumed keeps its learning rate, or goes on with the one that is asked for, also back to the ' +
    'first',
  async () => {
    const resumed = async (epochs: number, ...words: string[]) => {
      const { code, stderr } = await train('rates', '--resume', '--epochs', String(epochs), ...words);
      assert.equal(code, 0, stderr);
      return optionsOf('rates').learningRate;
    };
    const first = await train('rates', '--epochs', '1', '--learning-rate', '0.001');
    assert.equal(first.code, 0, first.stderr);
    assert.equal(await resumed(2, '--learning-rate', '0.0001'), 0.0001);
    assert.equal(await resumed(3), 0.0001);
    assert.equal(await resumed(4, '--learning-rate', '0.001'), 0.001);
    const rates = epochsOf('rates').map(({ learningRate }) => learningRate);
    assert.ok(rates[0] < 1e-3 && rates[0] > 1e-5 && rates[1] < 1e-4 && rates[3] > rates[2], rates.join(', '));
    const wrong = await train('rates', '--resume', '--epochs', '5', '--learning-rate', '-1');
    assert.deepEqual([wrong.code, wrong.stderr], [1, 'OptionError: learningRate is -1; use a number above 0\n']);
  },
);

test('patches are cut as asked, and a network that reads the small picture has the recipe small', async () => {
  const words = ['--network', 'plain-4x1', '--patch-size', '16', '--stride', '4', '--epochs', '1'];
  const { code, stderr } = await train('small', ...words);
  assert.equal(code, 0, stderr);
  const { loss, augment, optimizer, border, data } = optionsOf('small');
  assert.deepEqual([loss, augment, optimizer, border], ['l1', true, 'soap', 0]);
  assert.match(data, /^8 patches of 16, report x3/);
});

test('--branches and --no-branches say whether 3x3 kernels are trained with branches', async () => {
  const words = ['--patch-size', '16', '--stride', '4', '--epochs', '1', '--network'];
  for (const [network, flag, branches] of [
    ['plain-4x1', '--branches', true],
    ['ecbsr-m1c4', '--no-branches', false],
  ] as const) {
    const { code, stderr } = await train(network, ...words, network, flag);
    assert.equal(code, 0, stderr);
    assert.equal(optionsOf(network).branches, branches);
  }
  const { code, stdout, stderr } = await train('without', ...words, '9-1-7', '--branches');
  assert.equal(code, 1);
  assert.match(stderr, /^OptionError: the network 9-1-7 has no 3x3 convolution, .* leave branches out/);
  assert.ok(!/is written to/.test(stdout), stdout);
});

test('a batch that is larger than the patches are many is refused before a folder is announced', async () => {
  const { code, stdout, stderr } = await train('too-large', '--batch-size', '5000');
  assert.equal(code, 1);
  assert.match(stderr, /OptionError: batchSize is 5000, but there are only \d+ training patches/);
  assert.ok(!/is written to/.test(stdout), stdout);
});

test('a run that diverges says on the command line how it goes on there, and so it does', async () => {
  const begun = await train('diverging', '--epochs', '1', '--optimizer', 'sgd', '--learning-rate', '0.0001');
  assert.equal(begun.code, 0, begun.stderr);
  const options = ['--resume', '--epochs', '2', '--optimizer', 'sgd'];
  const diverged = await train('diverging', ...options, '--learning-rate', '1e9');
  assert.equal(diverged.code, 1);
  assert.match(diverged.stderr, /^DivergedError: the .*loss became \S+ in epoch 2, .* learning rate of 1000000000; /);
  assert.match(
    diverged.stderr,
    /; the same command with --resume and a lower --learning-rate continues from the last checkpoint in diverging\n$/,
  );
  const mended = await train('diverging', ...options, '--learning-rate', '0.0001');
  assert.equal(mended.code, 0, mended.stderr);
  assert.equal(epochsOf('diverging').length, 2);
});

test('training and evaluation pictures that are left out are named before the first epoch', async () => {
  writeFileSync(join(folder, 'photos', 'broken.png'), 'no picture');
  mkdirSync(join(folder, 'scored'));
  await picture(join('scored', 'good.png'), 40, 0);
  await picture(join('scored', 'tiny.png'), 5, 0);
  const { code, stdout, stderr } = await train('left-out', '--epochs', '1', '--evaluation', 'scored');
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^skipped photos\/broken\.png: .*\nthe evaluation picture scored\/tiny\.png is left out: .*\n$/);
  assert.match(stdout, /epoch 1: .* PSNR/);
  rmSync(join(folder, 'scored', 'good.png'));
  const none = await train('unscored', '--epochs', '1', '--evaluation', 'scored');
  assert.equal(none.code, 1);
  assert.match(none.stderr, /DatasetError: no image could be scored: scored\/tiny\.png: .*5x5 is smaller/);
  assert.ok(!/epoch 1/.test(none.stdout));
});

test('a run whose pictures were changed while it was stopped says so on the command line', async () => {
  const first = await train('changed', '--epochs', '1', '--evaluation', 'photos');
  assert.equal(first.code, 0, first.stderr);
  await picture(join('photos', 'a.png'), 72, 2.5);
  const data = await train('changed', '--epochs', '2', '--evaluation', 'photos', '--resume');
  assert.match(data.stderr, /its checkpoint was made with other data/);
  await picture(join('photos', 'a.png'), 72, 0);
  await picture(join('photos', 'c.png'), 72, 0.5);
  const { code, stderr } = await train('changed', '--epochs', '2', '--evaluation', 'photos', '--resume');
  assert.equal(code, 0, stderr);
  assert.match(stderr, /changed: the pictures for validation \(.*\) and evaluation \(.*\) have changed since/);
});

test("a run's name that no folder can have everywhere is refused before the pictures are read", async () => {
  const { code, stdout, stderr } = await train('dots.', '--epochs', '1');
  assert.equal(code, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /^OptionError: the run's name "dots\." begins or ends with a dot or a space; use letters/);
});
