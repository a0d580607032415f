import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';

const root = join(__dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'srcnn-package-'));
after(() => rmSync(folder, { recursive: true }));

const shell = process.platform === 'win32';
const npm = (words: string[], cwd: string) =>
  execFileSync('npm', words, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], shell });
const node = (...words: string[]) => execFileSync(process.execPath, words, { cwd: folder, encoding: 'utf8' });

before(() => {
  npm(['pack', '--pack-destination', folder], root);
  const packed = readdirSync(folder).find((name) => name.endsWith('.tgz'))!;
  writeFileSync(join(folder, 'package.json'), '{ "name": "stranger", "private": true }\n');
  npm(['install', '--prefer-offline', '--no-audit', '--no-fund', join(folder, packed)], folder);
});

const enlarge = `
const pixels = Uint8Array.from({ length: 12 * 10 * 3 }, (_, i) => (7 * i) % 256);
const picture = { data: pixels, width: 12, height: 10, channels: 3 };
upscale(picture, { scale: 3 }).then((large) => console.log(large.width, large.height));
`;

test('the packed package installs in an empty folder, and require() and import give what enlarges a picture', () => {
  writeFileSync(join(folder, 'required.cjs'), `const { upscale } = require('srcnn-lab');${enlarge}`);
  writeFileSync(join(folder, 'imported.mjs'), `import { upscale } from 'srcnn-lab';${enlarge}`);
  assert.equal(node('required.cjs').trim(), '36 30');
  assert.equal(node('imported.mjs').trim(), '36 30');
});

test('its command line enlarges a picture', async () => {
  await sharp({ create: { width: 9, height: 7, channels: 3, background: 'teal' } })
    .png()
    .toFile(join(folder, 'small.png'));
  node(join('node_modules', 'srcnn-lab', 'dist', 'cli.js'), 'upscale', 'small.png', 'large.png');
  const { width, height } = await sharp(join(folder, 'large.png')).metadata();
  assert.deepEqual([width, height], [27, 21]);
});

test('its types hold, for require() and for import', () => {
  const source = `import { evaluate, type Model, train, upscale } from 'srcnn-lab';
export const functions: [typeof evaluate, typeof train, typeof upscale] = [evaluate, train, upscale];
export const scaleOf = ({ trainedFor }: Model): number | undefined => trainedFor?.scale;
// @ts-expect-error a model is not a number
export const wrong: Model = 3;
`;
  for (const name of ['typed.mts', 'typed.cts']) writeFileSync(join(folder, name), source);
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext'];
  node(tsc, ...options, 'typed.mts', 'typed.cts');
});

test('work that needs a package of the notebooks says which one to install', () => {
  writeFileSync(join(folder, 'frame.cjs'), `require('srcnn-lab').rowsFrame([{ a: 1 }]);`);
  assert.throws(() => node('frame.cjs'), /MissingPackageError: the package danfojs-node .* npm install danfojs-node@/);
});
