import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { loadDataset } from '../../src/data/datasets';
import { preparePatches } from '../../src/data/patches';
import type { Engine } from '../../src/engine/engine';
import { createWasmEngine } from '../../src/engine/wasm/wasm';
import { CheckpointError, DatasetError, OptionError } from '../../src/errors';
import { evaluate } from '../../src/evaluation/evaluate';
import { writeImage } from '../../src/image/files';
import { loadWeights, readMetadata } from '../../src/formats/weights';
import { replaceMarked } from '../../src/results/markedText';
import { recipeText } from '../../src/results/recipeText';
import { writeResults } from '../../src/results/writeResults';
import { resultRuns } from '../../src/results/resultRun';
import { meanOfSet, readScores, writeScores } from '../../src/results/scoreRows';
import { scoreRun } from '../../src/results/scoreRun';
import { recipes } from '../../src/recipes/recipes';
import { train } from '../../src/training/train';
import { goldenImage } from '../golden/image';

const folder = mkdtempSync(join(tmpdir(), 'srcnn-report-'));
const results = join(folder, 'results'),
  run = join(results, 'tiny-x3'),
  set5 = join(folder, 'data', 'Set5', 'image_SRF_3');
const given = process.env.SRCNN_DATA_DIR;
let engine: Engine;

before(async () => {
  engine = await createWasmEngine({ threads: 2 });
  mkdirSync(set5, { recursive: true });
  // Five small pictures stand for Set5: the golden one with its lines moved.
  const image = goldenImage();
  for (let i = 1; i <= 5; i++) {
    const data = new Uint8Array([...image.data.subarray(111 * i), ...image.data.subarray(0, 111 * i)]);
    await writeImage(join(set5, `img_00${i}_SRF_3_HR.png`), { ...image, data });
  }
  const { patches } = await preparePatches((await loadDataset('sample')).evaluation, { threads: 2 });
  const options = { ...recipes.tuned, network: '9-1-5', epochs: 1, batchSize: 512, lossEvery: 1, folder: run, engine };
  await train(
    { training: patches, validation: { ...patches, count: 64 }, evaluation: [join(set5, 'img_001_SRF_3_HR.png')] },
    options,
  ).done;
  writeFileSync(
    join(run, 'report-epochs.csv'),
    'epoch,val_loss,srcnn_psnr,srcnn_ssim\n1,1.035879,13.330092,0.360187\n2,1.036146,14.5,0.4\n',
  );
  mkdirSync(join(results, 'begun'));
  cpSync(run, join(results, 'runs'), { recursive: true });
  for (const name of ['first', 'second']) {
    cpSync(run, join(results, 'tried', name), { recursive: true });
    for (const file of ['weights.safetensors', 'checkpoint.bin', 'checkpoint.previous.bin'])
      rmSync(join(results, 'tried', name, file), { force: true });
  }
  cpSync(run, join(results, 'equal-minutes', 'timed'), { recursive: true });
  const better = join(results, 'tried', 'second', 'history.json');
  const history = JSON.parse(readFileSync(better, 'utf8'));
  history.epochs[0].scores.network.psnr = 40;
  writeFileSync(better, JSON.stringify(history));
  process.env.SRCNN_DATA_DIR = join(folder, 'data');
});
after(async () => {
  if (given === undefined) delete process.env.SRCNN_DATA_DIR;
  else process.env.SRCNN_DATA_DIR = given;
  await engine.close();
  rmSync(folder, { recursive: true });
});

const readme = () => readFileSync(join(results, 'README.md'), 'utf8');

test(
  'a report scores the runs, draws their figures and makes the table; sets that are ' + 'not here are named',
  async () => {
    const notes: string[] = [];
    await writeResults(results, { engine, threads: 2, onNote: (line) => notes.push(line) });
    const rows = await readScores(join(run, 'scores.csv'));
    const files = readdirSync(set5).map((name) => join(set5, name));
    const { summary } = await evaluate(files, {
      engine,
      model: await loadWeights(join(run, 'weights.safetensors')),
      threads: 2,
    });
    const mean = meanOfSet(rows, 'Set5')!;
    for (const which of ['bicubic', 'network'] as const)
      for (const name of ['psnr', 'ssim'])
        assert.ok(
          Math.abs(mean[which]![name] - summary[which]![name]) < 1e-5,
          'what evaluate() gives, to the digits written',
        );
    assert.equal(rows.length, 5);
    assert.deepEqual(
      notes.map((line) => line.split(':')[0]),
      ['tiny-x3', 'timed'].flatMap((name) =>
        ['219 of the report', 'BSDS500 val', 'Set14'].map((set) => `${name}, ${set}`),
      ),
    );
    const figures = ['before-after', 'filters', 'loss', 'scores', 'scores-report']
      .flatMap((name) => [`${name}.png`, `${name}.svg`])
      .sort();
    assert.deepEqual(
      readdirSync(run)
        .filter((name) => /\.(png|svg)$/.test(name))
        .sort(),
      figures,
    );
    const own = mean.network!;
    assert.match(
      readme(),
      /\| \[tiny-x3\]\(tiny-x3\/\) \| tuned, network 9-1-5, batchSize 512 \| [\d,]+ of 32x32 \| 1 \|/,
    );
    assert.ok(readme().includes(`| ${own.psnr.toFixed(4)} / ${own.ssim.toFixed(5)} |`));
    assert.match(readme(), /219 pictures contain the 200 of BSDS500 train/);
    assert.match(
      readme(),
      /\| 1( \| [\d.]+){3} \| 1\.035879 \| 13\.330092 \| 0\.360187 \|\n\| 2 (\| {2}){3}\| 1\.036146 /,
    );
    assert.match(readme(), /After epoch 1, .* the report 13\.330092 dB/);
  },
);

test('short runs of the folder tried stand in a table of their own, the best first, above bicubic', () => {
  const lines = readme()
    .split('\n')
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const at = lines.findIndex(([name]) => name === '[second](tried/second/)');
  assert.deepEqual(lines[at].slice(1, 2).concat(lines[at].slice(3, 4)), ['tuned, network 9-1-5, batchSize 512', '1']);
  assert.match(lines[at][5], /^40\.000 \/ 0\.\d{4}$/);
  assert.equal(lines[at + 1][0], '[first](tried/first/)');
  const [name, , , , , bicubic] = lines[at + 2];
  assert.match(`${name} ${bicubic}`, /^bicubic \d\d\.\d{3} \/ 0\.\d{4}$/);
});

test('runs of equal minutes stand in a table of their own, with what each network costs', () => {
  const line = readme()
    .split('\n')
    .find((each) => each.startsWith('| [timed](equal-minutes/timed/) |'));
  // 9x9 to 64 planes, 1x1 to 32, 5x5 to one: 8,129 weights, and as many products as there are weights but biases.
  assert.match(line!, /^\| \S+ \| mse \| 8,129 \| 8,032 \| \d+\.\d \| \d+ of 512 \| /);
});

test('the header of the weights says run, protocol, scale, data and scores', async () => {
  const { run: name, protocol, scale, data, scores } = await readMetadata(join(run, 'weights.safetensors'));
  const { psnr, ssim } = meanOfSet(await readScores(join(run, 'scores.csv')), 'Set5')!.network!;
  assert.deepEqual(
    [name, protocol, scale, scores],
    ['tiny-x3', 'report', '3', `Set5 ${psnr.toFixed(4)} dB / ${ssim.toFixed(5)} (5 images)`],
  );
  assert.match(data, /^\d+ patches of 32, report x3, sha256 /);
});

test('a report from scores.csv gives the same, and leaves alone what stands outside of the markers', async () => {
  const text = readme().replace('# Results', '# Results\nA sentence of ours.');
  writeFileSync(join(results, 'README.md'), text.replace(/\| \[tiny-x3\].*\n/, ''));
  const weights = readFileSync(join(run, 'weights.safetensors'));
  await writeResults(results, { engine, scoresFromCsv: true });
  assert.equal(readme(), text);
  assert.deepEqual(readFileSync(join(run, 'weights.safetensors')), weights);
  rmSync(join(run, 'scores.csv'));
  await writeResults(results, { engine, scoresFromCsv: true });
  assert.equal(readme(), text, 'a run without scores.csv is scored');
});

test('where a set is not here, the scores that scores.csv has of it stay', async () => {
  const before = readFileSync(join(run, 'scores.csv'), 'utf8');
  const notes: string[] = [];
  process.env.SRCNN_DATA_DIR = join(folder, 'nowhere');
  const [tiny] = await resultRuns(results);
  await scoreRun(tiny, { engine, bicubic: new Map(), onNote: (line) => notes.push(line) });
  process.env.SRCNN_DATA_DIR = join(folder, 'data');
  assert.equal(readFileSync(join(run, 'scores.csv'), 'utf8'), before);
  assert.match(
    notes.find((line) => line.startsWith('tiny-x3, Set5'))!,
    /the scores of scores\.csv stay/,
  );
});

test('published scores from published.csv with their source; a damaged line is refused by its number', async () => {
  const file = join(results, 'published.csv'),
    head = 'method,protocol,scale,set,psnr,ssim,bicubic,multiplyAdds,source';
  writeFileSync(file, `${head}\nSRCNN,seed,3,Set5,31.5,0.9,,,"They, 2016"\n`);
  await writeResults(results, { engine, scoresFromCsv: true });
  assert.match(readme(), /Set5 by They, 2016\./);
  assert.match(readme(), /\| SRCNN, as published \|.*\| 31\.50 \/ 0\.9000 \|/);
  writeFileSync(file, `${head}\nSRCNN,seed,3,Set5,high,0.9,,,Nobody\n`);
  await assert.rejects(
    writeResults(results, { engine, scoresFromCsv: true }),
    (error: Error) => error instanceof CheckpointError && error.message.includes('line 2'),
  );
  rmSync(file);
});

test('folders that hold no run, and those of notebooks, are left out; no run at all is a DatasetError', async () => {
  assert.deepEqual(
    (await resultRuns(results)).map(({ name }) => name),
    ['tiny-x3'],
  );
  await assert.rejects(writeResults(join(results, 'begun'), { engine }), DatasetError);
  await assert.rejects(writeResults(join(results, 'nowhere'), { engine }), DatasetError);
});

test('a README.md without the markers, and a scores.csv of another kind, are refused by name', async () => {
  assert.throws(
    () => replaceMarked('# Ours', 'the runs', 'x', 'README.md'),
    (error: Error) => error instanceof OptionError && error.message.includes('<!-- end of the runs -->'),
  );
  const file = join(folder, 'other.csv');
  for (const text of [
    'a,b\n1,2\n',
    'set,file,method,psnr,ssim\nSet5,a.png,srcnn,,0.9\n',
    'set,file,method,psnr,ssim\nSet5,a.png,other,30,0.9\n',
  ]) {
    writeFileSync(file, text);
    await assert.rejects(readScores(file), CheckpointError);
  }
  const rows = [
    { set: 'Set5', file: 'a, "b".png', bicubic: { psnr: 29, ssim: 0.8 }, network: { psnr: 30.5, ssim: 0.9 } },
  ];
  await writeScores(file, rows);
  assert.deepEqual(await readScores(file), rows);
  writeFileSync(file, readFileSync(file, 'utf8').replace('network', 'srcnn'));
  assert.deepEqual(await readScores(file), rows, 'as version 0.1 wrote it');
});

test('a recipe is named by the nearest one and what differs from it', () => {
  assert.equal(recipeText({ ...recipes.tuned, epochs: 3, seed: 7 }), 'tuned');
  assert.equal(recipeText({ ...recipes.report, epochs: 3 }), 'report');
  assert.equal(recipeText({ ...recipes.tuned, augment: true }), 'tuned, augment true');
  assert.equal(recipeText({ ...recipes.tuned, network: '9-5-5', batchSize: 64 }), 'tuned, network 9-5-5, batchSize 64');
});
