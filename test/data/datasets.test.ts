import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import sharp from 'sharp';
import { dataFolder, datasetNames, evaluationImages, loadDataset, splitText } from '../../src/data/datasets';
import { DatasetError, UnknownNameError } from '../../src/errors';

const given = process.env.SRCNN_DATA_DIR;
let folder: string;

before(async () => void (folder = await mkdtemp(join(tmpdir(), 'srcnn-datasets-'))));
after(() => rm(folder, { recursive: true }));
afterEach(() => {
  if (given === undefined) delete process.env.SRCNN_DATA_DIR;
  else process.env.SRCNN_DATA_DIR = given;
});

/** Empty files: loading counts them and does not read them. */
async function files(path: string, names: string[]): Promise<void> {
  await mkdir(join(folder, path), { recursive: true });
  await Promise.all(names.map((name) => writeFile(join(folder, path, name), '')));
}

const numbered = (count: number, name: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => name(index + 1));

test(
  'the sample is there without any download: seven photographs to train, one to ' + 'validate, one to evaluate',
  async () => {
    const { training, validation, evaluation } = await loadDataset('sample');
    assert.deepEqual([training.length, validation.length, evaluation.length], [7, 1, 1]);
    assert.ok([...training, ...validation, ...evaluation].every(existsSync));
  },
);

test('a folder of the user that the name of a data set hides is named, and a path to it is taken', async () => {
  await files('sample', ['mine.png']);
  const before = process.cwd();
  const notes: string[] = [];
  const onNote = (note: string) => notes.push(note);
  process.chdir(folder);
  try {
    assert.equal((await loadDataset('sample', { onNote })).training.length, 7);
    assert.deepEqual(notes, ['sample means the data set of that name; for the folder sample here, write ./sample']);
    assert.deepEqual(
      (await loadDataset('./sample', { onNote })).training.map((file) => basename(file)),
      ['mine.png'],
    );
    assert.equal(notes.length, 1);
  } finally {
    process.chdir(before);
  }
});

test('several data sets train together, and what the first one holds out trains nowhere', async () => {
  await files('first', ['a.png', 'b.png']);
  await files('second', ['c.png', 'd.png', 'e.png']);
  const [first, second] = [join(folder, 'first'), join(folder, 'second')];
  const names = (paths: string[]) => paths.map((path) => basename(path));
  const both = await loadDataset([first, second]);
  assert.equal(both.name, `${first}+${second}`);
  assert.deepEqual(names(both.training), ['a.png', 'c.png', 'd.png']);
  assert.deepEqual([names(both.validation), names(both.evaluation)], [['b.png'], ['b.png']]);
  const own = await loadDataset([second, first, second]);
  assert.deepEqual(names(own.training), ['c.png', 'd.png', 'a.png', 'c.png', 'd.png']);
  await assert.rejects(loadDataset([]), DatasetError);
  await assert.rejects(loadDataset(['sample', 'set6']), UnknownNameError);
});

test("data sets are looked for where SRCNN_DATA_DIR says, else in the project's folder data", () => {
  process.env.SRCNN_DATA_DIR = folder;
  assert.equal(dataFolder(), folder);
  delete process.env.SRCNN_DATA_DIR;
  assert.equal(dataFolder(), join(__dirname, '..', '..', 'data'));
});

test(
  'a data set that is not there, or not whole, is a DatasetError that says what is ' + 'missing and how to get it',
  async () => {
    process.env.SRCNN_DATA_DIR = folder;
    for (const name of datasetNames.filter((each) => each !== 'sample')) {
      await assert.rejects(
        loadDataset(name),
        (error: Error) => error instanceof DatasetError && error.message.includes(`npx srcnn data fetch ${name}`),
      );
    }
    await files(
      'bsds500/train',
      numbered(200, (index) => `${index}.jpg`),
    );
    await files(
      'bsds500/val',
      numbered(99, (index) => `${index}.jpg`),
    );
    await assert.rejects(
      loadDataset('bsds500'),
      (error: Error) =>
        /val holds 99 of its 100 images, .*test holds 0 of its 200 images/.test(error.message) &&
        !error.message.includes('train holds'),
    );
  },
);

test('an unknown name is refused with the names there are', async () => {
  await assert.rejects(
    loadDataset('set6'),
    (error: Error) => error instanceof UnknownNameError && error.message.includes('urban100, div2k'),
  );
});

test('set5 takes the originals cropped for the scale, else whole pictures, else those of another scale', async () => {
  process.env.SRCNN_DATA_DIR = folder;
  const original = (scale: number) => numbered(5, (index) => `img_00${index}_SRF_${scale}_HR.png`);
  await files('Set5/image_SRF_2', [...original(2), ...numbered(5, (index) => `img_00${index}_SRF_2_LR.png`)]);
  const folderFor = async (scale?: number) => {
    const { training, evaluation } = await loadDataset('set5', { scale });
    assert.deepEqual([training.length, evaluation.length], [0, 5]);
    return basename(dirname(evaluation[0]));
  };
  assert.equal(await folderFor(3), 'image_SRF_2');
  await files('Set5/HR', ['baby.png', 'bird.png', 'butterfly.png', 'head.png', 'woman.png']);
  assert.equal(await folderFor(3), 'HR');
  await files('Set5/image_SRF_3', original(3));
  assert.equal(await folderFor(), 'image_SRF_3');
  assert.equal(await folderFor(2), 'image_SRF_2');
});

test("bsd100 is BSDS500's val unless its own folder is there", async () => {
  process.env.SRCNN_DATA_DIR = folder;
  await files(
    'bsds500/val',
    numbered(100, (index) => `${index}.jpg`),
  );
  assert.equal(dirname((await loadDataset('bsd100')).evaluation[0]), join(folder, 'bsds500', 'val'));
  await files(
    'BSD100/HR',
    numbered(100, (index) => `${index}.png`),
  );
  assert.equal(dirname((await loadDataset('bsd100')).evaluation[0]), join(folder, 'BSD100', 'HR'));
});

test('div2k trains on its 800, validates and is evaluated on its 100', async () => {
  process.env.SRCNN_DATA_DIR = folder;
  await files(
    'DIV2K/DIV2K_train_HR',
    numbered(800, (index) => `${String(index).padStart(4, '0')}.png`),
  );
  await files(
    'DIV2K/DIV2K_valid_HR',
    numbered(100, (index) => `${String(800 + index).padStart(4, '0')}.png`),
  );
  const { training, validation, evaluation } = await loadDataset('div2k');
  assert.deepEqual([training.length, validation.length, evaluation.length], [800, 100, 100]);
  assert.equal(basename(training[0]), '0001.png');
});

test('of a folder of images every tenth validates and is evaluated, the others train', async () => {
  await files('mine', [...numbered(20, (index) => `${String(index).padStart(2, '0')}.png`), 'notes.txt']);
  const { training, validation, evaluation } = await loadDataset(join(folder, 'mine'));
  assert.deepEqual(
    [training.length, validation.map((file) => basename(file)), evaluation],
    [18, ['10.png', '20.png'], validation],
  );
  assert.ok(!training.some((file) => validation.includes(file)), 'none is both');
  assert.equal(
    (await evaluationImages(join(folder, 'mine'))).length,
    20,
    'a folder that is named for evaluation is evaluated whole',
  );
});

test('a small icon is not held out while there are larger pictures, wherever its name stands', async () => {
  await files('icons', []);
  const write = (name: string, side: number) =>
    sharp({ create: { width: side, height: side, channels: 3, background: 'red' } }).toFile(
      join(folder, 'icons', name),
    );
  await Promise.all([write('a.png', 80), write('b.png', 90), write('z-icon.png', 20)]);
  const { training, validation, evaluation } = await loadDataset(join(folder, 'icons'));
  const names = (paths: string[]) => paths.map((file) => basename(file));
  assert.deepEqual([names(training), names(validation), evaluation], [['a.png', 'z-icon.png'], ['b.png'], validation]);
});

test('the only large picture among icons trains, validates and is evaluated', async () => {
  await files('one-large', []);
  for (const [name, side] of [
    ['a.png', 80],
    ['z.png', 20],
  ] as const) {
    await sharp({ create: { width: side, height: side, channels: 3, background: 'red' } }).toFile(
      join(folder, 'one-large', name),
    );
  }
  const { training, validation } = await loadDataset(join(folder, 'one-large'));
  assert.deepEqual([training.length, validation.map((file) => basename(file))], [2, ['a.png']]);
  const name = 'one-large';
  assert.equal(
    splitText({ name, training, validation, evaluation: validation }),
    'one-large: 2 training, 1 validation and 1 evaluation picture',
  );
});

test('t91 trains on all its pictures and validates on Set5; without Set5, on a tenth of its own', async () => {
  const place = join(folder, 'for-t91');
  process.env.SRCNN_DATA_DIR = place;
  await files(
    'for-t91/T91',
    numbered(91, (index) => `t${index}.png`),
  );
  const alone = await loadDataset('t91');
  assert.deepEqual([alone.training.length, alone.validation.length], [82, 9]);
  await files(
    'for-t91/Set5/HR',
    numbered(5, (index) => `${index}.png`),
  );
  const { training, validation, evaluation } = await loadDataset('t91');
  assert.deepEqual([training.length, validation.length, evaluation.length], [91, 5, 5]);
});

test("keras.io's ten are the fiftieth and following of BSDS500's test by name, as text", async () => {
  process.env.SRCNN_DATA_DIR = join(folder, 'for-keras');
  await files(
    'for-keras/bsds500/test',
    numbered(200, (index) => `${index}.jpg`),
  );
  const ten = (await loadDataset('keras10')).evaluation.map((file) => basename(file, '.jpg'));
  assert.deepEqual(ten, numbered(200, String).sort().slice(50, 60));
  assert.equal((await loadDataset('bsd200')).evaluation.length, 200);
});

const present = (path: string) => given !== undefined && existsSync(join(given, path));

test(
  "bsds500 is the report's: 409 to train, nine of them twice, val to validate, its 219 to evaluate",
  { skip: !present('bsds500') && 'needs SRCNN_DATA_DIR with bsds500' },
  async () => {
    const { training, validation, evaluation } = await loadDataset('bsds500');
    assert.equal(training.length, 409);
    assert.equal(new Set(training).size, 400);
    assert.equal(validation.length, 100);
    assert.equal(evaluation.length, present('eval219') ? 219 : 100);
    assert.equal(training.filter((file) => basename(file) === '105019.jpg').length, 2);
  },
);

test(
  'set5 and set14 are found as they lie',
  { skip: !(present('Set5') && present('Set14')) && 'needs SRCNN_DATA_DIR with Set5 and Set14' },
  async () => {
    for (const [name, count] of [
      ['set5', 5],
      ['set14', 14],
    ] as const) {
      for (const scale of [2, 3, 4]) {
        const { evaluation } = await loadDataset(name, { scale });
        assert.equal(evaluation.length, count);
        assert.ok(evaluation.every((file) => file.endsWith(`SRF_${scale}_HR.png`)));
      }
    }
  },
);
