import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { planUpscale } from '../../src/commands/upscalePlan';
import { DatasetError, OptionError } from '../../src/errors';
import { readPhotograph, writeImage } from '../../src/image/files';
import { saveWeights } from '../../src/formats/weights';
import { goldenImage } from '../golden/image';
import { initialize } from '../../src/network/initialize';

const folder = mkdtempSync(join(tmpdir(), 'srcnn-upscale-'));
const inside = (...names: string[]) => join(folder, ...names);
const weights = inside('x2.safetensors');
after(() => rmSync(folder, { recursive: true }));

before(async () => {
  await saveWeights(weights, {
    ...initialize('9-1-5', { seed: 1 }),
    trainedFor: { protocol: 'paper', scale: 2, degradation: { sigma: 0 } },
  });
  mkdirSync(inside('in'));
  await writeImage(inside('in', 'a.png'), goldenImage());
  await sharp(goldenImage().data, { raw: { width: 37, height: 29, channels: 3 } })
    .withMetadata({ orientation: 6 })
    .withIccProfile('p3')
    .jpeg()
    .toFile(inside('in', 'turned.jpg'));
});

function run(...args: string[]) {
  const cli = join(__dirname, '..', '..', 'src', 'cli.ts');
  return spawnSync(process.execPath, ['--import', 'tsx', cli, 'upscale', '--engine', 'wasm', ...args], {
    encoding: 'utf8',
    cwd: join(__dirname, '..', '..'),
  });
}

test(
  "OUT is a file for one picture, and a folder where it is one, takes several, or has no picture's " + 'suffix',
  async () => {
    const [a, turned] = [inside('in', 'a.png'), inside('in', 'turned.jpg')];
    assert.deepEqual(await planUpscale([a], inside('b.webp')), [{ input: a, output: inside('b.webp') }]);
    assert.deepEqual(await planUpscale([a], inside('out')), [{ input: a, output: inside('out', 'a.png') }]);
    assert.deepEqual(await planUpscale([inside('in')], inside('out')), [
      { input: a, output: inside('out', 'a.png') },
      { input: turned, output: inside('out', 'turned.jpg') },
    ]);
    assert.deepEqual(await planUpscale([a], folder), [{ input: a, output: inside('a.png') }]);
  },
);

test('a plan that would lose a picture, or that cannot be written, is refused before anything is done', async () => {
  const a = inside('in', 'a.png');
  await assert.rejects(planUpscale([a], a), OptionError);
  await assert.rejects(planUpscale([inside('in')], inside('in')), OptionError);
  await assert.rejects(planUpscale([a, inside('in')], inside('out')), OptionError);
  await assert.rejects(planUpscale([inside('in')], inside('one.png')), OptionError);
  await assert.rejects(planUpscale([a], inside('one.gif')), OptionError);
  mkdirSync(inside('empty'));
  await assert.rejects(planUpscale([inside('empty')], inside('out')), DatasetError);
});

test('a folder is enlarged; a bad picture does not stop the others, is named, and makes the exit code 1', async () => {
  writeFileSync(inside('in', 'b.png'), 'no picture');
  const { status, stdout, stderr } = run(inside('in'), inside('out'), '--model', weights);
  rmSync(inside('in', 'b.png'));
  assert.equal(status, 1, stderr);
  assert.match(stdout, /2 of 3 pictures enlarged by 2/);
  assert.match(stderr, /failed {2}.*b\.png: cannot read the image/);
  assert.deepEqual(readdirSync(inside('out')), ['a.png', 'turned.jpg'], 'and nothing half-written is left');
  const turned = await readPhotograph(inside('out', 'turned.jpg'));
  assert.deepEqual([turned.width, turned.height], [58, 74], 'upright, twice as large');
  assert.ok(turned.profile?.equals((await readPhotograph(inside('in', 'turned.jpg'))).profile!));
});

test('an existing file is replaced with --force only', async () => {
  const file = inside('there.bmp');
  writeFileSync(file, 'mine');
  const refused = run(inside('in', 'a.png'), file, '--model', weights);
  assert.deepEqual([refused.status, readFileSync(file, 'utf8')], [1, 'mine']);
  assert.match(refused.stderr, /is there already; add --force/);
  assert.equal(run(inside('in', 'a.png'), file, '--model', weights, '--force', '--scale', '3').status, 0);
  assert.equal((await readPhotograph(file)).width, 111);
});

test('into JPEG transparency is laid on --background with a note; EXIF is kept, or left out with --strip', async () => {
  const clear = inside('clear.png');
  await sharp({ create: { width: 9, height: 9, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } })
    .withExif({ IFD0: { Make: 'Lab' } })
    .png()
    .toFile(clear);
  const corner = async (file: string) => [...(await sharp(file).raw().toBuffer()).subarray(0, 3)];
  const kept = run(clear, inside('kept.jpg'), '--model', weights);
  assert.match(kept.stderr, /^note {4}.*clear\.png: transparent parts are laid on white/m);
  assert.deepEqual(await corner(inside('kept.jpg')), [255, 255, 255]);
  assert.ok((await sharp(inside('kept.jpg')).metadata()).exif);
  run(clear, inside('bare.jpg'), '--model', weights, '--strip', '--background', 'black');
  assert.deepEqual(await corner(inside('bare.jpg')), [0, 0, 0]);
  assert.equal((await sharp(inside('bare.jpg')).metadata()).exif, undefined);
  const odd = run(clear, inside('odd.jpg'), '--model', weights, '--background', 'nocolour');
  assert.match(odd.stderr, /OptionError: no colour is called "nocolour"/);
});

test('all pages of a TIFF go into a TIFF, and into a PNG they are refused with what to do', async () => {
  const pages = inside('pages.tif');
  await writeImage(pages, { ...goldenImage(), pages: [goldenImage()] });
  assert.equal(run(pages, inside('large.tif'), '--model', weights).status, 0);
  const large = await readPhotograph(inside('large.tif'));
  assert.deepEqual([large.width, large.pages?.map(({ width }) => width)], [74, [74]]);
  const refused = run(pages, inside('large.png'), '--model', weights);
  assert.deepEqual([refused.status, existsSync(inside('large.png'))], [1, false]);
  assert.match(refused.stderr, /2 pages, which only \.tif can hold here; use \.tif/);
});

test('one path alone, and a scale without weights, are refused by name', () => {
  assert.match(run(inside('in')).stderr, /OptionError: give pictures or folders, and at the end/);
  assert.match(run(inside('in'), inside('more'), '--scale', '7').stderr, /UnknownNameError: unknown weights "x7"/);
});
